/**
 * Where a consumer's work is cut short or refused: a thread that ends itself before, between or after
 * its messages, memory that is full, messages in flight that are too many, a close that does not end.
 */
import { expect, test, vi } from "vitest";
import {
  type Broker,
  type HandlerModule,
  MessageBatch,
  type Queue,
  type SluiceError,
} from "../../engine/index.ts";
import {
  event,
  gate,
  inlined,
  notOnce,
  numbered,
  started,
  until,
  withQueue,
  words,
} from "./support.ts";

test("process.exit in setup is a death; the consumer gives up after as many as were asked for", async () => {
  await withQueue(async (queue) => {
    await queue.send("0");
    const data = { exitsIn: "setup", seen: words(1) };
    const options = { threads: 1, maxDeathsInARow: 2, data };
    await using consumer = started(queue, "exitsAround.mjs", options);
    const deaths: unknown[] = [];
    consumer.on("threadDied", ({ exitCode, messageIds }) => deaths.push([exitCode, messageIds]));
    await expect(consumer.ready).rejects.toThrow(/died 2 times in a row.*exited with code: 6/);
    expect(deaths).toEqual([
      [6, []],
      [6, []],
    ]);
    expect(data.seen[0]).toBe(0);
    expect(queue.counts()).toMatchObject({ visible: 1, inFlight: 0 });
  });
});

test("process.exit in close is a death that repeats nothing, and no stop waits for it", async () => {
  await withQueue(async (queue) => {
    await queue.sendBatch(numbered(4));
    const data = { exitsIn: "close", seen: words(4) };
    const options = { threads: 1, batch: 2, recycleAfter: 2, data };
    const consumer = started(queue, "exitsAround.mjs", options);
    const deaths: unknown[] = [];
    consumer.on("threadDied", ({ exitCode, messageIds }) => deaths.push([exitCode, messageIds]));
    await until(() => deaths.length === 2, "both threads dead");
    await consumer.stop();
    expect(deaths).toEqual([
      [6, []],
      [6, []],
    ]);
    expect(notOnce(data.seen)).toEqual([]);
    expect(consumer.stats()).toMatchObject({ handled: 4, failed: 0, inHand: 0, threads: 0 });
    expect(consumer.errors).toEqual([]);
    expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 0 });
  });
});

test("a thread that dies between handled and deleted repeats, and loses nothing", async () => {
  await withQueue(
    async (queue) => {
      await queue.sendBatch(numbered(5));
      const data = { seen: words(5), dies: words(1) };
      await using consumer = started(queue, "exitsAtLast.mjs", { threads: 1, data });
      const [death] = (await event(consumer, "threadDied")) as [{ messageIds: string[] }];
      expect(death.messageIds.length).toBe(5);
      // Four were handled, none of them was deleted.
      expect([...data.seen]).toEqual([1, 1, 1, 1, 0]);
      expect(consumer.stats()).toMatchObject({ handled: 0, received: 5 });
      await until(() => consumer.stats().handled === 5, "handled by the next thread");
      expect([...data.seen]).toEqual([2, 2, 2, 2, 1]);
      expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 0 });
    },
    { attributes: { visibilityTimeout: 1 } },
  );
});

test("while memory is full a handler's sends are refused, and nothing is lost", async () => {
  const messagesMax = 200;
  const fill = (queue: Queue): number => {
    let sent = 0;
    while (queue.sync.send("filler")) sent++;
    return sent;
  };
  await withQueue(
    async (queue: Queue, broker: Broker) => {
      const results = await broker.createQueue("results");
      const fillers = await broker.createQueue("fillers");
      await queue.sendBatch(numbered(5));
      expect(fill(fillers)).toBe(messagesMax - 5);
      const codes: unknown[] = [];
      const module: HandlerModule = {
        default: async ({ body }) => {
          await results.send(body);
        },
      };
      await using consumer = inlined(queue, module, { backoffSeconds: () => 0.05 });
      consumer.on("failed", (_, error) => codes.push((error as SluiceError).code));
      await until(() => codes.length >= 5, "refused");
      expect(new Set(codes)).toEqual(new Set(["CapacityExceeded"]));
      expect(consumer.stats()).toMatchObject({ handled: 0, threads: 1 });
      await fillers.purge();
      await until(() => consumer.stats().handled === 5, "handled");
      const messages = await results.receive({ maxNumberOfMessages: 10 });
      expect(messages.map(({ body }) => body).sort()).toEqual(numbered(5));
      expect(consumer.errors).toEqual([]);
      expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 0 });
    },
    { options: { memoryBytes: 24 * 1_048_576, messagesMax, threadsMax: 3, queuesMax: 4 } },
  );
});

