/**
 * Full memory: nothing is lost or overwritten, the refusal is clear, and who asked to waits.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { MessageBatch } from "../../../engine/broker/messages/batch.ts";
import { AbortError } from "../../../engine/broker/waiting/abort.ts";
import type { Queue } from "../../../engine/types.ts";
import { expectWithin } from "../../support/timing.ts";
import { openWithoutRoom } from "../withoutRoom.ts";

const MESSAGES = 500;
/** A poll looks ten times a second for room. */
const SOON_MS = 5_000;

let broker: Broker;
let queue: Queue;

beforeEach(async () => {
  broker = await Broker.open({
    memoryBytes: 24 * 1_048_576,
    threadsMax: 3,
    queuesMax: 4,
    messagesMax: MESSAGES,
  });
  queue = await broker.createQueue("jobs");
});

afterEach(() => broker.close());

/** Sends until memory is full; the bodies that were accepted. */
function fill(): string[] {
  const bodies: string[] = [];
  for (let index = 0; queue.sync.send(`body ${index}`); index++) bodies.push(`body ${index}`);
  return bodies;
}

function drain(): string[] {
  const batch = new MessageBatch(100);
  const bodies: string[] = [];
  while (queue.sync.receive(batch) > 0) {
    for (let index = 0; index < batch.length; index++) bodies.push(batch.body(index));
    queue.sync.delete(batch);
  }
  return bodies;
}

describe("when memory is full", () => {
  test("sends say so in every form, and what was accepted is all there", async () => {
    const accepted = fill();
    expect(accepted.length).toBe(MESSAGES);
    const full = { code: "CapacityExceeded", retryable: true, queue: "jobs" };
    await expect(queue.send("more")).rejects.toMatchObject(full);
    expect(queue.sync.sendBatch(["more", "and more"])).toBe(0);
    const { successful, failed } = await queue.sendBatch(["a", "b"]);
    expect(successful).toEqual([]);
    expect(failed).toMatchObject([
      { index: 0, error: full },
      { index: 1, error: full },
    ]);
    expect(drain()).toEqual(accepted);
    expect(fill().length).toBe(MESSAGES);
  });

  test("bodies too large for what is left are refused, smaller ones are not", async () => {
    let large = 0;
    while (queue.sync.send("x".repeat(1_000_000))) large++;
    expect(large).toBeGreaterThan(5);
    await expect(queue.send("y".repeat(1_000_000))).rejects.toMatchObject({
      code: "CapacityExceeded",
    });
    expect(queue.sync.send("small")).toBe(true);
    const [message] = await queue.receive({ maxNumberOfMessages: 1 });
    expect(message?.body.length).toBe(1_000_000);
    await message?.delete();
    expect(queue.sync.send("z".repeat(1_000_000))).toBe(true);
  });

  test("what a purge ended makes room at once", async () => {
    fill();
    await queue.purge();
    expect(fill().length).toBe(MESSAGES);
  });

  test("a dead letter that finds no room comes to the poll that waits when there is some", async () => {
    await broker.close();
    const { letters, filler, ...others } = await openWithoutRoom();
    broker = others.broker;
    expect(letters.counts().visible).toBe(0);
    const poll = letters.receive({ waitTimeSeconds: Number.POSITIVE_INFINITY });
    await new Promise((resolve) => setTimeout(resolve, 30));
    await filler.purge();
    const startMs = performance.now();
    expect(await poll).toMatchObject([{ body: "letter" }]);
    expectWithin("the letter came after", performance.now() - startMs, SOON_MS);
  });

  test("a batch is accepted as far as there is room", async () => {
    const bodies = Array.from({ length: MESSAGES + 50 }, (_, index) => `${index}`);
    const { successful, failed } = await queue.sendBatch(bodies);
    expect(successful.map(({ index }) => index)).toEqual(bodies.slice(0, MESSAGES).map(Number));
    expect(failed.map(({ index }) => index)).toEqual(bodies.slice(MESSAGES).map(Number));
    expect(drain()).toEqual(bodies.slice(0, MESSAGES));
  });
});

describe("waitForCapacity", () => {
  test("sends when there is room, in the order of the calls", async () => {
    fill();
    const waiting = ["first", "second", "third"].map((body) =>
      queue.send(body, { waitForCapacity: true }),
    );
    const order: number[] = [];
    waiting.forEach((sent, index) => {
      void sent.then(() => order.push(index));
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(order).toEqual([]);
    const batch = new MessageBatch(2);
    queue.sync.receive(batch);
    queue.sync.delete(batch);
    await Promise.all(waiting.slice(0, 2));
    expect(order).toEqual([0, 1]);
    drain();
    const third = await waiting[2];
    expect(third?.messageId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("sends when room is made in another thread", async () => {
    fill();
    const other = await Broker.attach(broker.share());
    const sent = queue.send("waits", { waitForCapacity: true });
    const jobs = await other.getQueue("jobs");
    // More than a thread keeps in stock for itself.
    const batch = new MessageBatch(100);
    jobs.sync.receive(batch);
    jobs.sync.delete(batch);
    await sent;
    await other.close();
    expect(queue.counts()).toMatchObject({ visible: MESSAGES - 100 + 1, inFlight: 0 });
  });

  test("sends a batch larger than memory while somebody receives", async () => {
    const bodies = Array.from({ length: MESSAGES * 3 }, (_, index) => `${index}`);
    const sending = queue.sendBatch(bodies, { waitForCapacity: true });
    const got: string[] = [];
    while (got.length < bodies.length) {
      got.push(...drain());
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const { successful, failed } = await sending;
    expect([successful.length, failed.length]).toEqual([bodies.length, 0]);
    expect(got).toEqual(bodies);
    expect(new Set(successful.map(({ value }) => value.messageId)).size).toBe(bodies.length);
  });

  test("ends with AbortError when aborted, with BrokerClosed when the broker closes", async () => {
    fill();
    const aborter = new AbortController();
    const { signal } = aborter;
    const aborted = queue.send("x", { waitForCapacity: true, signal });
    const closed = queue.send("y", { waitForCapacity: true });
    aborter.abort();
    await expect(aborted).rejects.toBeInstanceOf(AbortError);
    const rejected = expect(closed).rejects.toMatchObject({ code: "BrokerClosed" });
    await broker.close();
    await rejected;
  });
});
