/**
 * Functions on threads of their own: files as AWS has them, deaths, functions that take too long, the
 * batch utility of Powertools, and a thousand messages of which each is handled once. Needs a build.
 */
import { describe, expect, test } from "vitest";
import type { LambdaOptions } from "../../engine/lambda/index.ts";
import { event, notOnce, numbered, until, withQueue, words } from "../consumer/support.ts";
import { functionFile, REPORTED, started } from "./support.ts";

const SOON = { backoffSeconds: () => 0, timeout: 30 };

test("threads share a queue's messages, each of which is handled once", async () => {
  await withQueue(async (queue) => {
    const data = { seen: words(1_000), calls: words(1) };
    await using consumer = started(queue, "counts.mjs", { ...SOON, threads: 2, data });
    await consumer.ready;
    await queue.sendBatch(numbered(1_000));
    await until(() => consumer.stats().handled === 1_000, "handled");
    expect(notOnce(data.seen)).toEqual([]);
    expect(data.calls[0]).toBeGreaterThanOrEqual(100);
    expect(consumer.stats()).toMatchObject({ threads: 2, failed: 0, threadsDied: 0 });
    await event(consumer, "drained");
    await consumer.stop();
    expect(consumer.errors).toEqual([]);
    expect(consumer.stats().threads).toBe(0);
  });
});

test("a throw is told with the stack of its file, and the batch comes back", async () => {
  await withQueue(async (queue) => {
    const data = { seen: words(8), calls: words(1) };
    await queue.sendBatch(["1", "fails", "2"]);
    await using consumer = started(queue, "counts.mjs", { ...SOON, threads: 1, data });
    await until(() => consumer.stats().handled === 3, "handled");
    expect(consumer.failures.map(({ error }) => error.message)).toEqual(Array(3).fill("planted"));
    expect(consumer.failures[0]?.error.stack).toContain("counts.mjs:");
    // All of the batch: what was handled before the throw is handled again.
    expect([...data.seen.slice(0, 3)]).toEqual([1, 2, 1]);
  });
});

test("a function that ends its thread dies alone; the batch comes back by its timeout", async () => {
  await withQueue(
    async (queue) => {
      const data = { seen: words(8), calls: words(1) };
      await queue.sendBatch(["exits", "1"]);
      await using consumer = started(queue, "counts.mjs", { threads: 1, timeout: 2, data });
      const [death] = await event(consumer, "threadDied");
      expect(death).toMatchObject({ exitCode: 3 });
      expect((death as { messageIds: string[] }).messageIds.length).toBe(2);
      await until(() => consumer.stats().handled === 2, "handled");
      expect(consumer.stats().threadsDied).toBe(1);
    },
    { attributes: { visibilityTimeout: 2 } },
  );
});

test.each(["waits", "computes"])(
  "a function that %s for too long has failed, and is ended",
  async (body) => {
    await withQueue(async (queue) => {
      const data = { words: words(2) };
      await queue.send(body);
      const options = { threads: 1, timeout: 1, backoffSeconds: () => 0, data };
      await using consumer = started(queue, "late.mjs", options);
      await until(() => consumer.stats().handled === 1, "handled");
      for (const { error } of consumer.failures) {
        expect(error.name).toBe("Sandbox.Timedout");
        expect(error.message).toMatch(
          /^RequestId: \S{36} Error: Task timed out after 1\.00 seconds$/,
        );
      }
      expect(consumer.failures.length).toBeGreaterThanOrEqual(1);
      // The next call is the first of a new thread; nothing died by that.
      expect(data.words[1]).toBe(1);
      expect(consumer.stats().threadsDied).toBe(0);
      expect(consumer.errors).toEqual([]);
    });
  },
);

test("a CommonJS module's handler is called, and one inside an export by its path", async () => {
  await withQueue(async (queue) => {
    const data = { words: words(2) };
    const options = { ...SOON, ...REPORTED, threads: 1, data };
    await queue.sendBatch(numbered(3));
    {
      await using consumer = started(queue, "common.cjs", options);
      await until(() => consumer.stats().handled === 3, "handled");
    }
    await queue.sendBatch(numbered(2));
    await using consumer = started(queue, "common.cjs", { ...options, handler: "api.handler" });
    await until(() => consumer.stats().handled === 2, "handled");
    expect([...data.words]).toEqual([3, 3]);
    expect(consumer.failures.length).toBe(1);
  });
});

