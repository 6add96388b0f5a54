/**
 * A text comes back as it was sent, or is refused: no UTF-8 can carry a lone surrogate, and no message
 * is empty. In every verb that takes a text, wherever in a batch it stands.
 */
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { MessageBatch } from "../../../engine/broker/messages/batch.ts";
import { VirtualClock } from "../../../engine/clock.ts";
import { SluiceError } from "../../../engine/errors.ts";
import type { Body, Message, Queue, SendEntry } from "../../../engine/types.ts";

let broker: Broker;
let queue: Queue;
let fifo: Queue;

beforeEach(async () => {
  broker = await Broker.open({ memoryBytes: 128 * 1_048_576, clock: new VirtualClock() });
  queue = await broker.createQueue("jobs");
  fifo = await broker.createQueue("jobs.fifo", {
    fifoQueue: true,
    contentBasedDeduplication: true,
  });
});

afterEach(() => broker.close());

const HIGH = "\ud83d";
const LOW = "\ude00";
const MiB = 1_048_576;

/** Each way of writing a body has its own: short, long, longer than staging, with entries and ids. */
const bodies: readonly [name: string, body: string][] = [
  ["high", HIGH],
  ["low", `a${LOW}`],
  ["reversed", LOW + HIGH],
  ["in a short text", `${"x".repeat(400)}${HIGH}`],
  ["in a long text", `${"x".repeat(20_000)}${HIGH}é`],
  ["in a text beyond staging", `${HIGH}${"x".repeat(MiB - 3)}`],
];

const verbs: readonly [verb: string, run: (body: Body) => unknown][] = [
  ["send", (body) => queue.send(body)],
  ["send with an attribute", (body) => queue.send(body, { messageAttributes: { a: "b" } })],
  ["send to a FIFO queue", (body) => fifo.send(body, { messageGroupId: "g" })],
  ["sync.send", (body) => queue.sync.send(body)],
  ["sync.send with options", (body) => queue.sync.send(body, { delaySeconds: 0 })],
  ["sync.send to a FIFO queue", (body) => fifo.sync.send(body, { messageGroupId: "g" })],
  ["sync.sendBatch", (body) => queue.sync.sendBatch([body])],
  ["sync.sendBatch behind another", (body) => queue.sync.sendBatch(["ok", body])],
  ["sync.sendBatch of entries", (body) => queue.sync.sendBatch([{ body: "ok" }, { body }])],
  [
    "sync.sendBatch far behind",
    (body) => queue.sync.sendBatch([...Array.from({ length: 600 }, () => "ok"), body]),
  ],
  ["sync.sendBatch behind a long one", (body) => queue.sync.sendBatch(["y".repeat(5_000), body])],
];

/** What the call throws or rejects with. */
async function refusal(run: () => unknown): Promise<string> {
  try {
    await run();
    return "nothing";
  } catch (error) {
    return error instanceof SluiceError ? error.code : String(error);
  }
}

function stored(): number {
  return queue.counts().visible + fifo.counts().visible;
}

describe("a body with a lone surrogate is refused, and nothing is sent", () => {
  test.each(verbs)("by %s", async (_, run) => {
    for (const [name, body] of bodies) {
      expect([name, await refusal(() => run(body))]).toEqual([name, "InvalidMessageContents"]);
    }
    expect(stored()).toBe(0);
  });

  test("by two halves that would make a whole next to each other", async () => {
    expect(await refusal(() => queue.sync.sendBatch([HIGH, LOW]))).toBe("InvalidMessageContents");
    const { failed } = await queue.sendBatch([HIGH, LOW]);
    expect(failed.map(({ error }) => error.code)).toEqual([
      "InvalidMessageContents",
      "InvalidMessageContents",
    ]);
    expect(stored()).toBe(0);
  });

  test("by sendBatch for its entry alone", async () => {
    for (const [name, body] of bodies) {
      const { successful, failed } = await queue.sendBatch(["a", body, { body }, "b"]);
      expect([name, successful.map(({ index }) => index)]).toEqual([name, [0, 3]]);
      expect(failed.map(({ error }) => error.code)).toEqual([
        "InvalidMessageContents",
        "InvalidMessageContents",
      ]);
    }
  });
});

test("whole surrogates and all other texts come back as they were", async () => {
  const texts = [HIGH + LOW, "größe", "\u0000", "\uffff", "日本語", "plain", "\ufffd"];
  const long = texts.map((text) => text.repeat(700));
  expect(queue.sync.sendBatch([...texts, ...long])).toBe(texts.length * 2);
  const batch = new MessageBatch(20);
  queue.sync.receive(batch);
  const got = Array.from({ length: batch.length }, (_, index) => batch.body(index));
  expect(got).toEqual([...texts, ...long]);
});

describe("an empty body is refused, and nothing is sent", () => {
  test.each(verbs)("by %s", async (_, run) => {
    for (const body of ["", new Uint8Array(0), Buffer.alloc(0)]) {
      expect(await refusal(() => run(body))).toBe("MissingParameter");
    }
    expect(stored()).toBe(0);
  });

  test("by sendBatch for its entry alone", async () => {
    const entries = ["a", "", new Uint8Array(0), { body: "" }, "b"];
    const { successful, failed } = await queue.sendBatch(entries);
    expect(successful.map(({ index }) => index)).toEqual([0, 4]);
    expect(failed.map(({ error }) => error.code)).toEqual(Array(3).fill("MissingParameter"));
  });
});

