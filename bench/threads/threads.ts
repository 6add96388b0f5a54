/**
 * Two threads: one produces, one consumes. Through the broker (send; receive, read, delete), and
 * next to it what a program would do without one: postMessage, one by one and in arrays of ten.
 * Each way is run several times in turn; the clock runs from the start signal to the consumer's
 * last message.
 */
import { once } from "node:events";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { Broker, type BrokerHandle } from "../../engine/index.ts";
import { type Figure, figureOf } from "../result/figure.ts";

export type Way =
  | "sluice, batch 10"
  | "sluice, batch 1"
  | "postMessage"
  | "postMessage, arrays of 10";

export const WAYS: readonly Way[] = [
  "sluice, batch 10",
  "sluice, batch 1",
  "postMessage",
  "postMessage, arrays of 10",
];

export interface Part {
  readonly role: "producer" | "consumer";
  readonly handle: BrokerHandle;
  /** Between the two threads, for the ways without a broker. */
  readonly channel: MessagePort;
  readonly bytes: number;
}

export interface Start {
  readonly way: Way;
  readonly queue: string;
  readonly messages: number;
}

const MEMORY_BYTES = 2 ** 30;
const SIZES = [64, 1024];
const MESSAGES = 200_000;
/** Until both threads' code is compiled and memory was touched once. */
const WARM_UP_ROUNDS = 4;

function spawn(part: Part): Worker {
  return new Worker(new URL("./thread.js", import.meta.url), {
    workerData: part,
    transferList: [part.handle.port, part.channel],
  });
}

/** Resolves when the worker says something, rejects when it fails. */
function answer(worker: Worker): Promise<unknown> {
  return once(worker, "message");
}

async function measureThreads(
  broker: Broker,
  bytes: number,
  rounds: number,
  said: (round: number) => void,
): Promise<Figure[]> {
  const { port1, port2 } = new MessageChannel();
  const producer = spawn({ role: "producer", handle: broker.share(), channel: port1, bytes });
  const consumer = spawn({ role: "consumer", handle: broker.share(), channel: port2, bytes });
  const times = new Map<Way, number[]>(WAYS.map((way) => [way, []]));
  await Promise.all([answer(producer), answer(consumer)]);
  for (let round = 1 - WARM_UP_ROUNDS; round <= rounds; round++) {
    for (const way of WAYS) {
      const queue = `bench-threads-${round + WARM_UP_ROUNDS}-${WAYS.indexOf(way)}`;
      await broker.createQueue(queue, { visibilityTimeout: 600 });
      const start: Start = { way, queue, messages: MESSAGES };
      const ready = answer(consumer);
      consumer.postMessage(start);
      await ready;
      const done = answer(consumer);
      const startedMs = performance.now();
      producer.postMessage(start);
      await done;
      if (round > 0) times.get(way)?.push(((performance.now() - startedMs) * 1e6) / MESSAGES);
      await broker.deleteQueue(queue);
    }
    if (round > 0) said(round);
  }
  await Promise.all([producer.terminate(), consumer.terminate()]);
  return WAYS.map((way) => figureOf(`two threads, ${bytes} B: ${way}`, times.get(way) ?? []));
}

export async function benchThreads(
  isQuick: boolean,
  say: (text: string) => void,
): Promise<{ text: string; figures: readonly Figure[] }> {
  const rounds = isQuick ? 5 : 25;
  await using broker = await Broker.open({ memoryBytes: MEMORY_BYTES });
  const figures: Figure[] = [];
  const lines: string[] = [];
  for (const bytes of SIZES) {
    const told = (round: number) => say(`${bytes} B: round ${round} of ${rounds}`);
    const own = await measureThreads(broker, bytes, rounds, told);
    figures.push(...own);
    const ours = own[0]?.median ?? Number.NaN;
    lines.push(
      ...own.map(({ name, median, least }) => {
        const cells = [median.toFixed(0), least.toFixed(0), (median / ours).toFixed(1)];
        return `${name.padEnd(52)}${cells.map((cell) => cell.padStart(10)).join("")}`;
      }),
    );
  }
  const head = `${"ns a message".padEnd(52)}    median     least   x sluice`;
  return { text: [head, ...lines].join("\n"), figures };
}
