/**
 * `sluice bench pool`: what the consumers of a pool cost beside a loop of receiveBlocking and
 * delete written by hand, and beside one piscina.run a message; what a second thread brings; how soon
 * the messages of a killed thread are handled by another. One producer and one consumer thread, empty
 * handlers, 64 B, tens; the ways of a round one after the other, each several times in turn.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Piscina } from "piscina";
import {
  Broker,
  type BrokerHandle,
  type Consumer,
  consume,
  type Queue,
} from "../../engine/index.ts";
import { type Figure, figureOf, medianOf } from "../result/figure.ts";
import { median } from "../result/statistics.ts";

export interface Part {
  readonly handle: BrokerHandle;
  readonly bytes: number;
}

export type Job =
  | { readonly kind: "produce"; readonly queue: string; readonly messages: number }
  | { readonly kind: "consume"; readonly queue: string; readonly computeUs: number };

const BYTES = 64;
const MESSAGES = 100_000;
const PISCINA_MESSAGES = 10_000;
/** Of the last round; before it code is compiled and memory touched. */
const WARM_UP_ROUNDS = 2;
const COMPUTE_US = 20;
const COMPUTED_MESSAGES = 60_000;
const KILLS = 9;
const LOOK_MS = 1;

type Kind = "handleSync" | "handleBatch" | "default handler";

const HANDLERS: readonly (readonly [Kind, string])[] = [
  ["handleSync", "sync.js"],
  ["handleBatch", "batch.js"],
  ["default handler", "each.js"],
];

function handlerUrl(file: string): URL {
  return new URL(`../handlers/${file}`, import.meta.url);
}

async function spawn(broker: Broker): Promise<Worker> {
  const part: Part = { handle: broker.share(), bytes: BYTES };
  const worker = new Worker(new URL("./thread.js", import.meta.url), {
    workerData: part,
    transferList: [part.handle.port],
  });
  await once(worker, "message");
  return worker;
}

/** Until so many messages of the queue were deleted. */
async function deleted(queue: Queue, count: number): Promise<void> {
  while (queue.totals().messagesDeleted < count) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function timed(messages: number, act: () => Promise<void>): Promise<number> {
  const beganMs = performance.now();
  await act();
  return ((performance.now() - beganMs) * 1e6) / messages;
}

/** One producer, one consumer thread that waits already: nanoseconds a message. */
async function produceInto(producer: Worker, queue: Queue, messages: number): Promise<number> {
  const target = queue.totals().messagesDeleted + messages;
  return timed(messages, async () => {
    producer.postMessage({ kind: "produce", queue: queue.name, messages } satisfies Job);
    await Promise.all([once(producer, "message"), deleted(queue, target)]);
  });
}

async function piscinaRun(piscina: Piscina): Promise<number> {
  const text = "message ".padEnd(BYTES, "abcdefghijklmnopqrstuvwxyz");
  return timed(PISCINA_MESSAGES, async () => {
    for (let left = PISCINA_MESSAGES; left > 0; left -= 100) {
      await Promise.all(Array.from({ length: 100 }, () => piscina.run(text)));
    }
  });
}

async function costs(
  broker: Broker,
  rounds: number,
  say: (text: string) => void,
): Promise<Figure[]> {
  const producer = await spawn(broker);
  const bare = await spawn(broker);
  const piscina = new Piscina({
    filename: handlerUrl("each.js").href,
    maxThreads: 1,
    minThreads: 1,
  });
  const consumers: Consumer[] = [];
  const queues = new Map<string, Queue>();
  queues.set("loop by hand", await broker.createQueue("loop"));
  for (const [kind, file] of HANDLERS) {
    const queue = await broker.createQueue(file.replace(".", "-"));
    const consumer = consume(queue, handlerUrl(file), { threads: 1, data: { computeUs: 0 } });
    await consumer.ready;
    consumers.push(consumer);
    queues.set(kind, queue);
  }
  const times = new Map([...queues.keys(), "piscina.run"].map((name) => [name, [] as number[]]));
  for (let round = 1 - WARM_UP_ROUNDS; round <= rounds; round++) {
    for (const [name, queue] of queues) {
      const isBare = name === "loop by hand";
      if (isBare) {
        bare.postMessage({ kind: "consume", queue: queue.name, computeUs: 0 } satisfies Job);
      }
      const ns = await produceInto(producer, queue, MESSAGES);
      if (isBare) await once(bare, "message");
      if (round > 0) times.get(name)?.push(ns);
    }
    const ns = await piscinaRun(piscina);
    if (round > 0) times.get("piscina.run")?.push(ns);
    say(`costs: round ${round} of ${rounds}`);
  }
  await Promise.all(consumers.map((consumer) => consumer.stop()));
  await Promise.all([producer.terminate(), bare.terminate(), piscina.destroy()]);
  return [...times].map(([name, ns]) => figureOf(name, ns));
}

/** From here on to the end of the queue: nanoseconds a message. */
async function restOf(queue: Queue, end: number): Promise<number> {
  const beganAt = queue.totals().messagesDeleted;
  const beganMs = performance.now();
  await deleted(queue, end);
  return ((performance.now() - beganMs) * 1e6) / (end - beganAt);
}

/**
 * Nanoseconds a message of a queue that was filled before, for loops by hand and for a pool: from the
 * moment at which all threads have begun and the first tenth is done.
 */
async function scaling(
  broker: Broker,
  rounds: number,
  say: (text: string) => void,
): Promise<Figure[]> {
  const loops = [await spawn(broker), await spawn(broker)];
  const producer = await spawn(broker);
  const queue = await broker.createQueue("scaling");
  const fill = async (): Promise<{ begin: number; end: number }> => {
    const before = queue.totals().messagesDeleted;
    const { name } = queue;
    const job: Job = { kind: "produce", queue: name, messages: COMPUTED_MESSAGES };
    producer.postMessage(job);
    await once(producer, "message");
    return { begin: before + COMPUTED_MESSAGES / 10, end: before + COMPUTED_MESSAGES };
  };
  const byHand = async (threads: number): Promise<number> => {
    const { begin, end } = await fill();
    const busy = loops.slice(0, threads);
    const job: Job = { kind: "consume", queue: queue.name, computeUs: COMPUTE_US };
    const ended = busy.map((worker) => once(worker, "message"));
    for (const worker of busy) worker.postMessage(job);
    await deleted(queue, begin);
    const ns = await restOf(queue, end);
    await Promise.all(ended);
    return ns;
  };
  const pooled = async (threads: number): Promise<number> => {
    const { begin, end } = await fill();
    const data = { computeUs: COMPUTE_US };
    const consumer = consume(queue, handlerUrl("sync.js"), { threads, data });
    await consumer.ready;
    await deleted(queue, begin);
    const ns = await restOf(queue, end);
    await consumer.stop();
    return ns;
  };
  const ways: [string, () => Promise<number>][] = [
    [`${COMPUTE_US} us, 1 loop by hand`, () => byHand(1)],
    [`${COMPUTE_US} us, 2 loops by hand`, () => byHand(2)],
    [`${COMPUTE_US} us, 1 pool thread`, () => pooled(1)],
    [`${COMPUTE_US} us, 2 pool threads`, () => pooled(2)],
  ];
  const times = ways.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, [, run]] of ways.entries()) {
      const ns = await run();
      if (round > 0) times[index]?.push(ns);
    }
    say(`scaling: round ${round} of ${rounds}`);
  }
  await Promise.all([producer, ...loops].map((worker) => worker.terminate()));
  return ways.map(([name], index) => figureOf(name, times[index] ?? []));
}

