/**
 * The wake-up proofs, in sizes that the caller chooses: a waiter between its last look and its
 * sleep, one that gives up, one that dies, one that computes. Each message must come; what is
 * measured is how long it lay ready while somebody waited for it, since the steward mends within half
 * a second what a waker did wrong. Waiters of lower thread numbers are rung first, so those that do
 * not come are started first.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import * as layout from "../../../assembly/layout.ts";
import { Broker } from "../../../engine/broker/broker.ts";
import { takeWelcome } from "../../../engine/broker/threads/attachment.ts";
import type { Queue } from "../../../engine/types.ts";
import { patience } from "../../support/patience.ts";

interface Word extends Record<string, unknown> {
  readonly error?: unknown;
}

/** One of wakeWorker.mjs's roles in a thread of its own. */
export class Peer {
  readonly worker: Worker;
  readonly #words: Word[] = [];
  #wake: () => void = () => {};

  constructor(broker: Broker, role: string, options: Record<string, unknown>) {
    const handle = broker.share();
    this.worker = new Worker(new URL("./wakeWorker.mjs", import.meta.url), {
      workerData: { handle, role, options },
      transferList: [handle.port],
      execArgv: [],
    });
    this.worker.on("message", (word: Word) => {
      this.#words.push(word);
      this.#wake();
    });
    this.worker.on("error", (error) => {
      this.#words.push({ error });
      this.#wake();
    });
  }

