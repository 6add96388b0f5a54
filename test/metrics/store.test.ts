/** How long metrics are kept, in how much memory, and that what is not known is absent and not zero. */
import { afterEach, describe, expect, test } from "vitest";
import { FIELDS, Life } from "../../engine/metrics/life.ts";
import type { MetricsOptions } from "../../engine/metrics/metrics.ts";
import type { Page } from "../../engine/metrics/page.ts";
import { placeOf } from "../../engine/metrics/places.ts";
import { Store } from "../../engine/metrics/store.ts";
import { type Measuring, MIDNIGHT, measuring } from "./measured.ts";

const DAY = 1_440;
let measured: Measuring | undefined;

async function start(options: MetricsOptions = {}): Promise<Measuring> {
  measured = await measuring(options);
  return measured;
}

afterEach(async () => {
  await measured?.broker.close();
});

describe("days", () => {
  test("meet at midnight", async () => {
    const { broker, skip, pass, sumAt } = await start();
    const queue = await broker.createQueue("orders");
    await skip(DAY * 60 - 1);
    await queue.send("today");
    await pass(1);
    await queue.send("tomorrow");
    await queue.send("tomorrow");
    await pass(1);
    expect(sumAt("orders", "NumberOfMessagesSent", DAY - 1)).toBe(1);
    expect(sumAt("orders", "NumberOfMessagesSent", DAY)).toBe(2);
    await pass(60);
    expect(sumAt("orders", "NumberOfMessagesSent", DAY - 1)).toBe(1);
    expect(sumAt("orders", "NumberOfMessagesSent", DAY)).toBe(2);
  });

  test("are kept for fifteen", async () => {
    const { broker, skip, pass, sumAt } = await start();
    const queue = await broker.createQueue("orders", { messageRetentionPeriod: 60 });
    await queue.send("first");
    await pass(60);
    await queue.send("second");
    await pass(60);
    await skip((15 * DAY - 2) * 60);
    expect(sumAt("orders", "NumberOfMessagesSent", 0)).toBe(1);
    await skip(120);
    expect(sumAt("orders", "NumberOfMessagesSent", 0)).toBeUndefined();
    expect(sumAt("orders", "NumberOfMessagesSent", 1)).toBe(1);
    await skip(DAY * 60);
    expect(sumAt("orders", "NumberOfMessagesSent", 1)).toBeUndefined();
    expect(sumAt("orders", "NumberOfMessagesSent", 16 * DAY + 1)).toBe(0);
  });

  test("of a deleted queue are kept as long, and then it is forgotten", async () => {
    const { broker, skip, pass, sumAt, metrics } = await start();
    const queue = await broker.createQueue("orders");
    await queue.send("first");
    await pass(60);
    await broker.deleteQueue("orders");
    await skip(13 * DAY * 60);
    expect(sumAt("orders", "NumberOfMessagesSent", 0)).toBe(1);
    expect(metrics.queues()).toMatchObject([{ name: "orders" }]);
    expect(metrics.queues(180)).toEqual([]);
    await skip((DAY + 1) * 60);
    expect(metrics.queues()).toEqual([]);
    await skip(2 * DAY * 60);
    expect(metrics.queues(60 * DAY)).toEqual([]);
    expect(sumAt("orders", "NumberOfMessagesSent", 0)).toBeUndefined();
  });
});

describe("memory", () => {
  test("is bounded: the oldest day goes, is said, and is absent, not zero", async () => {
    const losses: string[] = [];
    const { broker, skip, sumAt, metrics } = await start({
      memoryBytes: 2 ** 20,
      onLoss: (sentence) => losses.push(sentence),
    });
    const queues = await Promise.all(
      Array.from({ length: 9 }, (_, index) => broker.createQueue(`queue-${index}`)),
    );
    for (let day = 0; day < 3; day++) {
      for (const queue of queues) await queue.send("text");
      await skip(60);
      expect(metrics.bytes).toBeLessThanOrEqual(2 ** 20);
      await skip((DAY - 1) * 60);
    }
    expect(losses).toHaveLength(2);
    expect(losses[0]).toBe(
      "The metrics of 2026-01-01 and before are dropped, because all metrics together may take 1048576 bytes.",
    );
    expect(sumAt("queue-0", "NumberOfMessagesSent", 0)).toBeUndefined();
    expect(sumAt("queue-8", "NumberOfMessagesSent", DAY)).toBeUndefined();
    expect(sumAt("queue-0", "NumberOfMessagesSent", 2 * DAY)).toBe(1);
    expect(sumAt("queue-8", "NumberOfMessagesSent", 2 * DAY)).toBe(1);
  });

  test("that one day fills takes no further queue, says so once, and that is absent", async () => {
    const losses: string[] = [];
    const { broker, skip, sumAt, metrics } = await start({
      memoryBytes: 2 ** 20,
      onLoss: (sentence) => losses.push(sentence),
    });
    const queues = await Promise.all(
      Array.from({ length: 40 }, (_, index) => broker.createQueue(`queue-${index}`)),
    );
    await skip(60);
    for (const queue of queues) await queue.send("text");
    await skip(60);
    await skip(60);
    expect(metrics.bytes).toBeLessThanOrEqual(2 ** 20);
    const sums = queues.map(({ name }) => sumAt(name, "NumberOfMessagesSent", 1));
    expect(sums.slice(0, 10)).toEqual(new Array(10).fill(1));
    expect(sums.slice(20)).toEqual(new Array(20).fill(undefined));
    // Before it had something to keep, it had zeros.
    expect(sumAt("queue-39", "NumberOfMessagesSent", 0)).toBe(0);
    expect(losses).toEqual([
      "The metrics of one day fill their 1048576 bytes; what happens in further queues today is not kept.",
    ]);
    for (const queue of queues) await queue.purge();
    await skip(DAY * 60);
    await queues[39]?.send("text");
    await skip(60);
    await skip(60);
    expect(sumAt("queue-39", "NumberOfMessagesSent", DAY + 3)).toBe(1);
  });

  test("must be enough, and no more than there can be", async () => {
    for (const memoryBytes of [0, 2 ** 20 - 1, 2 ** 32 + 1, 2 ** 20 + 0.5, Number.NaN]) {
      await expect(measuring({ memoryBytes })).rejects.toThrow(
        `memoryBytes is a whole number from 1048576 to 4294967296, not ${memoryBytes}.`,
      );
    }
  });
});

