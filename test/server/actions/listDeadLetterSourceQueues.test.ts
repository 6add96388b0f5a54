/** ListDeadLetterSourceQueues: wire form, validation, behaviour. */
import { describe, expect, test } from "vitest";
import { serveOnce } from "../../support/serve.ts";
import {
  expectError,
  expectQueryError,
  expectXml,
  invalidValue,
  noQueue,
} from "../../support/wire.ts";

const serve = serveOnce();
const ACTION = "ListDeadLetterSourceQueues";
const RedrivePolicy = (name: string) =>
  JSON.stringify({
    deadLetterTargetArn: `arn:aws:sqs:us-east-1:000000000000:${name}`,
    maxReceiveCount: 3,
  });

/** A dead-letter queue with these sources. */
async function letters(name: string, sources: readonly string[]): Promise<string> {
  const QueueUrl = await serve().createQueue(name);
  for (const source of sources) {
    await serve().createQueue(source, { RedrivePolicy: RedrivePolicy(name) });
  }
  return QueueUrl;
}

describe("a dead-letter queue", () => {
  test("lists the queues that name it, by name, in pages", async () => {
    const QueueUrl = await letters("dead", ["s2", "s3", "s1"]);
    const urls = ["s1", "s2", "s3"].map((name) => `${serve().url}/000000000000/${name}`);
    expect(await serve().ok(ACTION, { QueueUrl })).toEqual({ queueUrls: urls });
    const first = await serve().ok(ACTION, { QueueUrl, MaxResults: 2 });
    expect(first.queueUrls).toEqual(urls.slice(0, 2));
    const { NextToken } = first;
    const second = await serve().ok(ACTION, { QueueUrl, MaxResults: 2, NextToken });
    expect(second).toEqual({ queueUrls: urls.slice(2) });
  });

  test("lists a source no more that names another, or none", async () => {
    const QueueUrl = await letters("left", ["l1", "l2"]);
    const source = `${serve().url}/000000000000/l1`;
    await serve().ok("SetQueueAttributes", { QueueUrl: source, Attributes: { RedrivePolicy: "" } });
    expect((await serve().ok(ACTION, { QueueUrl })).queueUrls).toHaveLength(1);
    await serve().ok("DeleteQueue", { QueueUrl: `${serve().url}/000000000000/l2` });
    expect(await serve().ok(ACTION, { QueueUrl })).toEqual({});
  });
});

test("the validation wants a queue that is there, and a page from 1 to 1,000", async () => {
  const QueueUrl = await letters("checked", []);
  expectError(await serve().call(ACTION, { QueueUrl: `${QueueUrl}-none` }), noQueue);
  for (const more of [{ MaxResults: 0 }, { MaxResults: 1_001 }, { NextToken: "x" }]) {
    expectError(await serve().call(ACTION, { QueueUrl, ...more }), invalidValue);
  }
});

test("a form is answered by repeated elements", async () => {
  const QueueUrl = await letters("formed", ["f1", "f2"]);
  const answer = await serve().query(ACTION, { QueueUrl });
  expect(answer.text).toContain(
    `<${ACTION}Result><QueueUrl>${serve().url}/000000000000/f1</QueueUrl>` +
      `<QueueUrl>${serve().url}/000000000000/f2</QueueUrl></${ACTION}Result>`,
  );
  expectXml(answer);
  expectQueryError(await serve().query(ACTION, { QueueUrl, MaxResults: 0 }), invalidValue);
});
