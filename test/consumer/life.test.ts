/** How a consumer begins, fails to begin, goes on after deaths, and comes to its end. */
import { describe, expect, test, vi } from "vitest";
import { Broker, type ConsumeOptions, consume } from "../../engine/index.ts";
import { event, handler, notOnce, started, until, withQueue, words } from "./support.ts";

describe("a module that can't be used", () => {
  test.each([
    ["missing.mjs", /There is no handler's module .*missing\.mjs/],
    ["none.mjs", /exports handler, and none of default, handleBatch, handleSync/],
    ["two.mjs", /exports default and handleSync; a module has one of them/],
    ["noFunction.mjs", /its export default is no function, but of type string/],
    ["throws.mjs", /failed to load\. RangeError: planted while it loads/],
    ["setupThrows.mjs", /planted in setup/],
  ])(
    "is one error, of ready and as event, and no thread is begun again: %s",
    async (file, text) => {
      await withQueue(async (queue) => {
        await queue.send("stays");
        const consumer = started(queue, file, { threads: 3 });
        let deaths = 0;
        consumer.on("threadDied", () => deaths++);
        await expect(consumer.ready).rejects.toThrow(text);
        await consumer.stop();
        expect(consumer.errors.map(({ message }) => message)).toEqual([
          expect.stringMatching(text),
        ]);
        expect(deaths).toBe(0);
        expect(queue.counts()).toMatchObject({ visible: 1, inFlight: 0 });
      });
    },
  );

  test("does not end the program when nobody listens: it is a warning", async () => {
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    await withQueue(async (queue) => {
      const consumer = consume(queue, handler("none.mjs"), { threads: 1 });
      await until(() => warned.mock.calls.length > 0, "a warning");
      expect(warned.mock.calls[0]?.[0]).toMatch(/can't be used/);
      await consumer.stop();
    });
    warned.mockRestore();
  });

  test("is TypeScript on a Node that can't run it: it says what to do", async (context) => {
    const [major] = process.versions.node.split(".");
    context.skip(Number(major) >= 22, `Node ${major} runs TypeScript by itself`);
    await withQueue(async (queue) => {
      await using consumer = started(queue, "typed.ts", { threads: 1 });
      await expect(consumer.ready).rejects.toThrow(/TypeScript.*by execArgv.*22\.18/);
    });
  });

  test.each([
    [{ treads: 2 }, /no option treads; did you mean threads\?/],
    [{ threads: 0 }, /threads is a whole number from 1 to 62, not 0/],
    [{ batch: 257 }, /batch is a whole number from 1 to 256/],
    [{ concurrency: 1.5 }, /concurrency is a whole number/],
    [{ visibilityTimeout: -1 }, /visibilityTimeout is from 0 to 43200 seconds/],
    [{ backoffSeconds: 3 }, /backoffSeconds is a function, not 3/],
    [{ heartbeat: "yes" }, /heartbeat is true or false/],
    [{ output: "none" }, /output is "labelled"/],
    [{ data: () => 1 }, /data can't be handed to a thread: .*could not be cloned/],
    [{ recycleAfter: 0 }, /recycleAfter is a whole number 1 or more/],
  ])("options that can't be are refused at once: %o", async (options, text) => {
    await withQueue(async (queue) => {
      const call = (): unknown => consume(queue, handler("none.mjs"), options as ConsumeOptions);
      expect(call).toThrow(text);
      expect(() => consume(queue, "./handler.mjs" as unknown as URL)).toThrow(/named by a URL/);
      expect(() => consume({} as typeof queue, handler("none.mjs"))).toThrow(/A queue is what/);
    });
  });
});

describe("threads that die again and again", () => {
  test("without one handled message end the consumer after five deaths, with the reason", async () => {
    await withQueue(
      async (queue) => {
        await queue.sendBatch(Array.from({ length: 40 }, (_, index) => `${index}`));
        const consumer = started(queue, "exitsEach.mjs", { threads: 1, batch: 1 });
        const codes: unknown[] = [];
        consumer.on("threadDied", ({ exitCode, messageIds }) => {
          codes.push([exitCode, messageIds.length]);
        });
        await event(consumer, "error");
        expect(consumer.errors[0]?.message).toMatch(/died 5 times in a row.*exited with code: 9/);
        expect(codes).toEqual(Array.from({ length: 5 }, () => [9, 1]));
        await consumer.stop();
        expect(consumer.stats()).toMatchObject({ threadsDied: 5, threads: 0, inHand: 0 });
      },
      { attributes: { visibilityTimeout: 600 } },
    );
  });

  test("before they are ready: ready rejects, and as many as were asked for are enough", async () => {
    await withQueue(async (queue) => {
      await using consumer = started(queue, "exitsAtOnce.mjs", { threads: 2, maxDeathsInARow: 2 });
      await expect(consumer.ready).rejects.toThrow(/died 2 times in a row/);
    });
  });

  test("at their very begin, where Node refuses their options", async () => {
    await withQueue(async (queue) => {
      const execArgv = ["--import", "data:text/javascript,throw new Error('planted')"];
      await using consumer = started(queue, "countEach.mjs", { threads: 2, execArgv });
      await expect(consumer.ready).rejects.toThrow(/planted/);
    });
  });

  test("all at once are replaced, however many they are", async () => {
    await withQueue(
      async (queue) => {
        const seen = words(8);
        const deaths = words(1);
        deaths[0] = 8;
        const data = { words: seen, deaths };
        await queue.sendBatch(Array.from({ length: 8 }, (_, index) => `${index}`));
        await using consumer = started(queue, "allDie.mjs", { threads: 8, batch: 1, data });
        await until(() => consumer.stats().threadsDied === 8, "all dead");
        await until(() => consumer.stats().handled === 8, "all handled by those after them");
        expect(consumer.errors).toEqual([]);
      },
      { attributes: { visibilityTimeout: 1 } },
    );
  });
});

describe("setup and close", () => {
  test("run once a thread; recycleAfter replaces threads in good order", async () => {
    await withQueue(async (queue) => {
      const shared = words(4);
      await queue.sendBatch(Array.from({ length: 100 }, (_, index) => `${index}`));
      const consumer = started(queue, "lifecycle.mjs", {
        threads: 1,
        recycleAfter: 30,
        data: { words: shared },
      });
      await until(() => consumer.stats().handled === 100, "all handled");
      await consumer.stop();
      // 30, 30, 30, 10.
      expect([...shared]).toEqual([4, 4, 100, 4]);
      expect(consumer.stats()).toMatchObject({ handled: 100, received: 100, threadsDied: 0 });
    });
  });
});

describe("inline", () => {
  test.each(["countEach.mjs", "countBatch.mjs", "countSync.mjs"])(
    "runs the same module in the opener's thread: %s",
    async (file) => {
      await withQueue(async (queue) => {
        const seen = words(50);
        await queue.sendBatch(Array.from({ length: 50 }, (_, index) => `${index}`));
        await using consumer = started(queue, file, { inline: true, data: { seen } });
        await event(consumer, "drained");
        expect(notOnce(seen)).toEqual([]);
        expect(consumer.stats()).toMatchObject({ threads: 1, handled: 50 });
        expect(consumer.stats().byThread[0]?.threadId).toBe(0);
      });
    },
  );

  test("imports the module by a function of the caller's, as under this test runner", async () => {
    await withQueue(async (queue) => {
      const seen = words(3);
      await queue.sendBatch(["0", "1", "2"]);
      await using consumer = started(queue, "typed.ts", {
        inline: () => import("./handlers/typed.ts"),
        data: { seen },
      });
      await event(consumer, "drained");
      expect(notOnce(seen)).toEqual([]);
    });
  });

  test("of another account's queue reads that one, and not the broker's own of its name", async () => {
    await withQueue(async (own, broker) => {
      const queue = await broker.createQueue(own.name, {}, { account: "111122223333" });
      const seen = words(4);
      await own.sendBatch(["2", "3"]);
      await queue.sendBatch(["0", "1"]);
      await using consumer = started(queue, "countEach.mjs", { threads: 1, data: { seen } });
      await event(consumer, "drained");
      expect([...seen]).toEqual([1, 1, 0, 0]);
      expect(own.counts().visible).toBe(2);
    });
  });

  test("is what a thread that did not open the broker may do", async () => {
    await withQueue(async (_, broker) => {
      const attached = await Broker.attach(broker.share());
      const queue = await attached.getQueue("work");
      expect(() => consume(queue, handler("countEach.mjs"))).toThrow(/inline: true/);
      const seen = words(1);
      await queue.send("0");
      const consumer = started(queue, "countEach.mjs", { inline: true, data: { seen } });
      await event(consumer, "drained");
      await consumer.stop();
      await attached.close();
      expect(seen[0]).toBe(1);
    });
  });
});

describe("stop", () => {
  test("finishes what is in hand, receives nothing more, and repeats nothing", async () => {
    await withQueue(async (queue) => {
      const count = 3_000;
      const seen = words(count);
      for (let number = 0; number < count; number++) queue.sync.send(String(number));
      const consumer = started(queue, "countEach.mjs", { threads: 3, data: { seen } });
      await until(() => consumer.stats().handled > 100, "some handled");
      await consumer.stop();
      const { handled, received, inHand } = consumer.stats();
      expect({ received, inHand }).toEqual({ received: handled, inHand: 0 });
      expect(queue.counts()).toMatchObject({ visible: count - handled, inFlight: 0 });
      await using second = started(queue, "countSync.mjs", { threads: 1, data: { seen } });
      await event(second, "drained");
      expect(notOnce(seen)).toEqual([]);
    });
  });

  test("gives the handlers their signal first, and the messages behind them back", async () => {
    await withQueue(async (queue) => {
      const shared = words(3);
      await queue.sendBatch(["a", "b", "c", "d"]);
      const data = { words: shared, minds: true };
      const consumer = started(queue, "waits.mjs", { threads: 1, data });
      await until(() => shared[0] === 1, "the first begun");
      await consumer.stop({ drain: false });
      expect([...shared]).toEqual([1, 0, 1]);
      expect(queue.counts()).toMatchObject({ visible: 3, inFlight: 0 });
    });
  });

  test.each([
    ["computes", "computing.mjs", {}],
    ["waits for ever", "waits.mjs", { minds: false }],
  ])(
    "ends at its deadline a thread that %s, and gives back what it held",
    async (_, file, more) => {
      await withQueue(
        async (queue) => {
          const shared = words(3);
          await queue.sendBatch(["a", "b", "c"]);
          const consumer = started(queue, file, { threads: 2, data: { words: shared, ...more } });
          await until(() => (shared[0] as number) > 0, "begun");
          await until(() => consumer.stats().inHand === 3, "all in hand");
          await consumer.stop({ deadlineMs: 50 });
          expect(shared[2]).toBe(0);
          expect(queue.counts()).toMatchObject({ visible: 3, inFlight: 0 });
        },
        { attributes: { visibilityTimeout: 600 } },
      );
    },
  );

  test("comes by an AbortSignal, by await using, and again and again to the same end", async () => {
    await withQueue(async (queue) => {
      const controller = new AbortController();
      const { signal } = controller;
      const data = { seen: words(1) };
      const consumer = started(queue, "countEach.mjs", { threads: 1, signal, data });
      await consumer.ready;
      controller.abort();
      await until(() => consumer.stats().threads === 0, "stopped by the signal");
      await Promise.all([consumer.stop(), consumer.stop({ drain: false })]);
      const late = started(queue, "countEach.mjs", { threads: 1, signal, data });
      await expect(late.ready).rejects.toThrow(/aborted/);
      await late.stop();
    });
  });

  test("is what the broker's end is, too, without an error", async () => {
    const broker = await Broker.open();
    const queue = await broker.createQueue("work");
    const consumer = started(queue, "countEach.mjs", { threads: 2, data: { seen: words(1) } });
    await consumer.ready;
    await broker.close();
    await until(() => consumer.stats().threads === 0, "all ended");
    await consumer.stop();
    expect(consumer.errors).toEqual([]);
  });

  test("comes of itself, with the reason, when the queue is deleted", async () => {
    await withQueue(async (queue, broker) => {
      const consumer = started(queue, "countSync.mjs", { threads: 2, data: { seen: words(1) } });
      await consumer.ready;
      await broker.deleteQueue("work");
      await until(() => consumer.errors.length > 0, "told");
      await consumer.stop();
      expect(consumer.errors.map((error) => (error as { code?: string }).code)).toEqual([
        "QueueDoesNotExist",
      ]);
    });
  });
});
