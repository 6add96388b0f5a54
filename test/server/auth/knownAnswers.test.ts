/** The signatures that botocore made of two requests, and what the verifier makes of them. */
import { hash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { rootOf } from "../../../engine/policy/caller.ts";
import { Authenticator } from "../../../engine/server/auth/authenticator.ts";
import { readClaim } from "../../../engine/server/auth/claim.ts";
import { Credential, credentialsOf } from "../../../engine/server/auth/credentials.ts";
import { Head } from "../../../engine/server/auth/head.ts";
import {
  bodyHash,
  canonicalRequest,
  signatureOf,
  signingKey,
  stringToSign,
} from "../../../engine/server/auth/sigv4.ts";
import { atMs, keyId, moment, rawOf, type Sent, secret } from "./signer.ts";

const caller = rootOf("123456789012");
const credentials = credentialsOf([new Credential(keyId, { secretAccessKey: secret }, caller)]);
const authenticator = new Authenticator({ credentials, region: "us-east-1", nowMs: () => atMs });

const credential = `${keyId}/20261122/us-east-1/sqs/aws4_request`;
const names = "content-type;host;x-amz-date;x-amz-target";
const signature = "984bac8164f2193d3d76f890906e1ef8e02bfd028a555cdc1e312deba06ab81f";

const post: Sent = {
  method: "POST",
  url: "/",
  headers: [
    ["X-Amz-Target", "AmazonSQS.GetQueueUrl"],
    ["Host", "127.0.0.1:9324"],
    ["Content-Type", "application/x-amz-json-1.0"],
    ["X-Amz-Date", moment],
    [
      "Authorization",
      `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
    ],
  ],
  body: '{"QueueName":"q1"}',
};

const query = [
  "Action=ReceiveMessage&Version=2012-11-05&X-Amz-Algorithm=AWS4-HMAC-SHA256",
  `X-Amz-Credential=${encodeURIComponent(credential)}&X-Amz-Date=${moment}&X-Amz-Expires=60`,
  "X-Amz-SignedHeaders=host",
  "X-Amz-Signature=b5fab0baf671c579c41af4549b0c407a52770f411b1f87a1aa39b5539d52b2c1",
].join("&");

const get: Sent = {
  method: "GET",
  url: `/000000000000/q1?${query}`,
  headers: [["Host", "127.0.0.1:9324"]],
  body: "",
};

describe("a request that botocore signed", () => {
  test("has the canonical form, the text and the signature that botocore made", () => {
    const head = new Head(rawOf(post));
    const claim = readClaim(head);
    if (claim === undefined) throw new Error("the request claims nothing");
    const canonical = canonicalRequest(head, claim, bodyHash(Buffer.from(post.body)));
    expect(hash("sha256", post.body)).toBe(
      "99a91b4b2a2b5be828d2b3dca9049db8a03bd9ce683706c1da531bd77c24aabd",
    );
    expect(hash("sha256", canonical)).toBe(
      "595de405a7c4d1e55f1b0de193c8a5a88ba12946b375fb9510f50d4e15f55263",
    );
    expect(signatureOf(signingKey(secret, claim), stringToSign(claim, canonical))).toBe(signature);
  });

  test.each([
    ["by its header Authorization", post],
    ["by its URL", get],
  ])("is its caller's: %s", (_, sent) => {
    const signed = authenticator.authenticate(rawOf(sent), Buffer.from(sent.body));
    expect(signed).toEqual({ caller, service: "sqs" });
  });
});
