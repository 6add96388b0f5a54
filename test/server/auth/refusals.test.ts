/** What a server with credentials answers to signatures that are not right, in every protocol. */
import { expect, test } from "vitest";
import type { RawRequest } from "../../support/endpoint.ts";
import { formHeaders, formOf } from "../../support/query.ts";
import { Signing } from "../../support/signing.ts";
import type { Answer } from "../../support/wire.ts";
import { guardedOnce, keysOf, owner } from "./guarded.ts";

const token = "token/of+temporary==";
const guarded = guardedOnce({
  temporary: { account: owner, role: "reader", sessionToken: token },
});

const list: RawRequest = {
  headers: { "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.ListQueues" },
  body: "{}",
};
const form: RawRequest = { headers: formHeaders, body: formOf("ListQueues", {}) };
const cbor: RawRequest = {
  path: "/service/GraniteServiceVersion20100801/operation/ListMetrics",
  headers: { "smithy-protocol": "rpc-v2-cbor", "Content-Type": "application/cbor" },
};
const identity: RawRequest = {
  headers: formHeaders,
  body: formOf("GetCallerIdentity", {}, "2011-06-15"),
};

/** Status and code, wherever the protocol has it. */
function told({ status, headers, text }: Answer): readonly [number, string | undefined] {
  const header = headers["x-amzn-query-error"];
  const code = typeof header === "string" ? header.split(";")[0] : undefined;
  return [status, code ?? /<Code>(\w+)<\/Code>/.exec(text)?.[1]];
}

type Change = (signed: Record<string, string>) => Record<string, string>;
const header = (name: string, change: (value: string) => string | undefined): Change => {
  return ({ [name]: value = "", ...others }) => {
    const now = change(value);
    return now === undefined ? others : { ...others, [name]: now };
  };
};
const authorization = (change: (value: string) => string): Change =>
  header("Authorization", change);

