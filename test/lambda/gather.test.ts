/**
 * How events are filled: what one receive brings; by a window, until it is over, the batch is full or
 * an event holds no more bytes. What is gathered stays hidden, and has its whole visibility timeout from
 * the call on. Time is a VirtualClock's.
 */
import { expect, test } from "vitest";
import { Broker, type Queue, VirtualClock } from "../../engine/index.ts";
import { gate, numbered, until } from "../consumer/support.ts";
import { bodiesOf, inlined, keeping, REPORTED } from "./support.ts";

interface Place {
  readonly clock: VirtualClock;
  readonly queue: Queue;
}

async function withClock(
  use: (place: Place) => Promise<void>,
  attributes: Parameters<Broker["createQueue"]>[1] = {},
): Promise<void> {
  const clock = new VirtualClock();
  await using broker = await Broker.open({ clock });
  const name = attributes?.fifoQueue ? "work.fifo" : "work";
  await use({ clock, queue: await broker.createQueue(name, attributes) });
}

const window = (seconds: number, batchSize: number) => {
  return { maximumBatchingWindowInSeconds: seconds, batchSize };
};

test("without a window an event has what one receive brings, ten at the most", async () => {
  await withClock(async ({ queue }) => {
    await queue.sendBatch(numbered(25));
    const { calls, handler } = keeping();
    await using consumer = inlined(queue, handler);
    await until(() => consumer.stats().handled === 25, "handled");
    expect(calls.map(({ event }) => event.Records.length)).toEqual([10, 10, 5]);
    expect(calls.flatMap(({ event }) => bodiesOf(event)).sort()).toEqual(numbered(25).sort());
  });
});

test("a window gathers until it is over, counted from the first message", async () => {
  await withClock(async ({ clock, queue }) => {
    const { calls, handler } = keeping();
    await using consumer = inlined(queue, handler, window(20, 10_000));
    await consumer.ready;
    await clock.advance(100_000);
    await queue.send("a");
    for (const body of ["b", "c"]) {
      // A turn, in which it is received before time goes on.
      await clock.advance(0);
      await clock.advance(6_000);
      await queue.send(body);
    }
    await clock.advance(0);
    await clock.advance(7_999);
    expect(calls).toEqual([]);
    expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 3 });
    await clock.advance(1);
    await until(() => calls.length === 1, "called");
    expect(calls.map(({ event }) => bodiesOf(event))).toEqual([["a", "b", "c"]]);
  });
});

test("a full batch waits for no window, and has up to 10,000 messages", async () => {
  await withClock(async ({ queue }) => {
    const bodies = numbered(10_001);
    await queue.sendBatch(bodies);
    const { calls, handler } = keeping();
    await using consumer = inlined(queue, handler, { ...window(300, 10_000), timeout: 30 });
    await until(() => consumer.stats().received === 10_001, "received");
    expect(bodiesOf(calls[0]?.event ?? { Records: [] })).toEqual(bodies.slice(0, 10_000));
    // The last one is gathered for the next event; a stop does not leave it.
    await consumer.stop();
    expect(calls.map(({ event }) => event.Records.length)).toEqual([10_000, 1]);
    expect(consumer.stats()).toMatchObject({ received: 10_001, handled: 10_001, inHand: 0 });
    expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 0 });
  });
});

test("of 600 messages those that are named come back, and the others are gone", async () => {
  await withClock(
    async ({ clock, queue }) => {
      await queue.sendBatch(numbered(600));
      const { calls, handler } = keeping(({ Records }) => ({
        batchItemFailures: Records.filter(({ body }) => Number(body) % 100 === 0).map(
          ({ messageId }) => ({ itemIdentifier: messageId }),
        ),
      }));
      await using consumer = inlined(queue, handler, { ...window(1, 600), ...REPORTED });
      await until(() => consumer.failures.length === 6, "failed");
      await until(() => consumer.stats().handled === 594, "handled");
      expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 6 });
      await clock.advance(30_000);
      await clock.advance(1_000);
      await until(() => calls.length === 2, "called again");
      const again = calls[1]?.event ?? { Records: [] };
      expect(bodiesOf(again).sort()).toEqual(["0", "100", "200", "300", "400", "500"]);
      expect(again.Records[0]?.attributes.ApproximateReceiveCount).toBe("2");
    },
    { visibilityTimeout: 30 },
  );
});

