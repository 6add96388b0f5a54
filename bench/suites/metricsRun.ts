/**
 * Does the work of `metrics`, in the child process. One message stays in every queue, and another is sent,
 * received and deleted before each look; a sample of a look is the mean of a minute of them, so that it has its part of what happens at a minute's
 * end. The first minute, in which the day's pages are made, is not in it. A scrape and the formatting are
 * done in turns.
 */
import { Broker, MessageBatch, type Queue, VirtualClock } from "../../engine/index.ts";
import { Metrics } from "../../engine/metrics/metrics.ts";
import { metricsPage } from "../../engine/server/prometheus/page.ts";
import { Requests } from "../../engine/server/prometheus/requests.ts";
import type { Pace } from "../run/pace.ts";
import { FORMATTING, LOOK, QUEUES, SCRAPE } from "./metrics.ts";
import type { Sampled } from "./work.ts";

const SECONDS = 60;
const SCRAPES = 10;
const MEMORY_BYTES = 2 ** 29;
const METRICS_BYTES = 2 ** 30;

type Line = readonly [name: string, queue: string, value: number];

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}

async function timed(act: () => unknown): Promise<number> {
  const beganMs = cpuMs();
  await act();
  return cpuMs() - beganMs;
}

/** Looks once a second for a minute; what a look took in the mean. */
async function minute(
  metrics: Metrics,
  clock: VirtualClock,
  queues: readonly Queue[],
): Promise<number> {
  const batch = new MessageBatch(1);
  let spentMs = 0;
  for (let second = 0; second < SECONDS; second++) {
    for (const { sync } of queues) {
      if (!sync.send("text") || sync.receive(batch) !== 1) throw new Error("a message was lost");
      sync.delete(batch);
    }
    await clock.advance(1_000);
    const beganMs = cpuMs();
    metrics.sample();
    spentMs += cpuMs() - beganMs;
  }
  return spentMs / SECONDS;
}

/** The lines of a page, from what they say by the shortest code that does it. */
function formatted(lines: readonly Line[]): Buffer {
  let text = "";
  for (const [name, queue, value] of lines) text += `${name}{queue="${queue}"} ${value}\n`;
  return Buffer.from(text);
}

function linesOf(page: string): Line[] {
  return [...page.matchAll(/^(\w+)\{queue="(.*?)"\} (.*)$/gm)].map(
    ([, name = "", queue = "", value]) => [name, queue, Number(value)],
  );
}

export async function doesMetrics(pace: Pace): Promise<Sampled[]> {
  const clock = new VirtualClock();
  await using broker = await Broker.open({ clock, memoryBytes: MEMORY_BYTES });
  const queues: Queue[] = [];
  for (let number = 0; number < QUEUES; number++) {
    const queue = await broker.createQueue(`queue-${number}`);
    await queue.send("text");
    queues.push(queue);
  }
  const metrics = new Metrics(broker, { namedMax: QUEUES, memoryBytes: METRICS_BYTES });
  const looks: number[] = [];
  await minute(metrics, clock, queues);
  for (let window = 0; window < pace.windows; window++) {
    looks.push(await minute(metrics, clock, queues));
  }
  const requests = new Requests();
  const scrape = () => metricsPage(metrics, requests);
  const lines = linesOf(String((await scrape()).body));
  const scrapes: number[] = [];
  const formattings: number[] = [];
  for (let window = 0; window <= pace.windows; window++) {
    let [scrapesMs, formattingsMs] = [0, 0];
    for (let turn = 0; turn < SCRAPES; turn++) {
      scrapesMs += await timed(scrape);
      formattingsMs += await timed(() => formatted(lines));
    }
    // The first is there to have the code compiled.
    if (window === 0) continue;
    scrapes.push(scrapesMs / SCRAPES);
    formattings.push(formattingsMs / SCRAPES);
  }
  const all: [string, number[]][] = [
    [LOOK, looks],
    [SCRAPE, scrapes],
    [FORMATTING, formattings],
  ];
  return all.map(([load, samples]) => ({
    case: {
      ...{ type: "standard", quotas: "off", durability: "memory" },
      ...{ transport: "in-thread", load },
    },
    unit: "ms",
    samples,
    max: Math.max(...samples),
  }));
}