  /** The first word that has this field, now or later. */
  async says(field: string): Promise<unknown> {
    for (;;) {
      const word = this.#words.find((one) => field in one || "error" in one);
      if (word !== undefined && field in word) return word[field];
      if (word !== undefined) throw word.error;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async end(): Promise<void> {
    const exit = once(this.worker, "exit");
    await this.worker.terminate();
    await exit;
  }
}

export interface Latencies {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export function summaryOf(latencies: Iterable<number>): Latencies {
  const sorted = Float64Array.from(latencies).sort();
  const at = (part: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

export function textOf({ count, p50, p99, max }: Latencies): string {
  const us = (ms: number): string => `${Math.round(ms * 1_000)} us`;
  return `${count} wake-ups: p50 ${us(p50)}, p99 ${us(p99)}, longest ${us(max)}`;
}

interface Shared {
  readonly buffer: SharedArrayBuffer;
  readonly words: Int32Array;
  readonly times: Float64Array;
}

export function share(): Shared {
  const buffer = new SharedArrayBuffer(24);
  return { buffer, words: new Int32Array(buffer, 0, 4), times: new Float64Array(buffer, 16) };
}

/** What no message may lie ready for while somebody waits, in milliseconds. */
export const LONGEST_MS = 100;

const [GOT, SEEN, ABORTED] = [1, 2, 3];

export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The words of a broker's memory. Takes one of its threads. */
export function wordsOf(broker: Broker): Int32Array {
  return new Int32Array(takeWelcome(broker.share()).share.memory.buffer);
}

/**
 * From now on wakers leave the steward no notes, so it helps nobody who was rung and does not come
 * but with its tick, every half second.
 */
export function silenceNotes(words: Int32Array): void {
  Atomics.store(words, (layout.HEADER + layout.HEADER_STEWARD) >> 2, 0);
}

async function withBroker<T>(act: (broker: Broker) => Promise<T>): Promise<T> {
  const broker = await Broker.open({ memoryBytes: 64 * 1_048_576, threadsMax: 16 });
  try {
    await broker.createQueue("jobs");
    return await act(broker);
  } finally {
    await broker.close();
  }
}

/** `rounds` sends, each at a moment around the waiter's step from looking to sleeping. */
export function raceSleep(
  role: "blocking" | "polling",
  rounds: number,
  spreadMs: number,
): Promise<Latencies> {
  return withBroker(async (broker) => {
    const options = { shared: share().buffer, rounds, spreadMs, patienceMs: patience() };
    const waiter = new Peer(broker, role, options);
    const sender = new Peer(broker, "sending", options);
    const latencies = (await waiter.says("result")) as Float64Array;
    await sender.says("result");
    return summaryOf(latencies);
  });
}

/** Waits until it is so. */
async function until(isSo: () => boolean, what: string): Promise<void> {
  for (const endMs = nowMs() + patience(); !isSo(); await sleep(1)) {
    if (nowMs() > endMs) throw new Error(what);
  }
}

function got(words: Int32Array, count: number): Promise<void> {
  const what = `nobody was woken for message ${count}`;
  return until(() => Atomics.load(words, GOT) >= count, what);
}

/** Sends while one waiter gives up again and again, often enough, and another stays. */
export function raceAborts(rounds: number): Promise<{ aborted: number; latencies: Latencies }> {
  return withBroker(async (broker) => {
    const { buffer, words, times } = share();
    const aborting = new Peer(broker, "aborting", { shared: buffer });
    await aborting.says("ready");
    const staying = new Peer(broker, "collecting", { shared: buffer });
    await staying.says("ready");
    const queue = await broker.getQueue("jobs");
    const isEnough = (): boolean => Atomics.load(words, ABORTED) > rounds / 4;
    for (let round = 0; round < rounds || !isEnough(); round++) {
      times[0] = nowMs();
      queue.sync.send("x");
      await got(words, round + 1);
      if (round % 2 === 0) await sleep(Math.random());
    }
    aborting.worker.postMessage("stop");
    staying.worker.postMessage("stop");
    const gaveUp = (await aborting.says("result")) as { aborted: number; latencies: number[] };
    const kept = (await staying.says("result")) as number[];
    return { aborted: gaveUp.aborted, latencies: summaryOf([...gaveUp.latencies, ...kept]) };
  });
}

/** What a victim is about to do: to sleep, or to compute; and whether it dies before the send. */
function victimOf(kill: number): { isBusy: boolean; diesFirst: boolean } {
  return { isBusy: kill % 2 === 0, diesFirst: kill % 4 < 2 };
}

async function sendAroundDeath(queue: Queue, victim: Peer, kill: number, times: Float64Array) {
  const { isBusy, diesFirst } = victimOf(kill);
  if (isBusy) await sleep(5);
  const ended = diesFirst ? victim.end() : undefined;
  times[0] = nowMs();
  queue.sync.send("x");
  await sleep(Math.random() * 3);
  await (ended ?? victim.end());
}

/**
 * Kills a waiter around each send, every other one while it computes; another stays. Messages that
 * the killed one had already received are not counted: they are in flight. The other handles a sign
 * that is sent behind, and by then it has handled what it was given before.
 */
export function raceKills(kills: number): Promise<{ taken: number; latencies: Latencies }> {
  return withBroker(async (broker) => {
    const { buffer, words, times } = share();
    const newVictim = async (kill: number): Promise<Peer> => {
      const afterMs = victimOf(kill).isBusy ? 1 : 2 ** 30;
      const victim = new Peer(broker, "busy", {
        shared: buffer,
        busyMs: 2 ** 30,
        afterMs,
        computes: true,
      });
      await victim.says("waits");
      return victim;
    };
    let victim = await newVictim(0);
    const staying = new Peer(broker, "collecting", { shared: buffer });
    await staying.says("waits");
    const queue = await broker.getQueue("jobs");
    let taken = 0;
    for (let kill = 0; kill < kills; kill++) {
      await sendAroundDeath(queue, victim, kill, times);
      await until(() => queue.counts().visible === 0, `kill ${kill}: nobody was woken`);
      times[0] = nowMs();
      queue.sync.send("sign");
      const isSeen = (): boolean => Atomics.load(words, SEEN) > kill;
      await until(isSeen, `kill ${kill}: nobody was woken for the sign`);
      if (Atomics.load(words, GOT) < kill + 1 - taken) {
        taken++;
        await queue.purge();
      }
      victim = await newVictim(kill + 1);
    }
    staying.worker.postMessage("stop");
    const latencies = (await staying.says("result")) as number[];
    await victim.end();
    return { taken, latencies: summaryOf(latencies) };
  });
}

/** Sends while `count` waiters of lower numbers do not come before one more has what was sent. */
async function raceBusyAfter(count: number, phaseMs: number): Promise<number[]> {
  return withBroker(async (broker) => {
    const { buffer, words, times } = share();
    const options = { shared: buffer, busyMs: 2 * patience(), afterMs: 300, untilGot: 3 };
    const busy = Array.from({ length: count }, () => new Peer(broker, "busy", options));
    await Promise.all(busy.map((peer) => peer.says("ready")));
    const staying = new Peer(broker, "collecting", { shared: buffer });
    await staying.says("ready");
    await Promise.all(busy.map((peer) => peer.says("isBusy")));
    await sleep(50 + phaseMs);
    const queue = await broker.getQueue("jobs");
    for (let round = 0; round < 3; round++) {
      times[0] = nowMs();
      queue.sync.send("x");
      await got(words, round + 1);
    }
    await Promise.all(busy.map((peer) => peer.says("result")));
    staying.worker.postMessage("stop");
    return (await staying.says("result")) as number[];
  });
}

/** Moments between two rounds of an idle steward, half a second apart. */
export const PHASES_MS = [0, 170, 340];

/** The same at several such moments. */
export async function raceBusy(count: number, phasesMs = PHASES_MS): Promise<Latencies> {
  const latencies: number[] = [];
  for (const phaseMs of phasesMs) latencies.push(...(await raceBusyAfter(count, phaseMs)));
  return summaryOf(latencies);
}
