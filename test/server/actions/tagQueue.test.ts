/** TagQueue: wire form, validation, behaviour. */
import { describe, expect, test } from "vitest";
import { serveOnce } from "../../support/serve.ts";
import {
  expectError,
  expectQueryError,
  expectVoid,
  expectXml,
  invalidValue,
  malformed,
  missing,
  noQueue,
} from "../../support/wire.ts";

const serve = serveOnce();
const tag = (QueueUrl: string, Tags: unknown) => serve().call("TagQueue", { QueueUrl, Tags });
const tagsOf = async (QueueUrl: string) => (await serve().ok("ListQueueTags", { QueueUrl })).Tags;
const many = (count: number, prefix = "k") =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, "v"]));

describe("the wire form", () => {
  test("of JSON is a map, and no answer", async () => {
    const QueueUrl = await serve().createQueue("json");
    expectVoid(await tag(QueueUrl, { colour: "red", "": undefined }));
    expect(await tagsOf(QueueUrl)).toEqual({ colour: "red" });
  });

  test("of a form is numbered keys and values, and an answer of metadata alone", async () => {
    const QueueUrl = await serve().createQueue("form");
    const Tags = { colour: "red", "a b": "" };
    const answer = await serve().query("TagQueue", { QueueUrl, Tags });
    expect(answer.text).toMatch(/<TagQueueResponse [^>]*><ResponseMetadata>/);
    expectXml(answer);
    expect(await tagsOf(QueueUrl)).toEqual(Tags);
  });
});

describe("the validation", () => {
  test("misses Tags that are absent or empty", async () => {
    const QueueUrl = await serve().createQueue("empty");
    expectError(await tag(QueueUrl, undefined), missing);
    expectError(await tag(QueueUrl, {}), missing);
    expectQueryError(await serve().query("TagQueue", { QueueUrl }), missing);
    expectError(await tag(QueueUrl, ["a"]), malformed);
    expectError(await tag("none", { a: "b" }), noQueue);
  });

  test.each([
    ["no key", { "": "v" }],
    ["a key of 129 characters", { ["k".repeat(129)]: "v" }],
    ["a value of 257 characters", { k: "v".repeat(257) }],
    ["a reserved key", { "aws:k": "v" }],
    ["a reserved key in capitals", { "AWS:k": "v" }],
    ["a sign in the key", { "k!": "v" }],
    ["a sign in the value", { k: "<v>" }],
    ["a control character", { "k\n": "v" }],
    ["51 tags", many(51)],
  ])("refuses %s, and the tags beside it", async (_, wrong) => {
    const QueueUrl = await serve().createQueue("wrong");
    expectError(await tag(QueueUrl, { good: "tag", ...wrong }), invalidValue);
    expect(await tagsOf(QueueUrl)).toBeUndefined();
    expectError(
      await serve().call("CreateQueue", { QueueName: "never", tags: wrong }),
      invalidValue,
    );
  });

  test("takes the longest texts and all allowed signs", async () => {
    const QueueUrl = await serve().createQueue("longest");
    const Tags = {
      ["é".repeat(128)]: "漢v".repeat(128),
      "_ .:/=+-@1": "_ .:/=+-@1",
    };
    expectVoid(await tag(QueueUrl, Tags));
    expect(await tagsOf(QueueUrl)).toEqual(Tags);
  });
});

describe("the tags of a queue", () => {
  test("grow, up to 50, and one of the same key is replaced; case tells keys apart", async () => {
    const QueueUrl = await serve().createQueue("growing");
    await tag(QueueUrl, many(49));
    expectVoid(await tag(QueueUrl, { K0: "capital", k0: "new" }));
    expect(await tagsOf(QueueUrl)).toEqual({ ...many(49), K0: "capital", k0: "new" });
    expectError(await tag(QueueUrl, { one: "more" }), invalidValue);
    expectVoid(await tag(QueueUrl, { k1: "again" }));
  });

  test("may be called as objects call their own", async () => {
    const QueueUrl = await serve().createQueue("words");
    const body = `{"QueueUrl":"${QueueUrl}","Tags":{"__proto__":"a","constructor":"b"}}`;
    const headers = { "X-Amz-Target": "AmazonSQS.TagQueue" };
    expect((await serve().send({ headers, body })).status).toBe(200);
    const listed = await serve().call("ListQueueTags", { QueueUrl });
    expect(listed.text).toBe('{"Tags":{"__proto__":"a","constructor":"b"}}');
  });

  test("are gone with the queue", async () => {
    const QueueUrl = await serve().createQueue("gone");
    await tag(QueueUrl, { a: "b" });
    await serve().call("DeleteQueue", { QueueUrl });
    await serve().createQueue("gone");
    expect(await tagsOf(QueueUrl)).toBeUndefined();
  });
});
