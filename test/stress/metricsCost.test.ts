/**
 * What metrics cost: a look at 4,096 busy queues once a second, and a scrape of them. Processor time and
 * ratios inside one run, for a machine that does nothing else.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Broker } from "../../engine/broker/broker.ts";
import { VirtualClock } from "../../engine/clock.ts";
import { Metrics } from "../../engine/metrics/metrics.ts";
import { metricsPage } from "../../engine/server/prometheus/page.ts";
import { Requests } from "../../engine/server/prometheus/requests.ts";

const QUEUES = 4_096;
const clock = new VirtualClock();
let broker: Broker;
let metrics: Metrics;

beforeAll(async () => {
  broker = await Broker.open({ clock, memoryBytes: 2 ** 29 });
  for (let queue = 0; queue < QUEUES; queue++) await broker.createQueue(`queue-${queue}`);
  metrics = new Metrics(broker, { namedMax: QUEUES, memoryBytes: 2 ** 30 });
});

afterAll(() => broker.close());

function processorMs(act: () => void): number {
  const before = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

test("a look at all queues, each of which is used, takes a hundredth of a processor", async () => {
  const names = await broker.listQueues();
  const queues = await Promise.all(names.map((name) => broker.getQueue(name)));
  // The day's pages are made at the end of the first minute.
  const spentMs: number[] = [];
  for (let look = 0; look < 182; look++) {
    for (const queue of queues) queue.sync.send("text");
    await clock.advance(1_000);
    spentMs.push(processorMs(() => metrics.sample()));
  }
  const first = spentMs.splice(0, 62);
  const share = spentMs.reduce((sum, ms) => sum + ms, 0) / spentMs.length / 1_000;
  console.log(
    `a look at ${QUEUES} queues: ${(share * 100).toFixed(2)} % of a processor, ` +
      `once a day ${Math.max(...first).toFixed(0)} ms, else up to ${Math.max(...spentMs).toFixed(0)} ms`,
  );
  expect(share).toBeLessThan(0.01);
});

/** The lines of a page, formatted from what they say by the shortest code that does it. */
function bareFormatting(lines: readonly (readonly [string, string, number])[]): string {
  let text = "";
  for (const [name, label, value] of lines) text += `${name}{queue="${label}"} ${value}\n`;
  return text;
}

test("a scrape takes at most five times the bare formatting of its lines", async () => {
  const page = (await metricsPage(metrics, new Requests())).body as string;
  const lines = [...page.matchAll(/^(\w+)\{queue="(.*?)"\} (.*)$/gm)].map(
    ([, name = "", label = "", value]) => [name, label, Number(value)] as const,
  );
  expect(lines).toHaveLength(QUEUES * 13);
  const scrapes: number[] = [];
  const bare: number[] = [];
  for (let turn = 0; turn < 30; turn++) {
    const before = process.cpuUsage();
    await metricsPage(metrics, new Requests());
    const { user, system } = process.cpuUsage(before);
    scrapes.push((user + system) / 1_000);
    bare.push(processorMs(() => Buffer.from(bareFormatting(lines))));
  }
  const middle = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] as number;
  const ratio = middle(scrapes) / middle(bare);
  console.log(
    `a scrape of ${QUEUES} queues: ${middle(scrapes).toFixed(1)} ms, ${ratio.toFixed(1)} times ` +
      `the bare formatting's ${middle(bare).toFixed(1)} ms`,
  );
  expect(ratio).toBeLessThan(5);
});