const cases: readonly (readonly [string, Change, number, string, RegExp])[] = [
  ["none at all", header("Authorization", () => undefined), 403, "AccessDenied", /is denied/],
  [
    "another scheme",
    authorization(() => "Bearer abc"),
    400,
    "IncompleteSignature",
    /AWS4-HMAC-SHA256/,
  ],
  [
    "no signature",
    authorization((value) => value.replace(/, Signature.*/, "")),
    400,
    "IncompleteSignature",
    /requires 'Signature' parameter/,
  ],
  [
    "no credential",
    authorization((value) => value.replace(/Credential=[^,]*, /, "")),
    400,
    "IncompleteSignature",
    /requires 'Credential' parameter/,
  ],
  [
    "no signed headers",
    authorization((value) => value.replace(/SignedHeaders=[^,]*, /, "")),
    400,
    "IncompleteSignature",
    /requires 'SignedHeaders' parameter/,
  ],
  ["no date", header("X-Amz-Date", () => undefined), 400, "IncompleteSignature", /'X-Amz-Date'/],
  ["a date that is none", header("X-Amz-Date", () => "today"), 400, "IncompleteSignature", /basic/],
  [
    "a credential of four parts",
    authorization((value) => value.replace("/sqs/", "/")),
    400,
    "IncompleteSignature",
    /exactly 5/,
  ],
  [
    "an unknown key",
    authorization((value) => value.replace("KEY-root", "KEY-nobody")),
    403,
    "InvalidClientTokenId",
    /security token/,
  ],
  [
    "another signature",
    authorization((value) => value.replace(/.$/, (last) => (last === "0" ? "1" : "0"))),
    403,
    "SignatureDoesNotMatch",
    /Canonical String[\s\S]*String-to-Sign/,
  ],
  [
    "a host that is not signed",
    authorization((value) => value.replace(";host;", ";")),
    403,
    "SignatureDoesNotMatch",
    /'Host' must be/,
  ],
  [
    "another region's scope",
    authorization((value) => value.replace("us-east-1", "eu-west-9")),
    403,
    "SignatureDoesNotMatch",
    /valid region, not 'eu-west-9'; this one is 'us-east-1'/,
  ],
  [
    "another day's scope",
    authorization((value) => value.replace(/\/\d{8}\//, "/20200101/")),
    403,
    "SignatureDoesNotMatch",
    /Date in Credential scope/,
  ],
  [
    "another end of the scope",
    authorization((value) => value.replace("aws4_request", "aws5_request")),
    403,
    "SignatureDoesNotMatch",
    /valid terminator/,
  ],
];

test.each(cases)(
  "a request with %s is refused alike in both protocols",
  async (_, change, status, code, text) => {
    for (const raw of [list, form]) {
      const signed = guarded().as("root").signed(raw);
      const headers = change({ ...signed.headers });
      const answer = await guarded().nobody.send({ ...signed, headers });
      expect(told(answer)).toEqual([status, code]);
      expect(answer.text.replaceAll("&apos;", "'")).toMatch(text);
    }
  },
);

test.each([
  ["too old", -15 * 60_000 - 5_000, /Signature expired/],
  ["from the future", 15 * 60_000 + 60_000, /Signature not yet current/],
])("a signature that is %s is refused", async (_, offMs, text) => {
  for (const raw of [list, form]) {
    const answer = await guarded().as("root", { offMs }).send(raw);
    expect(told(answer)).toEqual([403, "SignatureDoesNotMatch"]);
    expect(answer.text).toMatch(text);
  }
});

test("a clock may be off by a quarter of an hour, both ways", async () => {
  for (const offMs of [-14 * 60_000, 14 * 60_000]) {
    const answer = await guarded().as("root", { offMs }).send(list);
    expect(answer.status).toBe(200);
  }
});

test("a signature is for one service", async () => {
  const requests = { sqs: list, monitoring: cbor, sts: identity };
  for (const service of Object.keys(requests)) {
    for (const [asked, raw] of Object.entries(requests)) {
      const answer = await guarded().as("root", { service }).send(raw);
      const expected = asked === service ? 200 : 403;
      expect([service, asked, answer.status]).toEqual([service, asked, expected]);
      if (expected === 403) expect(answer.text).toMatch(/correct service/);
    }
  }
});

test("temporary credentials want their session token, others none", async () => {
  const { as, server } = guarded();
  expect((await as("temporary", { service: "sts" }).send(identity)).status).toBe(200);
  const keys = keysOf("temporary", { account: owner });
  const rootKeys = keysOf("root", { account: owner });
  for (const wrong of [
    keys,
    { ...keys, sessionToken: `${token}x` },
    { ...rootKeys, sessionToken: token },
  ]) {
    const signing = new Signing(server.url, wrong);
    expect(told(await signing.send(list))).toEqual([403, "InvalidClientTokenId"]);
    signing.disconnect();
  }
});

test("who says nothing is told so by each service in its way", async () => {
  const { nobody } = guarded();
  expect(told(await nobody.send(list))).toEqual([403, "AccessDenied"]);
  for (const raw of [cbor, identity]) {
    expect(told(await nobody.send(raw))).toEqual([403, "MissingAuthenticationToken"]);
  }
});

test("a target that is not signed is no target", async () => {
  const root = guarded().as("root");
  const { "X-Amz-Target": target = "", ...headers } = { ...list.headers };
  const signed = root.signed({ ...list, headers });
  const answer = await guarded().nobody.send({
    ...signed,
    headers: { ...signed.headers, "X-Amz-Target": target },
  });
  expect(told(answer)).toEqual([403, "SignatureDoesNotMatch"]);
  expect(answer.text).toMatch(/'X-Amz-Target' must be/);
});

test("no refusal shows a secret", async () => {
  const signed = guarded().as("root").signed(list);
  const headers = { ...signed.headers, "X-Amz-Date": "20200101T000000Z" };
  for (const request of [signed, { ...signed, headers }, { ...signed, body: "x" }]) {
    const { text } = await guarded().nobody.send(request);
    expect(text).not.toContain("secret-of");
  }
});