/** Milliseconds from the end of a killed thread's timeout until another handles its message. */
async function recovery(broker: Broker): Promise<number[]> {
  const queue = await broker.createQueue("dies", { visibilityTimeout: 1 });
  const late = await broker.createQueue("late");
  const consumer = consume(queue, handlerUrl("dies.js"), { threads: 2 });
  await consumer.ready;
  const found: number[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    await queue.send(String(kill));
    const [message] = await late.receive({ waitTimeSeconds: 60 });
    found.push(Number(message?.body));
    await message?.delete();
  }
  await consumer.stop();
  return found;
}

export async function benchPool(
  isQuick: boolean,
  say: (text: string) => void,
): Promise<{ text: string; figures: readonly object[] }> {
  await using broker = await Broker.open({ memoryBytes: 2 ** 30 });
  const rounds = isQuick ? 5 : 15;
  const cost = await costs(broker, rounds, say);
  const scaled = await scaling(broker, isQuick ? 3 : 9, say);
  say("killing threads ...");
  const late = await recovery(broker);
  const byHand = medianOf(cost, "loop by hand");
  const piscina = medianOf(cost, "piscina.run");
  const lines = cost.map(({ name, median: ns, least }) => {
    const cells = [
      ns.toFixed(0),
      least.toFixed(0),
      (ns / byHand).toFixed(2),
      (piscina / ns).toFixed(1),
    ];
    return `${name.padEnd(24)}${cells.map((cell) => cell.padStart(11)).join("")}`;
  });
  const [one = 0, two = 0, oneThread = 0, twoThreads = 0] = scaled.map(({ median: ns }) => ns);
  const text = [
    `${"ns a message".padEnd(24)}     median      least  x by hand  piscina:x`,
    ...lines,
    "",
    ...scaled.map(({ name, median: ns }) => `${name.padEnd(24)}${ns.toFixed(0).padStart(11)}`),
    `a second thread: pool ${(oneThread / twoThreads).toFixed(2)}, loops by hand ${(one / two).toFixed(2)}, ` +
      `ratio ${(oneThread / twoThreads / (one / two)).toFixed(2)}`,
    `from a killed thread's timeout to another handler: median ${median(late).toFixed(0)} ms, ` +
      `most ${Math.max(...late).toFixed(0)} ms of ${KILLS}`,
  ].join("\n");
  return { text, figures: [...cost, ...scaled, { name: "killed", unit: "ms", values: late }] };
}
