/** ListQueueTags: wire form, validation, behaviour. */
import { describe, expect, test } from "vitest";
import { serveOnce } from "../../support/serve.ts";
import { expectError, expectQueryError, noQueue } from "../../support/wire.ts";

const serve = serveOnce();

async function tagged(QueueName: string, tags: Record<string, string>): Promise<string> {
  const { QueueUrl = "" } = await serve().ok("CreateQueue", { QueueName, tags });
  return QueueUrl;
}

describe("the wire form", () => {
  test("of JSON is a map", async () => {
    const QueueUrl = await tagged("json", { b: "2", a: "" });
    const answer = await serve().call("ListQueueTags", { QueueUrl });
    expect(answer.text).toBe('{"Tags":{"b":"2","a":""}}');
  });

  test("of XML is repeated elements", async () => {
    const QueueUrl = await tagged("xml", { b: "2", a: "" });
    const answer = await serve().query("ListQueueTags", { QueueUrl });
    expect(answer.text).toContain(
      "<ListQueueTagsResult><Tag><Key>b</Key><Value>2</Value></Tag>" +
        "<Tag><Key>a</Key><Value></Value></Tag></ListQueueTagsResult>",
    );
  });

  test("of no tags is an empty answer", async () => {
    const QueueUrl = await serve().createQueue("bare");
    expect((await serve().call("ListQueueTags", { QueueUrl })).text).toBe("{}");
    const { text } = await serve().query("ListQueueTags", { QueueUrl });
    expect(text).toContain("<ListQueueTagsResult/>");
  });
});

test("a queue that is not there has none", async () => {
  expectError(await serve().call("ListQueueTags", { QueueUrl: "none" }), noQueue);
  expectQueryError(await serve().query("ListQueueTags", { QueueUrl: "none" }), noQueue);
});

test("what CreateQueue was given is listed, over both protocols, and later tags as well", async () => {
  const input = { QueueName: "made", tags: { team: "a" } };
  const { QueueUrl } = (await serve().query("CreateQueue", input)).xml.result;
  await serve().ok("TagQueue", { QueueUrl, Tags: { stage: "test" } });
  const Tags = { team: "a", stage: "test" };
  expect(await serve().ok("ListQueueTags", { QueueUrl })).toEqual({ Tags });
  expect((await serve().query("ListQueueTags", { QueueUrl })).xml.result).toEqual({ Tags });
});
