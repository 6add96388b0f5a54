/**
 * What a consumer works on goes away or ends under it: the queue deleted, deleted and made again, its
 * messages purged, threads replaced in good order, handlers that outlive the deadline.
 */
import { describe, expect, test } from "vitest";
import { BrokerQueue } from "../../engine/broker/queue.ts";
import { type HandlerModule, type Queue, VirtualClock } from "../../engine/index.ts";
import {
  gate,
  handler,
  inlined,
  notOnce,
  numbered,
  started,
  until,
  withQueue,
  words,
} from "./support.ts";

function codesOf(errors: readonly Error[]): unknown[] {
  return errors.map((error) => (error as { code?: unknown }).code);
}

/** How many messages handlers of this thread hold, of all consumers. */
function heldHere(queue: Queue): number {
  return BrokerQueue.internalsOf(queue).member.engine.held.used;
}

const FIFO = { name: "work.fifo", attributes: { fifoQueue: true } } as const;

async function sendGroup(queue: Queue, count: number, messageGroupId = "a"): Promise<void> {
  for (const body of numbered(count)) {
    const messageDeduplicationId = `${messageGroupId}${body}`;
    await queue.send(body, { messageGroupId, messageDeduplicationId });
  }
}

describe("a queue that is deleted", () => {
  test("while strands wait for the group of another: all end, and it is told", async () => {
    await withQueue(async (queue, broker) => {
      await sendGroup(queue, 3);
      const go = gate();
      let begun = 0;
      const module: HandlerModule = {
        default: () => {
          begun++;
          return go.opened;
        },
      };
      const consumer = inlined(queue, module, { concurrency: 3 });
      await until(() => begun === 1, "one begun, two wait for it");
      await broker.deleteQueue("work.fifo");
      go.open();
      await until(() => consumer.errors.length > 0, "told");
      await consumer.stop();
      expect(codesOf(consumer.errors)).toEqual(["QueueDoesNotExist"]);
      expect(begun).toBe(1);
      expect(heldHere(queue)).toBe(0);
    }, FIFO);
  });

  test("leaves nothing in the hands of its thread, and heartbeats of nothing", async () => {
    await withQueue(async (queue, broker) => {
      const other = await broker.createQueue("other");
      await queue.sendBatch(numbered(256));
      const go = gate();
      const module: HandlerModule = { handleBatch: () => go.opened };
      const consumer = inlined(queue, module, { batch: 256 });
      await until(() => consumer.stats().inHand === 256, "all in hand");
      await broker.deleteQueue("work");
      go.open();
      await until(() => consumer.errors.length > 0, "told");
      await consumer.stop();
      expect(heldHere(other)).toBe(0);
      const seen = words(3);
      await other.sendBatch(numbered(3));
      await using second = started(other, "countEach.mjs", { inline: true, data: { seen } });
      await until(() => second.stats().handled === 3, "another has room");
    });
  });

  test.each(["default", "handleBatch", "handleSync"] as const)(
    "while a failure waits for its backoff: told as any other time (%s)",
    async (kind) => {
      await withQueue(async (queue, broker) => {
        await queue.sendBatch(numbered(2));
        const module: HandlerModule = {
          [kind]: () => {
            throw new Error("planted");
          },
        };
        let asked = 0;
        const backoffSeconds = (): number => {
          if (asked++ === 0) void broker.deleteQueue("work");
          return 3;
        };
        const consumer = inlined(queue, module, { backoffSeconds });
        await until(() => consumer.errors.length > 0, "told");
        await consumer.stop();
        expect(codesOf(consumer.errors)).toEqual(["QueueDoesNotExist"]);
        expect(heldHere(queue)).toBe(0);
      });
    },
  );

  test.each([
    ["before its threads have begun", false],
    ["before its threads have begun, and made again", true],
  ])("%s: told at once, and no thread dies of it", async (_, isMadeAgain) => {
    await withQueue(async (queue, broker) => {
      const seen = words(1);
      const consumer = started(queue, "countEach.mjs", { threads: 1, data: { seen } });
      let deaths = 0;
      consumer.on("threadDied", () => deaths++);
      await broker.deleteQueue("work");
      if (isMadeAgain) await (await broker.createQueue("work")).send("0");
      await expect(consumer.ready).rejects.toThrow(/queue does not exist/);
      await consumer.stop();
      expect(codesOf(consumer.errors)).toEqual(["QueueDoesNotExist"]);
      expect([deaths, seen[0]]).toEqual([0, 0]);
    });
  });
});

test("messages that are purged while in hand are handled once and then gone", async () => {
  for (const kind of ["default", "handleBatch"] as const) {
    await withQueue(async (queue) => {
      await queue.sendBatch(numbered(20));
      const go = gate();
      await using consumer = inlined(queue, { [kind]: () => go.opened }, { concurrency: 10 });
      await until(() => consumer.stats().inHand === 10, "in hand");
      await queue.purge();
      go.open();
      await until(() => consumer.stats().handled === 10, "handled");
      await queue.send("another");
      await until(() => consumer.stats().handled === 11, "it goes on");
      expect(consumer.errors).toEqual([]);
      expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 0 });
    });
  }
});

describe("recycleAfter under load", () => {
  test.each(["countEach.mjs", "countBatch.mjs", "countSync.mjs"])(
    "replaces thread after thread, none of which dies, and repeats nothing: %s",
    async (file) => {
      await withQueue(async (queue) => {
        const count = 72;
        const seen = words(count);
        await queue.sendBatch(numbered(count));
        const consumer = started(queue, file, {
          threads: 4,
          batch: 3,
          recycleAfter: 6,
          data: { seen },
        });
        const deaths: Error[] = [];
        consumer.on("threadDied", ({ error }) => deaths.push(error));
        await until(() => consumer.stats().handled >= count, "all handled");
        await consumer.stop();
        expect(deaths).toEqual([]);
        expect(notOnce(seen)).toEqual([]);
        expect(consumer.errors).toEqual([]);
      });
    },
  );
});

