/** The last moments of a consumer: what fails in them, what ends it, and what went wrong, to the root. */
import { expect, test } from "vitest";
import { started, until, withQueue, words } from "./support.ts";

test.each(["failsAtStop.mjs", "failsAtStopBatch.mjs"])(
  "what fails while its consumer stops is told, and has the backoff that it was given: %s",
  async (file) => {
    await withQueue(
      async (queue) => {
        await queue.send("x");
        const data = { words: words(1) };
        const asked: number[] = [];
        const backoffSeconds = (receiveCount: number): number => {
          asked.push(receiveCount);
          return 0;
        };
        const consumer = started(queue, file, { threads: 1, backoffSeconds, data });
        const failures: string[] = [];
        consumer.on("failed", (_, { message }) => failures.push(message));
        await until(() => data.words[0] === 1, "begun");
        await consumer.stop();
        expect([asked, failures]).toEqual([[1], ["planted at the stop"]]);
        // Not in flight until its timeout is over.
        expect(queue.counts()).toMatchObject({ visible: 1, inFlight: 0 });
      },
      { attributes: { visibilityTimeout: 600 } },
    );
  },
);

test("await using stops it, and waits for that", async () => {
  await withQueue(async (queue) => {
    let seen: ReturnType<typeof started> | undefined;
    {
      await using consumer = started(queue, "countEach.mjs", { threads: 1, data: {} });
      await consumer.ready;
      seen = consumer;
    }
    expect(seen.stats().threads).toBe(0);
  });
});

test("an error that a module throws while it loads is the cause of what is told", async () => {
  await withQueue(async (queue) => {
    await using consumer = started(queue, "throws.mjs", { threads: 1 });
    const error: Error = await consumer.ready.then(
      () => new Error("it loaded"),
      (told: Error) => told,
    );
    expect(error.cause).toMatchObject({ name: "RangeError", message: "planted while it loads" });
    expect((error.cause as Error).stack).toContain("throws.mjs:");
  });
});