describe("a lone surrogate is InvalidParameterValue", () => {
  const bad = `a${HIGH}`;
  const typed = (stringValue: string, dataType = "String") => ({ a: { dataType, stringValue } });
  const options: readonly [name: string, options: Omit<SendEntry, "body">][] = [
    ["an attribute's text", { messageAttributes: { a: bad } }],
    ["an attribute's stringValue", { messageAttributes: typed(bad) }],
    ["an attribute's dataType", { messageAttributes: typed("x", `String.${bad}`) }],
    ["an attribute's name", { messageAttributes: { [bad]: "x" } }],
    ["a group", { messageGroupId: bad }],
    ["a deduplication id", { messageGroupId: "g", messageDeduplicationId: bad }],
    ["a trace", { messageGroupId: "g", awsTraceHeader: bad }],
    ["a sender", { messageGroupId: "g", senderId: bad }],
  ];

  test.each(options)("in %s", async (_, given) => {
    const invalid = "InvalidParameterValue";
    const target = given.messageGroupId === undefined ? queue : fifo;
    const entry = { body: "x", ...given };
    expect(await refusal(() => target.send("x", given))).toBe(invalid);
    expect(await refusal(() => target.sync.send("x", given))).toBe(invalid);
    expect(await refusal(() => target.sync.sendBatch([entry]))).toBe(invalid);
    const { failed } = await target.sendBatch([entry]);
    expect(failed.map(({ error }) => error.code)).toEqual([invalid]);
    expect(stored()).toBe(0);
  });

  test.each<[string, () => Promise<unknown>]>([
    ["an attempt", () => fifo.receive({ receiveRequestAttemptId: bad })],
    ["a queue's name", () => broker.createQueue(bad)],
    ["a tag's key", () => broker.createQueue("new", {}, { tags: { [bad]: "x" } })],
    ["a tag's value", () => queue.update({ tags: { x: bad } })],
    ["a stored attribute", () => queue.update({ stored: { Policy: bad } })],
    [
      "a dead-letter queue",
      () => {
        const redrivePolicy = { deadLetterTargetArn: bad, maxReceiveCount: 1 };
        return queue.setAttributes({ redrivePolicy });
      },
    ],
  ])("in %s", async (_, run) => {
    expect(await refusal(run)).toBe("InvalidParameterValue");
    expect(await broker.listQueues()).toEqual(["jobs", "jobs.fifo"]);
    expect(queue.details()).toMatchObject({ stored: {}, tags: {} });
  });
});

describe("a message attribute", () => {
  test.each(["größe", "ø", "o\u0308", "имя", "名前", "५", "a.b_c-1"])(
    "may be called %s",
    async (name) => {
      await queue.send("x", { messageAttributes: { [name]: "v" } });
      const [message] = await queue.receive();
      expect(Object.entries(message?.messageAttributes ?? {})).toEqual([[name, "v"]]);
    },
  );

  test.each([
    "§",
    "!",
    '"',
    "(",
    "?",
    "a b",
    "a\u00a0b",
    "",
    "a\n",
    "×",
    "½",
    "aws.x",
    ".a",
    "é".repeat(257),
  ])("may not be called %j", async (name) => {
    const send = () => queue.send("x", { messageAttributes: { [name]: "v" } });
    expect(await refusal(send)).toBe("InvalidParameterValue");
  });

  test("is not empty, as over HTTP", async () => {
    for (const value of ["", new Uint8Array(0), { dataType: "String", stringValue: "" }]) {
      const send = () => queue.send("x", { messageAttributes: { a: value } });
      expect(await refusal(send)).toBe("InvalidParameterValue");
    }
  });
});

describe("a long text beyond ASCII, which is decoded when it is read,", () => {
  const text = `${"\u{1f600}é".repeat(20_000)}a`;

  async function received(): Promise<Message> {
    await queue.send(text, { messageAttributes: { a: "b" } });
    const [message] = await queue.receive({ visibilityTimeout: 0 });
    if (message === undefined) throw new Error("nothing was there");
    return message;
  }

  test("is not decoded before", async () => {
    const { get } = Object.getOwnPropertyDescriptor(await received(), "body") ?? {};
    expect(get).toBeTypeOf("function");
  });

  test.each<readonly [string, (message: Message) => unknown]>([
    ["body", ({ body }) => body],
    ["bytes", ({ bytes }) => Buffer.from(bytes).toString()],
    ["bytes behind its body", ({ body, bytes }) => body && Buffer.from(bytes).toString()],
    ["body behind its bytes", ({ bytes, body }) => bytes && body],
    ["clone", (message) => structuredClone(message).body],
    ["spread", (message) => ({ ...message }).body],
    ["JSON", (message) => JSON.parse(JSON.stringify(message)).body],
  ])("is its %s", async (_, read) => {
    const message = await received();
    expect(read(message) === text).toBe(true);
    expect(message.body === text).toBe(true);
  });

  test("has its digest, before it is read and after", async () => {
    const digest = createHash("md5").update(text).digest("hex");
    expect((await received()).md5OfBody).toBe(digest);
    const message = await received();
    expect([message.body.length, message.md5OfBody]).toEqual([text.length, digest]);
  });

  test("is not what somebody does to its bytes", async () => {
    const message = await received();
    message.bytes.fill(0x61);
    expect(message.body === text).toBe(true);
  });
});
