/** Threads of a pool share a queue: each message once, deaths and partial failures, nothing lost. */
import { describe, expect, test } from "vitest";
import { isTimed } from "../support/timing.ts";
import { event, notOnce, started, until, withQueue, words } from "./support.ts";

describe("a pool of four threads", () => {
  test.each([
    ["countEach.mjs", 20_000],
    ["countBatch.mjs", 20_000],
    ["countSync.mjs", 100_000],
  ])("shares messages, and each is handled once: %s, %i of them", async (file, count) => {
    await withQueue(async (queue) => {
      const seen = words(count);
      for (let number = 0; number < count; number++) queue.sync.send(String(number));
      await using consumer = started(queue, file, { threads: 4, batch: 100, data: { seen } });
      await event(consumer, "drained");
      await consumer.stop();
      expect(notOnce(seen)).toEqual([]);
      expect(consumer.errors).toEqual([]);
      const { received, handled, failed, inHand, threadsDied, byThread } = consumer.stats();
      expect({ received, handled, failed, inHand, threadsDied }).toEqual({
        received: count,
        handled: count,
        failed: 0,
        inHand: 0,
        threadsDied: 0,
      });
      expect(byThread.length).toBe(4);
      expect(byThread.reduce((sum, thread) => sum + thread.handled, 0)).toBe(count);
      expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 0 });
    });
  });

  test("keeps the order of every group of a FIFO queue, with handlers side by side", async () => {
    const groups = 20;
    const perGroup = 100;
    await withQueue(
      async (queue) => {
        const seen = words(groups * perGroup);
        const data = { seen, order: words(groups), wrong: words(1), perGroup, deaths: words(1) };
        for (let number = 1; number <= perGroup; number++) {
          for (let group = 0; group < groups; group++) {
            const id = `${group}:${number}`;
            queue.sync.send(id, { messageGroupId: `${group}`, messageDeduplicationId: id });
          }
        }
        await using consumer = started(queue, "deadlyEach.mjs", {
          threads: 4,
          concurrency: 5,
          data,
        });
        await event(consumer, "drained");
        expect(notOnce(seen)).toEqual([]);
        expect(data.wrong[0]).toBe(0);
      },
      { name: "work.fifo", attributes: { fifoQueue: true } },
    );
  });
});

describe("threads that die under load", () => {
  test.each([2, 3, 4])(
    "lose nothing, keep the order of every group, and are replaced: after %i messages each",
    async (dieAfter) => {
      // Each thread that dies is a thread to start: six times over all four, and 17 under npm run stress.
      const [groups, perGroup, kills] = isTimed ? [30, 40, 67] : [15, 30, 23];
      await withQueue(
        async (queue) => {
          const seen = words(groups * perGroup);
          const deaths = words(1);
          deaths[0] = kills;
          const order = words(groups);
          const wrong = words(1);
          const data = { seen, order, wrong, perGroup, deaths, dieAfter };
          for (let number = 1; number <= perGroup; number++) {
            for (let group = 0; group < groups; group++) {
              const id = `${group}:${number}`;
              queue.sync.send(id, { messageGroupId: `${group}`, messageDeduplicationId: id });
            }
          }
          await using consumer = started(queue, "deadlyEach.mjs", { threads: 4, data });
          const died: { messageIds: readonly string[]; exitCode: number | undefined }[] = [];
          consumer.on("threadDied", (death) => died.push(death));
          await until(() => seen.every((times) => times > 0), "every message handled");
          await until(() => consumer.stats().threadsDied === kills, "every death seen");
          expect(wrong[0]).toBe(0);
          expect(consumer.errors).toEqual([]);
          expect(died.length).toBe(kills);
          // Whoever died while it handled a message has it in its hands.
          expect(died.every(({ messageIds }) => messageIds.length > 0)).toBe(true);
          expect(new Set(died.map(({ exitCode }) => exitCode))).toEqual(
            new Set([[1], [0], [3]][dieAfter - 2]),
          );
          await until(() => consumer.stats().threads === 4, "four threads again");
        },
        { name: "work.fifo", attributes: { fifoQueue: true, visibilityTimeout: 1 } },
      );
    },
  );
});

describe("partial failures", () => {
  const kinds = [
    ["one by one", "partlyEach.mjs"],
    ["of a batch", "partly.mjs"],
    ["of a batch without promises", "partlySync.mjs"],
  ] as const;

  test.each(kinds)("are exact: %s", async (_, file) => {
    await withQueue(async (queue) => {
      const bodies = Array.from({ length: 30 }, (_, index) => `b${index}`);
      const failing = bodies.filter((_, index) => index % 4 === 1);
      await queue.sendBatch(bodies);
      await using consumer = started(queue, file, {
        threads: 2,
        visibilityTimeout: 10_000,
        data: { failing, calls: words(1) },
      });
      const failures = new Map<string, Error>();
      consumer.on("failed", (id, error) => failures.set(id, error));
      await until(() => failures.size === failing.length, "all failures told");
      await until(() => consumer.stats().handled === bodies.length - failing.length, "all handled");
      await consumer.stop();
      // What failed is hidden until its timeout is over, the rest deleted.
      expect(queue.counts()).toMatchObject({ visible: 0, inFlight: failing.length });
      expect(consumer.stats()).toMatchObject({ failed: failing.length, inHand: 0 });
      const [error] = failures.values();
      expect(error?.stack).toContain(file === "partlyEach.mjs" ? "partlyEach.mjs:" : "named");
    });
  });

  test("give back what follows in the group of a FIFO queue, and that alone", async () => {
    for (const [, file] of kinds) {
      await withQueue(
        async (queue) => {
          const send = (body: string, messageGroupId: string): Promise<unknown> =>
            queue.send(body, { messageGroupId, messageDeduplicationId: body });
          for (const body of ["a1", "a2", "a3", "a4"]) await send(body, "a");
          for (const body of ["b1", "b2"]) await send(body, "b");
          await using consumer = started(queue, file, {
            threads: 1,
            visibilityTimeout: 10_000,
            data: { failing: ["a2"], calls: words(1) },
          });
          await event(consumer, "failed");
          await until(() => consumer.stats().handled >= 3, "the others handled");
          await consumer.stop();
          // a1, b1 and b2 are deleted; a2 is hidden; a3 and a4 are visible, behind it.
          expect([file, queue.counts()]).toMatchObject([file, { visible: 2, inFlight: 1 }]);
        },
        { name: "work.fifo", attributes: { fifoQueue: true } },
      );
    }
  });
});