test("what a wall clock that was set back counts again is added to the minute", () => {
  const store = new Store({ memoryBytes: 2 ** 20, onLoss: () => {} });
  const life = new Life(
    { account: "000000000000", name: "orders", number: 1, incarnation: 1 },
    false,
    MIDNIGHT,
  );
  const sent = 9;
  const visible = 4;
  for (const value of [5, 3]) {
    life.running.set([value], sent * 3);
    life.running.set([value, value, value], visible * 3);
    life.isBusy = true;
    store.mark(MIDNIGHT);
    store.write(life, MIDNIGHT);
    life.lastSamples = 1;
    life.clear();
  }
  const counts = store.page(life, sent, MIDNIGHT / DAY) as { sum: Uint32Array };
  const gauge = store.page(life, visible, MIDNIGHT / DAY) as {
    sum: Uint32Array;
    least: Uint32Array;
    greatest: Uint32Array;
  };
  expect(store.samples(MIDNIGHT)).toBe(2);
  expect(counts.sum[0]).toBe(8);
  expect([gauge.sum[0], gauge.least[0], gauge.greatest[0]]).toEqual([8, 3, 5]);
});

test.each([
  ["before", [[0], [12, 5, 7]]],
  ["after", [[12, 5, 7], [0]]],
  ["between", [[5, 5, 5], [0], [7, 7, 7]]],
])("a minute counted again in which nothing was sent %s has the sizes that were", (_, rows) => {
  const store = new Store({ memoryBytes: 2 ** 20, onLoss: () => {} });
  const orders = { account: "000000000000", name: "orders", number: 1, incarnation: 1 };
  const life = new Life(orders, false, MIDNIGHT);
  const size = placeOf("SentMessageSize");
  // An earlier minute made the page.
  for (const [index, row] of [[9, 9, 9], ...rows].entries()) {
    const minute = MIDNIGHT + Math.min(index, 1);
    life.running.set(row, size * FIELDS);
    life.isBusy = true;
    store.write(life, minute);
    life.lastMinute = minute;
    life.lastSamples = 1;
    life.clear();
  }
  const page = store.page(life, size, MIDNIGHT / DAY) as Page;
  expect([page.sum[1], page.least?.[1], page.greatest?.[1]]).toEqual([12, 5, 7]);
});

describe("the last ten minutes by the second", () => {
  test("are of the queues that were asked for", async () => {
    const { broker, pass, metrics } = await start();
    const queue = await broker.createQueue("orders");
    await pass(2);
    expect(metrics.seconds("orders")).toEqual({ seconds: [], rows: [] });
    await pass(1);
    await queue.send("text");
    await pass(600);
    const { seconds = [], rows = [] } = metrics.seconds("orders") ?? {};
    expect(seconds).toHaveLength(600);
    expect(seconds.at(-1)).toBe(MIDNIGHT * 60 + 602);
    expect(rows.map((row) => row[0]).slice(0, 2)).toEqual([1, 1]);
    expect(metrics.seconds("nobody")).toBeUndefined();
  });

  test("are of 64 queues at most: the one not asked for the longest goes", async () => {
    const { broker, pass, metrics } = await start();
    const names = Array.from({ length: 65 }, (_, index) => `queue-${index}`);
    for (const name of names) await broker.createQueue(name);
    await pass(1);
    const before = metrics.bytes;
    for (const name of names.slice(0, 64)) metrics.seconds(name);
    await pass(1);
    const full = metrics.bytes - before;
    expect(metrics.seconds("queue-0")?.seconds).toHaveLength(1);
    metrics.seconds("queue-64");
    await pass(1);
    expect(metrics.bytes - before).toBe(full);
    expect(metrics.seconds("queue-0")?.seconds).toHaveLength(2);
    expect(metrics.seconds("queue-64")?.seconds).toHaveLength(1);
    expect(metrics.seconds("queue-1")?.seconds).toHaveLength(0);
  });
});
