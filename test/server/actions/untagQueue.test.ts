/** UntagQueue: wire form, validation, behaviour. */
import { describe, expect, test } from "vitest";
import { serveOnce } from "../../support/serve.ts";
import {
  expectError,
  expectQueryError,
  expectVoid,
  expectXml,
  invalidValue,
  missing,
  noQueue,
} from "../../support/wire.ts";

const serve = serveOnce();
const untag = (QueueUrl: string, TagKeys: unknown) =>
  serve().call("UntagQueue", { QueueUrl, TagKeys });

async function tagged(QueueName: string): Promise<string> {
  const tags = { a: "1", b: "2", c: "3" };
  const { QueueUrl = "" } = await serve().ok("CreateQueue", { QueueName, tags });
  return QueueUrl;
}

describe("the wire form", () => {
  test("of JSON is a list, and no answer", async () => {
    const QueueUrl = await tagged("json");
    expectVoid(await untag(QueueUrl, ["a", "c"]));
    expect(await serve().ok("ListQueueTags", { QueueUrl })).toEqual({ Tags: { b: "2" } });
  });

  test("of a form is numbered keys, and an answer of metadata alone", async () => {
    const QueueUrl = await tagged("form");
    const answer = await serve().query("UntagQueue", { QueueUrl, TagKeys: ["a", "c"] });
    expect(answer.text).toMatch(/<UntagQueueResponse [^>]*><ResponseMetadata>/);
    expectXml(answer);
    expect(await serve().ok("ListQueueTags", { QueueUrl })).toEqual({ Tags: { b: "2" } });
  });
});

test("the validation misses keys, and refuses an empty list of them", async () => {
  const QueueUrl = await tagged("checked");
  expectError(await untag(QueueUrl, undefined), missing);
  expectQueryError(await serve().query("UntagQueue", { QueueUrl }), missing);
  expectError(await untag(QueueUrl, []), invalidValue);
  expectError(await untag("none", ["a"]), noQueue);
});

test("a key that no tag has, or has in another case, takes nothing away", async () => {
  const QueueUrl = await tagged("unknown");
  expectVoid(await untag(QueueUrl, ["A", "z", "constructor"]));
  const { Tags } = await serve().ok("ListQueueTags", { QueueUrl });
  expect(Tags).toEqual({ a: "1", b: "2", c: "3" });
});
