/**
 * AWS's rate of calls to FIFO queues, on a clock that stands still until it is told to move: how many
 * are let through in a minute, by queue, by group and by region, and what the others are told.
 */
import { afterEach, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { MessageBatch } from "../../../engine/broker/messages/batch.ts";
import { VirtualClock } from "../../../engine/clock.ts";
import { SluiceError } from "../../../engine/errors.ts";
import { fifo, highThroughputCallsPerSecond } from "../../../engine/limits.ts";
import type { BrokerOptions, Queue, QueueAttributes } from "../../../engine/types.ts";

let clock: VirtualClock;
let broker: Broker;

afterEach(() => broker.close());

async function open(options: BrokerOptions = {}): Promise<Broker> {
  clock = new VirtualClock();
  const memoryBytes = 256 * 1_048_576;
  broker = await Broker.open({ memoryBytes, clock, quotas: "throughput", ...options });
  return broker;
}

function create(attributes: QueueAttributes = {}): Promise<Queue> {
  return broker.createQueue("orders.fifo", { fifoQueue: true, ...attributes });
}

let sent = 0;
/** A message that is no duplicate. */
function entry(group = "a") {
  const messageDeduplicationId = `id-${++sent}`;
  return { body: "x", messageGroupId: group, messageDeduplicationId };
}

/** More calls in a row than any quota lets through: none is counted. */
const CALLS_MAX = 100_000;

/** How often `call` is let through until it is refused for the first time. */
function until(call: () => void): number {
  for (let calls = 0; calls < CALLS_MAX; calls++) {
    try {
      call();
    } catch (error) {
      if (error instanceof SluiceError && error.code === "RequestThrottled") return calls;
      throw error;
    }
  }
  return CALLS_MAX;
}

/** How often a send answers `done` until it answers less. */
function untilLess(send: () => number | boolean, done: number | boolean): number {
  let calls = 0;
  while (calls < CALLS_MAX && send() === done) calls++;
  return calls;
}

const throttled = { code: "RequestThrottled", retryable: true };
const high = {
  deduplicationScope: "messageGroup",
  fifoThroughputLimit: "perMessageGroupId",
} as const;

describe("a FIFO queue", () => {
  test("takes 300 sends, receives and deletes a second, and 3,000 messages in batches", async () => {
    await open();
    const { sync } = await create();
    const batch = new MessageBatch(10);
    const ten = () => Array.from({ length: 10 }, (_, index) => entry(`group-${index}`));
    const got = { sent: 0, received: 0, deleted: 0 };
    // A second more than what is counted empties the buckets.
    const stepMs = 5;
    for (let ms = 0; ms < 62_000; ms += stepMs) {
      if (ms === 2_000) Object.assign(got, { sent: 0, received: 0, deleted: 0 });
      got.sent += 10 * untilLess(() => sync.sendBatch(ten()), 10);
      until(() => {
        got.received += sync.receive(batch);
        if (batch.length > 0) got.deleted += sync.delete(batch);
      });
      await clock.advance(stepMs);
    }
    console.log(`in a minute: ${JSON.stringify(got)}`);
    for (const messages of Object.values(got)) {
      expect(messages).toBeGreaterThan(180_000 * 0.99);
      expect(messages).toBeLessThan(180_000 * 1.01);
    }
  });

  test("takes 300 single sends a second, a full bucket at first", async () => {
    await open();
    const { sync } = await create();
    const send = () => {
      const { body, ...options } = entry();
      return sync.send(body, options);
    };
    expect(untilLess(send, true)).toBe(300);
    let accepted = 0;
    for (let ms = 0; ms < 60_000; ms += 7) {
      await clock.advance(7);
      accepted += untilLess(send, true);
    }
    console.log(`single sends in a minute: ${accepted}`);
    expect(Math.abs(accepted - 18_000)).toBeLessThan(180);
    await clock.advance(3_600_000);
    expect(untilLess(send, true)).toBe(300);
  });

  test("takes no call before its time has come to the last third of a millisecond", async () => {
    await open({ region: "eu-west-2" });
    const many = await broker.createQueue("many.fifo", { fifoQueue: true, ...high });
    // One bucket is the queue's, the other the partition's: both fill by a call every 3 1/3 ms.
    for (const { sync } of [await create(), many]) {
      const send = () => sync.sendBatch([entry()]);
      expect(untilLess(send, 1)).toBe(300);
      await clock.advance(3);
      expect(untilLess(send, 1)).toBe(0);
      await clock.advance(1);
      expect(untilLess(send, 1)).toBe(1);
    }
  });

  test("counts no call that was meant for the queue before it", async () => {
    await open();
    const gone = await create();
    await broker.deleteQueue("orders.fifo");
    // Its place is free when its memory has been given back.
    await new Promise((resolve) => setImmediate(resolve));
    const queue = await create();
    const batch = new MessageBatch(1);
    for (let call = 0; call < 300; call++) {
      expect(() => gone.sync.receive(batch)).toThrow("does not exist");
    }
    expect(until(() => queue.sync.receive(batch))).toBe(300);
  });

  test("tells who comes too fast, or lets them wait, and counts all threads together", async () => {
    await open();
    const queue = await create({ contentBasedDeduplication: true });
    const other = await Broker.attach(broker.share());
    const same = await other.getQueue("orders.fifo");
    for (let call = 0; call < 150; call++) await queue.send(`one ${call}`, { messageGroupId: "a" });
    for (let call = 0; call < 150; call++) await same.send(`two ${call}`, { messageGroupId: "a" });
    await expect(queue.send("x", { messageGroupId: "a" })).rejects.toMatchObject(throttled);
    await expect(queue.sendBatch([entry(), entry()])).rejects.toMatchObject(throttled);
    const waiting = [
      same.send("waited", { messageGroupId: "a", waitForCapacity: true }),
      same.sendBatch([entry(), entry()], { waitForCapacity: true }),
    ];
    const aborter = new AbortController();
    const options = { messageGroupId: "a", waitForCapacity: true, signal: aborter.signal };
    const aborted = expect(same.send("never", options)).rejects.toMatchObject({
      name: "AbortError",
    });
    aborter.abort();
    await aborted;
    await clock.advance(7);
    await Promise.all(waiting);
    expect(queue.counts().visible).toBe(303);
    await other.close();
  });

  test("counts a long poll once, receives and deletes each by themselves", async () => {
    await open();
    const queue = await create();
    const { sync } = queue;
    const batch = new MessageBatch(1);
    const poll = queue.receive({ waitTimeSeconds: 20 });
    await clock.advance(19_000);
    expect(until(() => sync.receive(batch))).toBe(300);
    await queue.sendBatch([entry()]);
    const [message] = await poll;
    await expect(queue.receive()).rejects.toMatchObject(throttled);
    for (let call = 0; call < 300; call++) await message?.delete();
    await expect(message?.delete()).rejects.toMatchObject(throttled);
    const handles = Array.from({ length: 25 }, () => message?.receiptHandle ?? "");
    await expect(queue.deleteBatch(handles)).rejects.toMatchObject(throttled);
    await clock.advance(7);
    const { successful, failed } = await queue.deleteBatch(handles);
    expect([successful.length, failed.length]).toEqual([20, 5]);
    expect(failed[0]).toMatchObject({ index: 20, error: throttled });
    await message?.changeVisibility(0).catch(() => undefined);
  });

  test("counts each ten of a large batch as a call, and refuses the rest one by one", async () => {
    await open();
    const queue = await create();
    for (let call = 0; call < 298; call++) await queue.sendBatch([entry()]);
    const { successful, failed } = await queue.sendBatch(Array.from({ length: 25 }, () => entry()));
    expect(successful).toHaveLength(20);
    expect(failed.map(({ index }) => index)).toEqual([20, 21, 22, 23, 24]);
    expect(failed[0]?.error).toMatchObject(throttled);
    expect(queue.sync.sendBatch([entry()])).toBe(0);
  });

  test("lets an iterator wait for its turn", async () => {
    await open();
    const queue = await create();
    await queue.sendBatch([entry()]);
    until(() => queue.sync.receive(new MessageBatch(1), 1, 0));
    const stream = queue.messages();
    const next = stream.next();
    await new Promise((resolve) => setTimeout(resolve, 30));
    await clock.advance(4);
    expect((await next).value?.body).toBe("x");
    await stream.return?.();
  });

  test("has no limit where the quotas are off, and neither has a Standard queue", async () => {
    await open({ quotas: "off" });
    const free = await create();
    for (let call = 0; call < 1_000; call++) await free.sendBatch([entry()]);
    await broker.close();
    await open();
    const standard = await broker.createQueue("jobs");
    for (let call = 0; call < 1_000; call++) await standard.send("x");
    expect(standard.counts().visible).toBe(1_000);
  });
});

describe("high throughput", () => {
  /** Sends a second that are let through when every group is tried all the time. */
  async function rate(queue: Queue, groups: number, seconds: number): Promise<number> {
    const { sync } = queue;
    let accepted = 0;
    const stepMs = 20;
    for (let ms = -1_000; ms < seconds * 1_000; ms += stepMs) {
      for (let group = 0; group < groups; group++) {
        const tokens = untilLess(() => sync.sendBatch([entry(`group-${group}`)]), 1);
        if (ms >= 0) accepted += tokens;
      }
      await clock.advance(stepMs);
    }
    return accepted / seconds;
  }

  test("gives one group 300 calls a second, many groups as much as the region has", async () => {
    await open({ region: "eu-west-2" });
    const one = await rate(await create(high), 1, 10);
    const many = await rate(
      await broker.createQueue("many.fifo", { fifoQueue: true, ...high }),
      200,
      4,
    );
    console.log(`high throughput in eu-west-2: one group ${one}, 200 groups ${many} a second`);
    expect(Math.abs(one - 300)).toBeLessThan(3);
    expect(Math.abs(many - 4_500)).toBeLessThan(45);
  });

  test("a batch counts at the partition of each of its groups, a delete at its message's", async () => {
    await open({ region: "eu-west-2" });
    const queue = await create(high);
    const { sync } = queue;
    // Two groups of one partition, and one of another, found by using the first one's up.
    expect(untilLess(() => sync.sendBatch([entry("a")]), 1)).toBe(300);
    const names = Array.from({ length: 200 }, (_, index) => `g${index}`);
    const other = names.find((name) => sync.sendBatch([entry(name)]) === 1) ?? "";
    const mate = names.find((name) => sync.sendBatch([entry(name)]) === 0) ?? "";
    expect([other, mate]).not.toContain("");
    expect(sync.sendBatch([entry(other), entry("a")])).toBe(0);
    expect(sync.sendBatch([entry(other), entry(mate)])).toBe(0);
    expect(sync.sendBatch([entry(other)])).toBe(1);
    const batch = new MessageBatch(1);
    sync.receive(batch);
    expect(batch.message(0).messageGroupId).toBe("a");
    expect(until(() => sync.delete(batch))).toBeGreaterThan(1);
  });

  test("a receive counts at the partition of the group that is next, and a batch of one group once", async () => {
    await open({ region: "eu-west-2" });
    const { sync } = await create(high);
    expect(untilLess(() => sync.sendBatch([entry("a"), entry("a")]), 2)).toBe(300);
    const batch = new MessageBatch(1);
    const receives = until(() => {
      sync.receive(batch);
      sync.changeVisibility(batch, 0);
    });
    expect(receives).toBe(300);
  });

  test("a delete of what is gone counts at no partition, what stands beside it does", async () => {
    await open({ region: "eu-west-2" });
    const queue = await create(high);
    const ten = () => Array.from({ length: 10 }, () => entry("a"));
    for (let call = 0; call < 31; call++) await queue.sendBatch(ten());
    let gone = "";
    for (let call = 0; call < 30; call++) {
      for (const message of await queue.receive({ maxNumberOfMessages: 10 })) {
        gone = message.receiptHandle;
        await message.delete();
      }
    }
    const [held] = await queue.receive();
    for (let call = 0; call < 10; call++) await queue.delete(gone);
    await expect(held?.delete()).rejects.toMatchObject(throttled);
    const both = queue.deleteBatch([gone, held?.receiptHandle ?? ""]);
    await expect(both).rejects.toMatchObject(throttled);
  });

  test("a partition that nobody called for nine days lets a full bucket through", async () => {
    await open({ region: "eu-west-2" });
    const { sync } = await create(high);
    const burst = () => untilLess(() => sync.sendBatch([entry("a")]), 1);
    expect(burst()).toBe(300);
    // Its number has wrapped by then, and looks like a moment that is still to come.
    await clock.advance(9 * 86_400_000);
    expect(burst()).toBe(300);
  });

  test("begins and ends with the attribute, and regions have the rates that AWS publishes", async () => {
    await open({ region: "us-east-1" });
    const queue = await create({ deduplicationScope: "messageGroup" });
    const burst = () => untilLess(() => queue.sync.sendBatch([entry(`g${sent % 5_000}`)]), 1);
    expect(burst()).toBe(300);
    await queue.setAttributes({ fifoThroughputLimit: "perMessageGroupId" });
    await clock.advance(1_000);
    expect(burst()).toBeGreaterThan(20_000);
    await queue.setAttributes({ fifoThroughputLimit: "perQueue" });
    await clock.advance(1_000);
    expect(burst()).toBe(300);
    const regions = ["us-east-1", "eu-central-1", "ap-south-1", "sa-east-1", "eu-north-1"];
    const rates = regions.map(highThroughputCallsPerSecond);
    expect(rates).toEqual([70_000, 19_000, 9_000, 4_500, 2_400]);
    expect(fifo.callsPerSecond).toBe(300);
  });
});
