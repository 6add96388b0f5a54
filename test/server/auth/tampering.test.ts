/**
 * Requests that other people's code has signed: all of them pass, none that was tampered with does, and
 * what is not signed may change. test/stress/signatures.test.ts tampers ten times as often.
 */
import { describe, expect, test } from "vitest";
import { chooseSeed } from "../../support/seeded.ts";
import { signedNames } from "./mutations.ts";
import { signedByOthers } from "./oracles.ts";
import { authorization, moment, type Sent, sha256 } from "./signer.ts";
import { refusalOf, tamperWith, verifiers } from "./tampering.ts";

const requests = await signedByOthers();
const [plain, temporary] = verifiers();

function verifierFor(words: string) {
  const one = words.endsWith("temporary") ? temporary : plain;
  if (one === undefined) throw new Error("no verifier");
  return one;
}

describe.each([...requests])("%s", (words, sent) => {
  test("is its caller's, whatever the order of its headers", () => {
    expect(refusalOf(verifierFor(words), sent)).toBeUndefined();
    const turned = { ...sent, headers: [...sent.headers].reverse() };
    expect(refusalOf(verifierFor(words), turned)).toBeUndefined();
  });

  test("may have other headers, and change those that are not signed", () => {
    const names = signedNames(sent);
    const free = sent.headers.filter(([name]) => !/^authorization$/i.test(name));
    const changed: Sent["headers"] = free.map(([name, value]) =>
      names.includes(name.toLowerCase()) ? [name, value] : [name, `${value}x`],
    );
    const own = sent.headers.filter(([name]) => /^authorization$/i.test(name));
    const headers: Sent["headers"] = [
      ...changed,
      ...own,
      ["User-Agent", "b"],
      ["X-Forwarded-For", "c"],
    ];
    expect(refusalOf(verifierFor(words), { ...sent, headers })).toBeUndefined();
  });
});

test("in a query a plus is a blank, and signed as one", () => {
  const sent = requests.get("Smithy: GET");
  if (sent === undefined || plain === undefined) throw new Error("there is no such request");
  expect(sent.url).toMatch(/%20.*%2B/);
  expect(refusalOf(plain, { ...sent, url: sent.url.replace("%20", "+") })).toBeUndefined();
  const other = { ...sent, url: sent.url.replace("%2B", "+") };
  expect(refusalOf(plain, other)).toBe("SignatureDoesNotMatch");
});

test("two fields of one name can't change places, since the last one counts", () => {
  if (plain === undefined) throw new Error("there is no verifier");
  const host = "127.0.0.1:9324";
  const canonical = `GET\n/\nA=1&A=2\nhost:${host}\nx-amz-date:${moment}\n\nhost;x-amz-date\n${sha256("")}`;
  const headers: Sent["headers"] = [
    ["Host", host],
    ["X-Amz-Date", moment],
    ["Authorization", authorization(canonical, "host;x-amz-date")],
  ];
  const sent = { method: "GET", url: "/?A=1&A=2", headers, body: "" };
  expect(refusalOf(plain, sent)).toBeUndefined();
  expect(refusalOf(plain, { ...sent, url: "/?A=2&A=1" })).toBe("SignatureDoesNotMatch");
});

test("1,000 requests that were tampered with in a signed part are all refused", async () => {
  const parts = await tamperWith(1_000, chooseSeed("tampering"));
  for (const count of parts.values()) expect(count).toBeGreaterThan(50);
  expect(parts.size).toBe(6);
});
