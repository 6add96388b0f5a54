/** The policies in examples/policies/ do what its page says of them, and no more. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type Asked, answerHere } from "./asked.ts";
import { allow, policy } from "./cases/case.ts";

const folder = fileURLToPath(new URL("../../examples/policies/", import.meta.url));
const read = (file: string): object => JSON.parse(readFileSync(folder + file, "utf8"));

const OWN = "123456789012";
const QUEUE = `arn:aws:sqs:us-east-1:${OWN}:my-queue`;
const actions = [
  "SendMessage",
  "SendMessageBatch",
  "ReceiveMessage",
  "DeleteMessage",
  "ChangeMessageVisibility",
  "GetQueueAttributes",
  "GetQueueUrl",
  "PurgeQueue",
  "SetQueueAttributes",
  "DeleteQueue",
];

/** Which of the actions somebody may do. */
function mayDo(asked: Partial<Asked>): string[] {
  const base = { who: `${OWN}:user/bob`, resource: QUEUE, identity: [], context: {} };
  return actions.filter((action) => answerHere({ ...base, action, ...asked }).allowed);
}

const all = [policy(allow())];

const expected: Readonly<Record<string, () => void>> = {
  "guide-user.json": () => {
    const identity = [read("guide-user.json")];
    const may = actions.slice(0, 4).concat("GetQueueAttributes", "GetQueueUrl");
    expect(mayDo({ identity })).toEqual(may);
    expect(mayDo({ identity, resource: `${QUEUE}-2` })).toEqual([]);
  },
  "guide-queue.json": () => {
    const queue = read("guide-queue.json");
    const may = ["SendMessage", "SendMessageBatch", "ReceiveMessage"];
    expect(mayDo({ who: "987654321098:user/eve", identity: all, queue })).toEqual(may);
    expect(mayDo({ who: "987654321098:user/eve", queue })).toEqual([]);
    expect(mayDo({ who: "987654321098:root", queue })).toEqual(may);
    expect(mayDo({ who: "111122223333:user/eve", identity: all, queue })).toEqual([]);
    expect(mayDo({ who: "anonymous", queue })).toEqual([]);
  },
  "producer.json": () => {
    const may = ["SendMessage", "SendMessageBatch", "GetQueueUrl"];
    expect(mayDo({ identity: [read("producer.json")] })).toEqual(may);
  },
  "consumer.json": () => {
    expect(mayDo({ identity: [read("consumer.json")] })).toEqual(actions.slice(2, 7));
  },
  "own-queues.json": () => {
    const identity = [read("own-queues.json")];
    const named = (name: string) => `arn:aws:sqs:eu-north-1:${OWN}:${name}`;
    expect(mayDo({ identity, resource: named("bob-jobs") })).toEqual(actions);
    expect(mayDo({ identity, resource: named("carol-jobs") })).toEqual([]);
    const who = `${OWN}:assumed-role/bob/bob`;
    expect(mayDo({ who, identity, resource: named("bob-jobs") })).toEqual([]);
  },
  "tls-only-queue.json": () => {
    const queue = read("tls-only-queue.json");
    const by = (tls: string) => ({ queue, context: { "aws:SecureTransport": tls } });
    expect(mayDo({ identity: all, ...by("true") })).toEqual(actions);
    expect(mayDo({ identity: all, ...by("false") })).toEqual([]);
    expect(mayDo(by("true"))).toEqual([]);
    const unlocking = ["GetQueueAttributes", "GetQueueUrl", "SetQueueAttributes"];
    expect(mayDo({ who: `${OWN}:root`, ...by("false") })).toEqual(unlocking);
  },
};

test("each file is asked, and told of on the page beside it", () => {
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  expect(files).toEqual(Object.keys(expected).sort());
  const page = readFileSync(`${folder}README.md`, "utf8");
  expect(files.filter((file) => !page.includes(`| \`${file}\` |`))).toEqual([]);
});

test.each(Object.entries(expected))("%s", (_, ask) => ask());
