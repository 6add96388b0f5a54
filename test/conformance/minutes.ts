/**
 * What clients rely on that takes minutes to see: edge cases 67, 70, 80 and 92 of the contract. The
 * tests let time pass by `Client.pass`. minutes.test.ts runs them on a clock that it moves and fills its queues
 * inside, and test/stress/contract.test.ts in as many calls and as much time as it takes, against any endpoint.
 */
import { describe, expect, test } from "vitest";
import { MessageBatch } from "../../engine/broker/messages/batch.ts";
import { SluiceError } from "../../engine/errors.ts";
import type { Queue } from "../../engine/types.ts";
import { type Client, eventually, pause } from "./contract.ts";

const messagesMax = 120_000;
const batchMax = 10;
/** Calls at a time. */
const callersMax = 32;

const fifo = { FifoQueue: "true" };

/** Sends what a refusal for calling too often held up again, when that time has passed. */
async function insist(sqs: Client, action: string, input: object) {
  for (;;) {
    const { status, code, result } = await sqs.call(action, input);
    if (status === 200) return result;
    if (code !== "RequestThrottled") throw new Error(`${action} answered ${status} ${code}`);
    await sqs.pass(0.1);
  }
}

/** Calls `call` with 0, 1, ... `count` - 1, several at a time. */
async function each(count: number, call: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const caller = async () => {
    while (next < count) await call(next++);
  };
  await Promise.all(Array.from({ length: callersMax }, caller));
}

/** A batch of messages, in a group of its own where there are groups. */
function batchOf(batch: number, size: number, isFifo: boolean): object[] {
  return Array.from({ length: size }, (_, index) => ({
    Id: String(index),
    MessageBody: "x",
    ...(isFifo && {
      MessageGroupId: `group-${batch}`,
      MessageDeduplicationId: `${batch}-${index}`,
    }),
  }));
}

/** Full queues of each endpoint, by its URL and their kind: the tests of all ways look at the same ones. */
const full = new Map<string, Promise<string>>();

/** A queue of which 120,000 messages are in flight, and one more was sent. */
function fullQueue(sqs: Client, kind: "full" | "fifo-full"): Promise<string> {
  const key = `${sqs.endpoint.url} ${kind}`;
  const url = full.get(key) ?? fill(sqs, kind);
  full.set(key, url);
  return url;
}

const batches = messagesMax / batchMax;

/** 120,000 messages are received for as long as may be; then one more is sent. */
async function fill(sqs: Client, kind: "full" | "fifo-full"): Promise<string> {
  const isFifo = kind === "fifo-full";
  const QueueUrl = await sqs.queue(kind, isFifo ? fifo : {});
  const send = async (batch: number, size: number) => {
    const Entries = batchOf(batch, size, isFifo);
    const { Successful } = await insist(sqs, "SendMessageBatch", { QueueUrl, Entries });
    expect(Successful).toHaveLength(size);
  };
  if (sqs.broker === undefined) await fillByCalls(sqs, QueueUrl, (batch) => send(batch, batchMax));
  else await fillInside(sqs, await sqs.broker.getQueue(QueueUrl.split("/").at(-1) ?? ""));
  await send(batches, 1);
  return QueueUrl;
}

/** As any client would, in 24,000 calls. */
async function fillByCalls(
  sqs: Client,
  QueueUrl: string,
  send: (batch: number) => Promise<void>,
): Promise<void> {
  await each(batches, send);
  let received = 0;
  const receive = async () => {
    const asked = { MaxNumberOfMessages: batchMax, VisibilityTimeout: 43_200, WaitTimeSeconds: 0 };
    const { Messages } = await insist(sqs, "ReceiveMessage", { QueueUrl, ...asked });
    received += Messages?.length ?? 0;
    if (Messages === undefined) await pause(100);
  };
  await each(batches, receive);
  // A receive may give less than it is asked for.
  while (received < messagesMax) await receive();
}

/** The same messages in the same groups, by the broker behind the endpoint. */
async function fillInside(sqs: Client, { sync, isFifo }: Queue): Promise<void> {
  for (let batch = 0; batch < batches; batch++) {
    const bodies = Array.from({ length: batchMax }, (_, index) => ({
      body: "x",
      ...(isFifo && {
        messageGroupId: `group-${batch}`,
        messageDeduplicationId: `${batch}-${index}`,
      }),
    }));
    // All or none: ten are one call of the quota, which has room again when time has passed.
    while (sync.sendBatch(bodies) < batchMax) await sqs.pass(0.1);
  }
  const received = new MessageBatch(batchMax);
  for (let left = messagesMax; left > 0; ) {
    try {
      const count = sync.receive(received, batchMax, 43_200);
      if (count === 0) await pause(100);
      left -= count;
    } catch (error) {
      if (!(error instanceof SluiceError && error.code === "RequestThrottled")) throw error;
      await sqs.pass(0.1);
    }
  }
}