test("with as many in flight as AWS allows a consumer waits, and goes on when there are fewer", async () => {
  const most = 120_000;
  await withQueue(
    async (queue) => {
      const body = "x";
      for (let sent = 0; sent < most + 3; sent++) queue.sync.send(body);
      const own = new MessageBatch(256);
      let inFlight = 0;
      while (queue.counts().inFlight < most) inFlight += queue.sync.receive(own, 256);
      expect(inFlight).toBe(most);
      let handled = 0;
      await using consumer = inlined(queue, { default: () => void handled++ }, { batch: 10 });
      await consumer.ready;
      expect(queue.counts()).toMatchObject({ visible: 3, inFlight: most });
      expect(handled).toBe(0);
      queue.sync.delete(own);
      await until(() => consumer.stats().handled === 3, "all handled");
      expect(handled).toBe(3);
      expect(consumer.errors).toEqual([]);
    },
    { attributes: { visibilityTimeout: 600 }, options: { quotas: "aws" } },
  );
});

test("a close that does not settle is told after 30 seconds, and the next life begins", async () => {
  await withQueue(async (queue) => {
    await queue.sendBatch(numbered(2));
    const never = gate();
    let closes = 0;
    const module: HandlerModule = {
      default: () => {},
      close: () => {
        closes++;
        return closes === 1 ? never.opened : undefined;
      },
    };
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const consumer = inlined(queue, module, { batch: 1, recycleAfter: 1 });
      // Not until(): under these timers it moves their time.
      while (closes === 0) await new Promise((resolve) => setImmediate(resolve));
      vi.advanceTimersByTime(29_999);
      await new Promise((resolve) => setImmediate(resolve));
      expect(consumer.errors).toEqual([]);
      expect(consumer.stats().handled).toBe(1);
      vi.advanceTimersByTime(1);
      await until(() => consumer.stats().handled === 2, "handled by the next life");
      expect(consumer.errors.map(({ message }) => message)).toEqual([
        expect.stringMatching(/close of .*not settled within 30000 ms/),
      ]);
      await consumer.stop();
    } finally {
      vi.useRealTimers();
    }
  });
});

test.each(["handleBatch", "handleSync"] as const)(
  "a batch of the greatest size is deleted to its last message: %s",
  async (kind) => {
    await withQueue(async (queue) => {
      await queue.sendBatch(numbered(256));
      await using consumer = inlined(queue, { [kind]: () => {} }, { batch: 256 });
      await until(() => consumer.stats().handled === 256, "handled");
      expect(consumer.stats()).toMatchObject({ received: 256, inHand: 0 });
      expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 0 });
    });
  },
);

test("a group whose message is being handled keeps no other group of the batch waiting", async () => {
  await withQueue(
    async (queue) => {
      for (const body of ["a0", "a1", "b0"]) {
        await queue.send(body, { messageGroupId: body.charAt(0), messageDeduplicationId: body });
      }
      const go = gate();
      const begun: string[] = [];
      const module: HandlerModule = {
        default: ({ body }) => {
          begun.push(body);
          return go.opened;
        },
      };
      await using consumer = inlined(queue, module, { concurrency: 2 });
      await until(() => begun.length === 2, "two begun");
      expect(begun).toEqual(["a0", "b0"]);
      go.open();
      await until(() => consumer.stats().handled === 3, "all handled");
      expect(begun).toEqual(["a0", "b0", "a1"]);
    },
    { name: "work.fifo", attributes: { fifoQueue: true } },
  );
});

test("a module that exports nothing is refused with a sentence that says so", async () => {
  await withQueue(async (queue) => {
    await using consumer = inlined(queue, {});
    await expect(consumer.ready).rejects.toThrow(/exports nothing, and none of default/);
  });
});

test("a stop ends the pause that a row of deaths had brought, and its timer", async () => {
  const set = vi.spyOn(globalThis, "setTimeout");
  const cleared = vi.spyOn(globalThis, "clearTimeout");
  /** The timers of the pause of so many milliseconds. */
  const pauses = (ms: number): unknown[] =>
    set.mock.results.flatMap(({ value }, index) =>
      set.mock.calls[index]?.[1] === ms ? value : [],
    );
  await withQueue(async (queue) => {
    const data = { exitsIn: "setup", seen: words(1) };
    const consumer = started(queue, "exitsAround.mjs", { threads: 1, data });
    // The third death of a row.
    await until(() => pauses(200).length === 1, "it pauses");
    await consumer.stop();
    await expect(consumer.ready).rejects.toThrow(/aborted/);
    expect(cleared.mock.calls.map(([timer]) => timer)).toEqual(expect.arrayContaining(pauses(200)));
  });
  set.mockRestore();
  cleared.mockRestore();
});