test("what is gathered stays hidden for longer than its timeout, and for all of it from the call on", async () => {
  await withClock(
    async ({ clock, queue }) => {
      const { opened, open } = gate();
      const { calls, handler } = keeping(() => opened);
      await using consumer = inlined(queue, handler, { ...window(300, 1_000), timeout: 30 });
      await consumer.ready;
      await queue.sendBatch(numbered(300));
      await clock.advance(0);
      for (let step = 0; step < 30; step++) {
        await clock.advance(9_999);
        expect(await queue.receive()).toEqual([]);
      }
      await clock.advance(30);
      await until(() => calls.length === 1, "called");
      const { Records = [] } = calls[0]?.event ?? {};
      expect(Records.length).toBe(300);
      expect(new Set(Records.map(({ attributes }) => attributes.ApproximateReceiveCount))).toEqual(
        new Set(["1"]),
      );
      // While the function works nobody extends anything, as on AWS.
      await clock.advance(29_960);
      expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 300 });
      await clock.advance(40);
      expect(queue.counts()).toMatchObject({ visible: 300, inFlight: 0 });
      open();
      await until(() => consumer.stats().handled === 300, "handled");
      expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 0 });
    },
    { visibilityTimeout: 30 },
  );
});

test("a message that is deleted while it is gathered is in no event", async () => {
  await withClock(async ({ clock, queue }) => {
    const { calls, handler } = keeping();
    await using consumer = inlined(queue, handler, window(20, 100));
    await consumer.ready;
    await queue.send("purged");
    await clock.advance(0);
    await clock.advance(5_000);
    expect(queue.counts().inFlight).toBe(1);
    await queue.purge();
    await queue.send("kept");
    await clock.advance(15_000);
    await until(() => calls.length === 1, "called");
    expect(bodiesOf(calls[0]?.event ?? { Records: [] })).toEqual(["kept"]);
    expect(consumer.stats()).toMatchObject({ handled: 1, failed: 0, inHand: 0 });
  });
});

test("an event has six megabytes at the most; what does not fit is in the next", async () => {
  await withClock(async ({ queue }) => {
    // Quotes take two bytes in JSON.
    const bodies = numbered(10).map((index) => `${index}${'"'.repeat(500_000)}`);
    await queue.sendBatch(bodies);
    const { calls, handler } = keeping();
    await using consumer = inlined(queue, handler);
    await until(() => consumer.stats().handled === 10, "handled");
    const bytes = calls.map(({ event }) => Buffer.byteLength(JSON.stringify(event)));
    expect(calls.map(({ event }) => event.Records.length)).toEqual([6, 4]);
    const next = Buffer.byteLength(JSON.stringify(calls[1]?.event.Records[0]));
    expect(bytes[0]).toBeLessThanOrEqual(6_291_556);
    expect((bytes[0] ?? 0) + next + 1).toBeGreaterThan(6_291_556);
    expect(calls.flatMap(({ event }) => bodiesOf(event))).toEqual(bodies);
  });
});

test("of a group that failed nothing goes on that was received with it", async () => {
  await withClock(
    async ({ clock, queue }) => {
      for (const group of ["a", "b"]) {
        const entries = numbered(5).map((index) => ({
          body: `${group}${index}${'"'.repeat(500_000)}`,
          messageGroupId: group,
        }));
        await queue.sendBatch(entries);
      }
      let failures = 1;
      const { calls, handler } = keeping(() => {
        if (failures-- > 0) throw new Error("planted");
      });
      await using consumer = inlined(queue, handler);
      await until(() => consumer.failures.length > 0, "failed");
      await clock.advance(30_000);
      await until(() => consumer.stats().handled === 10, "handled");
      const [first = [], ...later] = calls.map(({ event }) => {
        return bodiesOf(event).map((body) => body.slice(0, 2));
      });
      expect(first).toEqual(["a0", "a1", "a2", "a3", "a4", "b0"]);
      expect(later.flat().filter((body) => body.startsWith("a"))).toEqual([
        "a0",
        "a1",
        "a2",
        "a3",
        "a4",
      ]);
      expect(later.flat().filter((body) => body.startsWith("b"))).toEqual([
        "b0",
        "b1",
        "b2",
        "b3",
        "b4",
      ]);
    },
    { fifoQueue: true, contentBasedDeduplication: true, visibilityTimeout: 30 },
  );
});

test("a stop without drain gives back what was gathered, at once", async () => {
  await withClock(async ({ queue }) => {
    const { calls, handler } = keeping();
    const consumer = inlined(queue, handler, window(300, 1_000));
    await consumer.ready;
    await queue.sendBatch(numbered(300));
    await until(() => consumer.stats().inHand === 300, "gathered");
    await consumer.stop({ drain: false });
    expect(calls).toEqual([]);
    expect(consumer.stats().inHand).toBe(0);
    expect(queue.counts()).toMatchObject({ visible: 300, inFlight: 0 });
  });
});
