/**
 * Requests and credentials for the tests of signatures, and a signer written from AWS's description with
 * none of the server's code in it.
 */
import { createHash, createHmac } from "node:crypto";
import type { RawHead } from "../../../engine/server/auth/head.ts";

export const keyId = "AKIDEXAMPLE";
export const secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
export const moment = "20261122T060000Z";
export const atMs = Date.UTC(2026, 10, 22, 6);

/** A request as it goes over the wire: headers in their order, a body. */
export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | Buffer;
}

export function rawOf({ method, url, headers }: Sent): RawHead {
  return { method, url, rawHeaders: headers.flat() };
}

export function sha256(text: string | Buffer): string {
  return createHash("sha256").update(text).digest("hex");
}

export interface Scope {
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly moment?: string;
  readonly region?: string;
  readonly service?: string;
}

/** The signature of a canonical request. */
export function sign(canonical: string, scope: Scope = {}): string {
  const { region = "us-east-1", service = "sqs", secretAccessKey = secret } = scope;
  const at = scope.moment ?? moment;
  const day = at.slice(0, 8);
  const text = `AWS4-HMAC-SHA256\n${at}\n${day}/${region}/${service}/aws4_request\n${sha256(canonical)}`;
  let key = Buffer.from(`AWS4${secretAccessKey}`);
  for (const part of [day, region, service, "aws4_request"]) {
    key = createHmac("sha256", key).update(part).digest();
  }
  return createHmac("sha256", key).update(text).digest("hex");
}

/** The header Authorization. */
export function authorization(canonical: string, names: string, scope: Scope = {}): string {
  const { region = "us-east-1", service = "sqs", accessKeyId = keyId } = scope;
  const day = (scope.moment ?? moment).slice(0, 8);
  const credential = `${accessKeyId}/${day}/${region}/${service}/aws4_request`;
  const signature = sign(canonical, scope);
  return `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`;
}

/** A call in AWS JSON, signed as SDKs do; `headers` are there and not signed. */
export function signedCall(
  action: string,
  input: object,
  scope: Scope & { readonly host?: string; readonly token?: string } = {},
): Sent {
  const { host = "127.0.0.1:9324", token } = scope;
  const at = scope.moment ?? moment;
  const body = JSON.stringify(input);
  const headers: [string, string][] = [
    ["Content-Type", "application/x-amz-json-1.0"],
    ["Host", host],
    ["X-Amz-Date", at],
    ...(token === undefined ? [] : [["X-Amz-Security-Token", token] as [string, string]]),
    ["X-Amz-Target", `AmazonSQS.${action}`],
  ];
  const names = headers.map(([name]) => name.toLowerCase()).join(";");
  const lines = headers.map(([name, value]) => `${name.toLowerCase()}:${value}\n`).join("");
  const canonical = `POST\n/\n\n${lines}\n${names}\n${sha256(body)}`;
  return {
    method: "POST",
    url: "/",
    headers: [...headers, ["Authorization", authorization(canonical, names, scope)]],
    body,
  };
}
