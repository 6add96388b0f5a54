/**
 * Minutes of metrics that go through a journal: what a broker after a restart tells of the time before is
 * what the one before it told, and what it counted last goes on. The journal here is a list of entries.
 */
import { afterEach, describe, expect, test } from "vitest";
import { Broker } from "../../engine/broker/broker.ts";
import { setDurable } from "../../engine/broker/durable/face.ts";
import { JournalNumbers } from "../../engine/broker/durable/journalNumbers.ts";
import { VirtualClock } from "../../engine/clock.ts";
import { queueMetrics } from "../../engine/metricNames.ts";
import { Metrics, type MetricsOptions } from "../../engine/metrics/metrics.ts";
import { MIDNIGHT } from "./measured.ts";

const opened: Broker[] = [];

afterEach(async () => {
  for (const broker of opened.splice(0)) await broker.close();
});

/** A broker on a journal that has these entries, and gets more. */
async function start(
  log: Uint8Array[],
  nowMs: number,
  options: MetricsOptions = {},
  make: (broker: Broker) => Promise<unknown> = async () => {},
) {
  const clock = new VirtualClock(nowMs);
  const broker = await Broker.open({ clock, memoryBytes: 2 ** 25, queuesMax: 64 });
  opened.push(broker);
  const before = [...log];
  setDurable(broker, {
    ...{ directory: "nowhere", durability: "always", numbers: new JournalNumbers() },
    ...{ failed: new Promise<Error>(() => {}), takeMinutes: () => before },
    keep: (entry) => void log.push(entry),
  });
  // Of the same number and incarnation in each, as a journal brings them back.
  const orders = await broker.createQueue("orders");
  const idle = await broker.createQueue("idle");
  await make(broker);
  const metrics = new Metrics(broker, options);
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      await clock.advance(1_000);
      metrics.sample();
    }
  };
  return { clock, broker, orders, idle, metrics, pass };
}

/** Every metric of both queues over some minutes from midnight on. */
function told(metrics: Metrics, minutes: number): object {
  const stretch = { fromMinute: MIDNIGHT, toMinute: MIDNIGHT + minutes, periodMinutes: 1 };
  const names = queueMetrics.map(({ name }) => name);
  return Object.fromEntries(
    ["orders", "idle", "gone"].flatMap((queue) =>
      names.map((name) => [`${queue} ${name}`, metrics.points(queue, name, stretch)]),
    ),
  );
}

const midnightMs = MIDNIGHT * 60_000;

/** Three minutes: messages that wait, empty receives, and a queue that is made and deleted. */
async function live({ orders, broker, pass }: Awaited<ReturnType<typeof start>>): Promise<void> {
  await pass(10);
  await orders.send("four");
  await orders.send("seven..");
  await pass(40);
  const [first] = await orders.receive();
  await first?.delete();
  await broker.createQueue("gone");
  await (await broker.getQueue("gone")).send("x");
  await pass(30);
  await broker.deleteQueue("gone");
  await pass(40);
  await (await broker.getQueue("idle")).receive();
  await pass(59);
}

describe("after a restart", () => {
  test("all minutes are told as before", async () => {
    const log: Uint8Array[] = [];
    const first = await start(log, midnightMs);
    await live(first);
    // The next minute begins, so that all before it is in the journal.
    await first.pass(2);
    const before = told(first.metrics, 3);
    expect(Object.values(before).flat().length).toBeGreaterThan(30);
    const second = await start(log, first.clock.nowMs());
    expect(told(second.metrics, 3)).toEqual(before);
    const third = await start([...log].reverse().concat(log), second.clock.nowMs());
    expect(told(third.metrics, 3)).toEqual(before);
  });

  test("ten days later, by a clock that was set or not, all minutes are told as before", async () => {
    const log: Uint8Array[] = [];
    const first = await start(log, midnightMs);
    await live(first);
    await first.pass(2);
    const before = told(first.metrics, 3);
    const second = await start(log, first.clock.nowMs() + 10 * 86_400_000);
    await second.pass(60);
    expect(told(second.metrics, 3)).toEqual(before);
  });

  test("an orderly end keeps the minute that runs, which then goes on", async () => {
    const log: Uint8Array[] = [];
    const first = await start(log, midnightMs);
    await first.pass(20);
    await first.orders.send("four");
    await first.pass(10);
    first.metrics.stop();
    const second = await start(log, first.clock.nowMs());
    await second.orders.send("four");
    await second.pass(1);
    await second.orders.send("five!");
    await second.pass(40);
    const stretch = { fromMinute: MIDNIGHT, toMinute: MIDNIGHT + 1, periodMinutes: 1 };
    const [sent] = second.metrics.points("orders", "NumberOfMessagesSent", stretch);
    expect(sent?.sum).toBe(3);
    const [visible] = second.metrics.points(
      "orders",
      "ApproximateNumberOfMessagesVisible",
      stretch,
    );
    expect(visible?.samples).toBeGreaterThan(50);
  });

  test("totals that are less than they were count nothing, and no metric is negative", async () => {
    const log: Uint8Array[] = [];
    const first = await start(log, midnightMs);
    await first.pass(5);
    for (let call = 0; call < 3; call++) await first.orders.receive();
    await first.pass(60);
    // Empty receives are in no log: the memory after a crash may know of none.
    const second = await start(log, first.clock.nowMs() + 60_000);
    await second.pass(5);
    await second.orders.receive();
    await second.pass(60);
    const stretch = { fromMinute: MIDNIGHT, toMinute: MIDNIGHT + 5, periodMinutes: 5 };
    const [empty] = second.metrics.points("orders", "NumberOfEmptyReceives", stretch);
    expect([empty?.sum, empty?.minimum]).toEqual([4, 0]);
  });

  test("a queue that is gone takes no living one's place among those told by name", async () => {
    const log: Uint8Array[] = [];
    const make = (broker: Broker) => broker.createQueue("gone");
    const first = await start(log, midnightMs, { namedMax: 3 }, make);
    await first.pass(61);
    await first.broker.deleteQueue("gone");
    await first.pass(1);
    await first.broker.createQueue("later");
    await first.pass(60);
    const names = ({ metrics }: typeof first): string[] =>
      [...metrics.present()].map(({ name }) => name);
    expect(names(first)).toEqual(["orders", "idle", "later"]);
    const second = await start(log, first.clock.nowMs(), { namedMax: 3 }, async (broker) => {
      await broker.createQueue("gone");
      await broker.deleteQueue("gone");
      await broker.createQueue("later");
    });
    expect(names(second)).toEqual(["orders", "idle", "later"]);
  });

  test("what was forgotten stays so", async () => {
    const log: Uint8Array[] = [];
    const first = await start(log, midnightMs);
    await live(first);
    first.metrics.clear();
    await first.pass(1);
    const second = await start(log, first.clock.nowMs());
    expect(Object.values(told(second.metrics, 2)).flat()).toEqual([]);
  });
});

test("a queue of which there is nothing new is not written again", async () => {
  const log: Uint8Array[] = [];
  const { pass } = await start(log, midnightMs);
  await pass(61);
  const first = log.reduce((sum, entry) => sum + entry.length, 0);
  await pass(60);
  const second = log.reduce((sum, entry) => sum + entry.length, 0) - first;
  expect(log).toHaveLength(2);
  expect(second).toBeLessThan(first / 4);
});

test("a broker in memory alone has no journal's numbers", async () => {
  const broker = await Broker.open({ memoryBytes: 2 ** 25, queuesMax: 16 });
  opened.push(broker);
  expect(new Metrics(broker).journal).toBeUndefined();
});