describe("threads that the broker has no number for", () => {
  test("are one clear error, and no deaths", async () => {
    await withQueue(
      async (queue) => {
        const data = { seen: words(1) };
        await using first = started(queue, "countEach.mjs", { threads: 2, data });
        await first.ready;
        const second = started(queue, "countEach.mjs", { threads: 2, data });
        let deaths = 0;
        second.on("threadDied", () => deaths++);
        await expect(second.ready).rejects.toThrow(/threadsMax/);
        await second.stop();
        expect(codesOf(second.errors)).toEqual(["OverLimit"]);
        expect(deaths).toBe(0);
        await queue.send("0");
        await until(() => first.stats().handled === 1, "the first works on");
      },
      { options: { threadsMax: 4 } },
    );
  });

  test("are there again for who takes the place of the dead, however many die", async () => {
    await withQueue(
      async (queue) => {
        const deaths = words(1);
        deaths[0] = 12;
        const seen = words(40);
        await queue.sendBatch(numbered(40));
        const data = { seen, deaths };
        const options = { threads: 2, batch: 2, maxDeathsInARow: 100, data };
        await using consumer = started(queue, "dieEach.mjs", options);
        await until(() => seen.every((times) => times > 0), "all handled");
        await until(() => consumer.stats().threadsDied === 12, "all dead");
        expect(consumer.errors).toEqual([]);
      },
      { attributes: { visibilityTimeout: 1 }, options: { threadsMax: 4 } },
    );
  });
});

test("a handler of this thread that outlives the deadline is the last that was called", async () => {
  await withQueue(async (queue) => {
    await queue.sendBatch(numbered(10));
    const go = gate();
    let begun = 0;
    const module: HandlerModule = {
      default: () => {
        begun++;
        return go.opened;
      },
    };
    const consumer = inlined(queue, module);
    await until(() => begun === 1, "begun");
    await consumer.stop({ deadlineMs: 10 });
    go.open();
    await until(() => consumer.stats().inHand === 0, "the rest given back");
    expect(begun).toBe(1);
    expect(queue.counts()).toMatchObject({ visible: 9, inFlight: 0 });
  });
});

test("what waits to be deleted for the queue's quota is deleted before the consumer has stopped", async () => {
  const clock = new VirtualClock();
  await withQueue(
    async (queue) => {
      await sendGroup(queue, 1, "a");
      await sendGroup(queue, 1, "b");
      const [own] = await queue.receive();
      const { opened, open } = gate();
      const consumer = inlined(queue, { default: () => opened }, { concurrency: 2 });
      await until(() => consumer.stats().inHand === 1, "one begun; who is free receives");
      const useUp = async (): Promise<void> => {
        for (;;) await own?.delete();
      };
      await expect(useUp()).rejects.toThrow(/quota/);
      open();
      // Its handler has completed; it counts as handled when it is deleted.
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(consumer.stats()).toMatchObject({ handled: 0, inHand: 1 });
      const stopped = consumer.stop();
      let isStopped = false;
      void stopped.then(() => {
        isStopped = true;
      });
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(isStopped).toBe(false);
      expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 1 });
      await clock.advance(1_000);
      await stopped;
      expect(consumer.stats()).toMatchObject({ handled: 1, inHand: 0 });
      expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 0 });
    },
    { ...FIFO, options: { clock, quotas: { fifoThroughput: true } } },
  );
});

describe("a module of", () => {
  test("CommonJS has its handlers, and what goes with them", async () => {
    for (const file of ["common.cjs", "commonDefault.cjs"]) {
      await withQueue(async (queue) => {
        const seen = words(3);
        await queue.sendBatch(numbered(3));
        const consumer = started(queue, file, { inline: true, data: { seen } });
        await until(() => consumer.stats().handled === 3, `handled by ${file}`);
        await consumer.stop();
        expect([file, [...seen]]).toEqual([file, [1, 1, 1]]);
        expect(consumer.errors).toEqual([]);
      });
    }
  });

  test("a data: URL, or of a file with a query or spaces in its name, is a module as any other", async () => {
    const code = "export default (m, { data }) => void Atomics.add(data.seen, Number(m.body), 1);";
    const files = [
      new URL(`data:text/javascript,${encodeURIComponent(code)}`),
      new URL(`${handler("countEach.mjs").href}?version=2#part`),
      handler("with%20spaces%20and%20%C3%BC.mjs"),
    ];
    for (const file of files) {
      await withQueue(async (queue) => {
        const seen = words(3);
        await queue.sendBatch(numbered(3));
        const options = { threads: 1, data: { seen } };
        await using consumer = started(queue, file, options);
        await until(() => consumer.stats().handled === 3, `handled by ${file}`);
        expect(notOnce(seen)).toEqual([]);
      });
    }
  });

  test("the caller's own import need not be a file; what it brings must be a module", async () => {
    await withQueue(async (queue) => {
      await queue.send("0");
      const nowhere = new URL("./nowhere.mjs", import.meta.url);
      await using consumer = started(queue, nowhere, { inline: async () => ({ default() {} }) });
      await until(() => consumer.stats().handled === 1, "handled");
      const inline = (async () => undefined) as unknown as () => Promise<object>;
      await using second = started(queue, nowhere, { inline });
      await expect(second.ready).rejects.toThrow(/brought no module, but undefined/);
    });
  });
});
