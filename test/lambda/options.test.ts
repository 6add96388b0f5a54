/** What `lambda` insists on: AWS's ranges, by kind of queue, and names that exist. */
import { expect, test } from "vitest";
import { Broker, type Queue } from "../../engine/index.ts";
import { type LambdaOptions, lambda } from "../../engine/lambda/index.ts";
import { lambdaSettingsOf } from "../../engine/lambda/options.ts";

const file = new URL("file:///srv/orders.handler.mjs");

async function withQueues(use: (standard: Queue, fifo: Queue) => void): Promise<void> {
  await using broker = await Broker.open();
  const standard = await broker.createQueue("orders", { visibilityTimeout: 30 });
  use(standard, await broker.createQueue("orders.fifo", { fifoQueue: true }));
}

const WINDOW = { maximumBatchingWindowInSeconds: 1 };

test("has AWS's ranges, and refuses what lies beside them", async () => {
  await withQueues((standard, fifo) => {
    const isTaken = (queue: Queue, given: LambdaOptions): boolean => {
      try {
        lambdaSettingsOf(queue, file, given);
        return true;
      } catch (error) {
        expect(error).toMatchObject({ code: "InvalidParameterValue" });
        return false;
      }
    };
    const taken = (queue: Queue, ...all: LambdaOptions[]) => all.map((one) => isTaken(queue, one));
    const sizes = (more: object, ...all: number[]) =>
      all.map((batchSize) => ({ batchSize, ...more }));
    expect(taken(standard, ...sizes({}, 0, 1, 10, 11, 1.5))).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
    expect(taken(standard, ...sizes(WINDOW, 1, 11, 10_000, 10_001))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(taken(fifo, ...sizes({}, 1, 10, 11))).toEqual([true, true, false]);
    const windows = [-1, 0, 300, 301, 0.5].map((maximumBatchingWindowInSeconds) => {
      return { maximumBatchingWindowInSeconds };
    });
    expect(taken(standard, ...windows)).toEqual([false, true, true, false, false]);
    expect(taken(fifo, ...windows)).toEqual([false, true, false, false, false]);
    const most = [1, 2, 1_000, 1_001].map((maximumConcurrency) => ({ maximumConcurrency }));
    expect(taken(standard, ...most)).toEqual([false, true, true, false]);
    const timeouts = [0, 1, 30, 31].map((timeout) => ({ timeout }));
    expect(taken(standard, ...timeouts)).toEqual([false, true, true, false]);
  });
});

test.each<[string, object, RegExp]>([
  [
    "a batch without a window",
    { batchSize: 11 },
    /InSeconds must be greater than 0 if batchSize is/,
  ],
  [
    "a function's time",
    { timeout: 31 },
    /^Queue visibility timeout: 30 seconds is less than Function timeout: 31 seconds\.$/,
  ],
  [
    "consume's name",
    { batch: 5 },
    /^lambda has no option batch, did you mean batchSize\?$|has no option batch/,
  ],
  ["heartbeats", { heartbeat: true }, /^lambda has no option heartbeat/],
  [
    "another type",
    { functionResponseTypes: ["Other"] },
    /is \["ReportBatchItemFailures"\] or \[\]/,
  ],
  [
    "no list",
    { functionResponseTypes: "ReportBatchItemFailures" },
    /is \["ReportBatchItemFailures"\]/,
  ],
  [
    "threads",
    { threads: 5, maximumConcurrency: 4 },
    /threads is 5, more than maximumConcurrency, 4/,
  ],
  ["a function's name", { functionName: "a b" }, /letters, digits, - and _; a b has others/],
  ["a handler's name", { handler: "" }, /^handler is a text, not ""/],
])("says what is wrong with %s", async (_, given, why) => {
  await withQueues((queue) => {
    expect(() => lambda(queue, file, given as LambdaOptions)).toThrow(why);
  });
});

test("says that a window is not for FIFO queues, and that a file is a URL", async () => {
  await withQueues((standard, fifo) => {
    expect(() => lambda(fifo, file, WINDOW)).toThrow(
      "Batching window is not supported for FIFO queues.",
    );
    expect(() => lambda(standard, "./a.mjs" as unknown as URL)).toThrow(/named by a URL/);
  });
});

test("has AWS's defaults, and as many threads as events at the same time", async () => {
  await withQueues((queue) => {
    const { function: plain, consumer } = lambdaSettingsOf(queue, file, {});
    expect(plain).toMatchObject({
      ...{ batchSize: 10, windowMs: 0, timeoutMs: 3_000, isReported: false, handler: "handler" },
      ...{ functionName: "orders-handler", memoryLimitInMB: "128" },
    });
    expect(consumer).toMatchObject({ batch: 10, heartbeat: false, hasOwnLoop: true });
    const threads = (given: LambdaOptions) => lambdaSettingsOf(queue, file, given).consumer.threads;
    expect(threads({ threads: 3, maximumConcurrency: 4 })).toBe(3);
    expect(threads({ maximumConcurrency: 1_000 })).toBe(threads({}));
    expect(threads({ maximumConcurrency: 2 })).toBeLessThanOrEqual(2);
    const memory = { resourceLimits: { maxOldGenerationSizeMb: 64 } };
    expect(lambdaSettingsOf(queue, file, memory).function.memoryLimitInMB).toBe("64");
  });
});
