/**
 * What errors say: the value that was wrong, and what would be right or why it is not. Over both
 * protocols, since a text is the same in both. The texts are prose; what is looked for are the facts.
 */
import { expect, test } from "vitest";
import { serveOnce } from "../../support/serve.ts";

const serve = serveOnce();

type Case = readonly [action: string, input: object, ...facts: (string | RegExp)[]];

const entry = (Id: string) => ({ Entries: [{ Id, ReceiptHandle: "x", MessageBody: "x" }] });
const set = (name: string, value: string) => ({ Attributes: { [name]: value } });
const typed = (DataType: string, StringValue: string) => ({
  MessageBody: "a",
  MessageAttributes: { a: { DataType, StringValue } },
});

const cases: readonly Case[] = [
  ["ReceiveMessage", { WaitTimeSeconds: 21 }, "21", /between 0 and 20\b/],
  ["ReceiveMessage", { MaxNumberOfMessages: 11 }, "11", /between 1 and 10\b/],
  ["ReceiveMessage", { VisibilityTimeout: 43_201 }, "43201", /between 0 and 43200\b/],
  ["SendMessage", { MessageBody: "a", DelaySeconds: 901 }, "901", /between 0 and 900\b/],
  ["SendMessage", { MessageBody: "ab\u0007" }, "#x7", "at 2", "#x10FFFF"],
  ["SendMessage", typed("Number", "4 apples"), "4 apples", "number"],
  ["SendMessage", typed("Text", "a"), "Text", /String, Number or Binary/],
  ["SendMessage", { ...typed("String", "x"), MessageSystemAttributes: { b: {} } }, "b"],
  ["SendMessageBatch", entry("a b"), '"a b"', /letters, digits, hyphens and underscores/],
  ["DeleteMessageBatch", entry("a/b"), '"a/b"', /80/],
  ["ChangeMessageVisibilityBatch", entry(""), '""', /80/],
  ["SetQueueAttributes", set("DelaySeconds", "5.4"), "DelaySeconds", '"5.4"', /from 0 to 900\b/],
  ["SetQueueAttributes", set("SqsManagedSseEnabled", "yes"), '"yes"', /true or false/],
  ["SetQueueAttributes", set("Colour", "red"), "Colour"],
  ["SetQueueAttributes", set("RedrivePolicy", "{"), "RedrivePolicy", /not JSON/],
  ["TagQueue", { Tags: { "a?": "b" } }, '"a?"', /letters, digits, spaces/],
  ["TagQueue", { Tags: { a: "b?" } }, '"b?"', /at most 256/],
  ["TagQueue", { Tags: { "aws:a": "b" } }, '"aws:a"', "reserved"],
  ["AddPermission", { Label: "a b", AWSAccountIds: ["1"], Actions: ["*"] }, "a b", /1 to 80/],
  ["AddPermission", { Label: "a", AWSAccountIds: ["17"], Actions: ["*"] }, "17", "twelve"],
];

/** The texts of both protocols, which must be refusals. */
async function textsOf(action: string, input: object): Promise<string[]> {
  const json = await serve().call(action, input);
  const query = await serve().query(action, input);
  expect([json.status, query.status]).toEqual([400, 400]);
  return [json.json.message ?? "", query.xml.message ?? ""];
}

const tried = cases.map(([action, input, ...facts]) => ({ action, input, facts }));

test.each(tried)("$action with $input says what is wrong", async ({ action, input, facts }) => {
  const QueueUrl = await serve().createQueue("texts");
  const [ofJson = "", ofQuery] = await textsOf(action, { QueueUrl, ...input });
  for (const fact of facts) expect(ofJson).toMatch(fact);
  expect(ofQuery).toBe(ofJson);
});

test.each([
  ["FifoQueue", "false", /queue type is not supported/],
  ["DeduplicationScope", "group", /queue or messageGroup, not "group"/],
  ["FifoThroughputLimit", "all", /perQueue or perMessageGroupId, not "all"/],
])("a FIFO queue that should have %s %s says why not", async (name, value, why) => {
  const QueueUrl = await serve().createQueue("texts.fifo", { FifoQueue: "true" });
  const [ofJson, ofQuery] = await textsOf("SetQueueAttributes", { QueueUrl, ...set(name, value) });
  expect(ofJson).toMatch(why);
  expect(ofQuery).toBe(ofJson);
});

test("a value of a megabyte is shown by its beginning", async () => {
  const QueueUrl = await serve().createQueue("texts");
  const long = "?".repeat(1_000_000);
  const [ofJson = ""] = await textsOf("TagQueue", { QueueUrl, Tags: { a: long } });
  expect(ofJson).toContain(`${"?".repeat(100)}..."`);
  expect(ofJson.length).toBeLessThan(1_000);
});

test("a form's value that is no number is shown", async () => {
  const QueueUrl = await serve().createQueue("texts");
  const { xml } = await serve().query("ReceiveMessage", { QueueUrl, WaitTimeSeconds: "soon" });
  expect(xml.message).toMatch(/WaitTimeSeconds.*"soon"/);
});