function redrive(deadLetterTargetArn: string | undefined) {
  return { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 }) };
}

function visible(sqs: Client, QueueUrl: string): Promise<string | undefined> {
  return sqs.attribute(QueueUrl, "ApproximateNumberOfMessages");
}

export function retention(sqs: () => Client): void {
  test("67: is counted from its send, also while it is in flight or delayed", async () => {
    const QueueUrl = await sqs().queue("retention", { MessageRetentionPeriod: "60" });
    await sqs().send(QueueUrl, "in flight");
    await sqs().send(QueueUrl, "delayed", { DelaySeconds: 900 });
    const { ReceiptHandle } = await sqs().one(QueueUrl, { VisibilityTimeout: 55 });
    await sqs().pass(57);
    const [again] = await sqs().receive(QueueUrl, { VisibilityTimeout: 600 });
    expect(again?.Body).toBe("in flight");
    await sqs().pass(5);
    for (const suffix of ["", "NotVisible", "Delayed"]) {
      const name = `ApproximateNumberOfMessages${suffix}`;
      await eventually(() => sqs().attribute(QueueUrl, name), "0");
    }
    await sqs().ok("DeleteMessage", { QueueUrl, ReceiptHandle });
  });

  /** A message that comes to a dead-letter queue of 60 s when it is 40 s old. */
  const recovered = async (
    label: string,
    kind: Readonly<Record<string, string>>,
    entry: object,
  ) => {
    const settings = { ...kind, MessageRetentionPeriod: "60" };
    const dead = await sqs().queue(`${label}-dead`, settings);
    const source = await sqs().queue(label, {
      ...kind,
      ...redrive(await sqs().attribute(dead, "QueueArn")),
    });
    await sqs().send(source, "a", entry);
    const asked = { AttributeNames: ["SentTimestamp"], VisibilityTimeout: 0 };
    const sent = await sqs().one(source, asked);
    await sqs().pass(40);
    expect(await sqs().receive(source)).toEqual([]);
    const moved = await sqs().one(dead, asked);
    const ageMs = Number(moved.Attributes?.SentTimestamp) - Number(sent.Attributes?.SentTimestamp);
    return { dead, ageMs };
  };
  const count = (QueueUrl: string) => visible(sqs(), QueueUrl);

  test("70: is counted from its send in a dead-letter queue, too", async () => {
    const { dead, ageMs } = await recovered("dated", {}, {});
    expect(ageMs).toBe(0);
    await sqs().pass(10);
    await eventually(() => count(dead), "1");
    await sqs().pass(15);
    await eventually(() => count(dead), "0");
    expect(await sqs().receive(dead)).toEqual([]);
  });

  test("70: begins again in the dead-letter queue of a FIFO queue", async () => {
    const entry = { MessageGroupId: "g", MessageDeduplicationId: "d" };
    const { dead, ageMs } = await recovered("renewed", fifo, entry);
    expect(ageMs).toBeGreaterThanOrEqual(40_000);
    await sqs().pass(40);
    await eventually(() => count(dead), "1");
    await sqs().pass(25);
    await eventually(() => count(dead), "0");
    expect(await sqs().receive(dead)).toEqual([]);
  });
}

export function deduplication(sqs: () => Client): void {
  test("80: lasts five minutes from the message, however many duplicates come", async () => {
    const QueueUrl = await sqs().queue("window", fifo);
    const entry = { MessageGroupId: "g", MessageDeduplicationId: "d" };
    const first = await sqs().send(QueueUrl, "a", entry);
    for (const seconds of [100, 100, 90]) {
      await sqs().pass(seconds);
      const { MessageId, SequenceNumber } = await sqs().send(QueueUrl, "a", entry);
      expect([MessageId, SequenceNumber]).toEqual([first.MessageId, first.SequenceNumber]);
    }
    await sqs().pass(15);
    const later = await sqs().send(QueueUrl, "a", entry);
    expect(later.MessageId).not.toBe(first.MessageId);
    expect(await sqs().receive(QueueUrl)).toHaveLength(2);
  });
}

export function inFlight(sqs: () => Client): void {
  describe("with 120,000 messages in flight", () => {
    // Filled by one way: what is looked at is the receive that comes after, by each.
    test("92: gives nothing of a FIFO queue, and no error", async () => {
      const QueueUrl = await fullQueue(sqs(), "fifo-full");
      const { Messages } = await insist(sqs(), "ReceiveMessage", { QueueUrl });
      expect(Messages).toBeUndefined();
      await eventually(() => visible(sqs(), QueueUrl), "1");
    });

    test("refuses to receive from a Standard queue", async () => {
      const QueueUrl = await fullQueue(sqs(), "full");
      const input = { QueueUrl, WaitTimeSeconds: 0 };
      await sqs().fails("ReceiveMessage", input, 403, "OverLimit");
      await eventually(() => visible(sqs(), QueueUrl), "1");
    });
  });
}
