/** What a consumer tells its opener: progress, failures, output; and how threads share a quota. */
import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { describe, expect, test, vi } from "vitest";
import { patience } from "../support/patience.ts";
import { event, notOnce, started, until, withQueue, words } from "./support.ts";

describe("what it tells", () => {
  test("processed in bundles whose counts add up, drained once each time it becomes true", async () => {
    await withQueue(async (queue) => {
      const seen = words(500);
      await using consumer = started(queue, "countEach.mjs", { threads: 2, data: { seen } });
      let processed = 0;
      let bundles = 0;
      let drained = 0;
      consumer.on("processed", (count) => {
        processed += count;
        bundles++;
      });
      consumer.on("drained", () => drained++);
      await until(() => drained === 1, "drained, having nothing to do");
      await queue.sendBatch(Array.from({ length: 500 }, (_, index) => `${index}`));
      await until(() => processed === 500, "all told");
      await until(() => drained === 2, "drained again");
      expect(bundles).toBeLessThan(100);
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(drained).toBe(2);
    });
  });

  test("errors with name, code, cause and the stack of the thread they come from", async () => {
    await withQueue(async (queue) => {
      await queue.send("x");
      await using consumer = started(queue, "failsOdd.mjs", { threads: 1, data: { how: "class" } });
      const [messageId, error] = (await event(consumer, "failed")) as [string, Error];
      expect(messageId).toMatch(/^[0-9a-f-]{36}$/);
      expect(error).toMatchObject({ name: "OddError", code: "E_ODD", message: "planted" });
      expect(error.stack).toContain("failsOdd.mjs:");
      expect((error.cause as Error).message).toBe("the reason");
    });
    await withQueue(async (queue) => {
      await queue.send("x");
      await using consumer = started(queue, "failsOdd.mjs", { threads: 1, data: { how: "text" } });
      const [, error] = (await event(consumer, "failed")) as [string, Error];
      expect(error.message).toMatch(/no Error was thrown: a text/);
    });
  });

  test("backoffSeconds is asked with the receive count; what it may not answer is told", async () => {
    for (const file of ["partlyEach.mjs", "partly.mjs", "partlySync.mjs"]) {
      await withQueue(async (queue) => {
        await queue.send("x");
        const asked: number[] = [];
        const backoffSeconds = (receiveCount: number): number => {
          asked.push(receiveCount);
          return receiveCount < 3 ? 0 : Number.NaN;
        };
        await using consumer = started(queue, file, {
          threads: 1,
          visibilityTimeout: 600,
          backoffSeconds,
          data: { failing: ["x"], calls: words(1) },
        });
        await until(() => consumer.stats().failed === 3, "failed three times");
        await until(() => consumer.errors.length > 0, "told");
        expect([file, ...asked]).toEqual([file, 1, 2, 3]);
        expect(consumer.errors[0]?.message).toMatch(/backoffSeconds answers is from 0 to 43200/);
        await until(() => consumer.stats().inHand === 0, "let go");
        expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 1 });
      });
    }
  });

  test("what threads print goes to the caller's streams, or has queue and thread in front", async () => {
    await withQueue(async (queue) => {
      await queue.send("x");
      const texts = { stdout: "", stderr: "" };
      const streamOf = (name: "stdout" | "stderr"): PassThrough =>
        new PassThrough().on("data", (chunk) => {
          texts[name] += String(chunk);
        });
      const output = { stdout: streamOf("stdout"), stderr: streamOf("stderr") };
      await using consumer = started(queue, "prints.mjs", { threads: 1, output });
      await until(() => texts.stdout !== "" && texts.stderr !== "", "printed");
      expect(consumer).toBeInstanceOf(EventEmitter);
      expect(texts).toEqual({ stdout: "out x\n", stderr: "err x, begun and ended\n" });
    });
    const printed: string[] = [];
    const spy = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      printed.push(String(text));
      return true;
    });
    await withQueue(async (queue) => {
      await queue.send("y");
      await using consumer = started(queue, "prints.mjs", {
        threads: 1,
        output: "labelled",
      });
      await until(() => consumer.stats().handled === 1, "handled");
    });
    spy.mockRestore();
    expect(printed).toContain("[work 1] out y\n");
  });
});

test(
  "a pool's threads have FIFO's quota together, and wait for their turn",
  async () => {
    await withQueue(
      async (queue) => {
        const seen = words(400);
        for (let number = 0; number < 400; number++) {
          await queue.send(`${number}`, {
            messageGroupId: `${number % 50}`,
            messageDeduplicationId: `${number}`,
            waitForCapacity: true,
          });
        }
        await using consumer = started(queue, "countSync.mjs", {
          threads: 2,
          batch: 1,
          data: { seen },
        });
        await event(consumer, "drained");
        expect(notOnce(seen)).toEqual([]);
        expect(consumer.errors).toEqual([]);
      },
      {
        name: "work.fifo",
        attributes: { fifoQueue: true },
        options: { quotas: { fifoThroughput: true } },
      },
    );
  },
  patience(120_000),
);