test.each<[string, LambdaOptions, RegExp]>([
  ["nowhere.mjs", {}, /nowhere\.mjs can't be used: it failed to load\. .*Cannot find module/],
  [
    "callback.mjs",
    { inline: true },
    /its function handler takes a callback, .*Make it async \(event, context\)/,
  ],
  ["callback.mjs", { inline: true, handler: "main" }, /it exports handler, text, and no main\./],
  [
    "callback.mjs",
    { inline: true, handler: "text" },
    /its export text is no function, but of type string\./,
  ],
  [
    "../../consumer/handlers/throws.mjs",
    {},
    /it failed to load\. RangeError: planted while it loads/,
  ],
])("a module that can't be used is one error that names it: %s %o", async (file, more, why) => {
  await withQueue(async (queue) => {
    await using consumer = started(queue, file, { threads: 1, ...more });
    await expect(consumer.ready).rejects.toThrow(why);
    await expect(consumer.ready).rejects.toThrow(functionFile(file).href);
    expect(consumer.errors.length).toBe(1);
  });
});

describe("Powertools' batch utility", () => {
  /** Handles the bodies "0", "1" and so on; in which order they were done, and what failed. */
  async function handle(
    kind: string,
    failing: readonly number[],
    more: { skipGroupOnError?: boolean; groups?: readonly string[] } = {},
  ): Promise<{ done: number[]; failures: string[] }> {
    const { groups, ...given } = more;
    const isFifo = groups !== undefined;
    const outcome = { done: [] as number[], failures: [] as string[] };
    const attributes = isFifo ? { fifoQueue: true as const, contentBasedDeduplication: true } : {};
    await withQueue(
      async (queue) => {
        const order = words(failing.length + 1);
        const data = { kind, order, failing, ...given };
        const entries = failing.map((_, index) => {
          const group = groups?.[index];
          return { body: `${index}`, ...(group !== undefined && { messageGroupId: group }) };
        });
        await queue.sendBatch(entries);
        await using consumer = started(queue, "powertools.mjs", {
          ...{ ...SOON, ...REPORTED, threads: 1, data },
        });
        await until(() => consumer.stats().handled === failing.length, "handled");
        outcome.done = [...order.slice(1)];
        outcome.failures = consumer.failures.map(({ error }) => error.message);
      },
      { name: isFifo ? "work.fifo" : "work", attributes },
    );
    return outcome;
  }

  test.each(["async", "sync"])("names what failed, and only that comes again: %s", async (kind) => {
    const { done, failures } = await handle(kind, [0, 1, 0, 2, 0]);
    expect(done.slice(0, 3).sort()).toEqual([0, 2, 4]);
    expect(done.slice(3)).toEqual([1, 3]);
    expect(failures.length).toBe(3);
    for (const failure of failures)
      expect(failure).toMatch(/^The function named \S{36} as failed\.$/);
  });

  test("throws where all failed, and all come again", async () => {
    const { done, failures } = await handle("async", [1, 1, 1]);
    expect(done.sort()).toEqual([0, 1, 2]);
    expect(failures.length).toBe(3);
    for (const failure of failures) expect(failure).toMatch(/^All records failed processing/);
  });

  test.each(["fifo", "fifoAsync"])("stops a FIFO batch at its first failure: %s", async (kind) => {
    const groups = ["a", "a", "a", "a"];
    const { done, failures } = await handle(kind, [0, 1, 0, 0], { groups });
    expect(done).toEqual([0, 1, 2, 3]);
    // The failed one, and the two that it did not come to.
    expect(failures.length).toBe(3);
  });

  test.each(["fifo", "fifoAsync"])(
    "goes on with other groups where it is told to: %s",
    async (kind) => {
      const groups = ["a", "a", "b", "b"];
      const { done, failures } = await handle(kind, [1, 0, 0, 0], {
        groups,
        skipGroupOnError: true,
      });
      expect(done).toEqual([2, 3, 0, 1]);
      expect(failures.length).toBe(2);
    },
  );
});
