/**
 * Proof that threads do to a FIFO queue exactly what one thread would, also while some of them are
 * killed: four workers over a thousand groups, with timeouts of milliseconds, each recording every
 * section it made outside the engine's memory. Who is killed is recovered and another takes its place.
 * Merged by operation number the histories must have no gap: a section that its thread had no time to
 * write down is completed from what it left in its thread's record. The whole is replayed through the
 * plain-array model, order within a group included, and every result must be equal.
 */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { expect } from "vitest";
import * as layout from "../../../assembly/layout.ts";
import { moduleOf } from "../../support/builds.ts";
import { Seeded } from "../../support/seeded.ts";
import { Results } from "../history/fifoResults.ts";
import { merged } from "../history/merged.ts";
import { type QueueNumbers, Sections } from "../history/sections.ts";
import { SurvivingHistory } from "../history/survivingHistory.ts";
import { FifoModel } from "./fifoModel.ts";
import { type Order, SENT, STOPPED } from "./fifoOrder.ts";
import { FifoSections } from "./fifoSections.ts";

export const THREADS = 4;
export const GROUPS = 1000;
const SETTINGS = {
  visibilityMs: 30,
  delayMs: 0,
  retentionMs: 14 * 86_400_000,
  isGroupScope: false,
};
const SIZES = { pages: 16_384, threads: THREADS + 1, queues: 1, slots: 400_000 };
const HISTORY_BYTES = 32 * 2 ** 20;
/** Within so many milliseconds after it began a thread is killed. */
const LIFE_MS = 60;

interface Wanted {
  readonly seed: number;
  /** At least so many are sent, and so many threads killed. */
  readonly messages: number;
  readonly kills: number;
}

class Threads {
  readonly #random: Seeded;
  readonly #wanted: Wanted;
  readonly #main: Sections;
  readonly #queue: QueueNumbers;
  readonly #words = new Int32Array(new SharedArrayBuffer(8));
  readonly #histories: Float64Array[] = [];
  readonly killed = { between: 0, before: 0, after: 0 };
  #lives = 0;
  #kills = 0;

  constructor(main: Sections, wanted: Wanted) {
    this.#main = main;
    this.#wanted = wanted;
    this.#random = new Seeded(wanted.seed);
    this.#queue = new FifoSections(main, () => {}).create(SETTINGS);
  }

  /** What the threads did, each life's history. */
  async run(): Promise<readonly Float64Array[]> {
    const { messages } = this.#wanted;
    const lanes = Array.from({ length: THREADS }, () => this.#lane());
    const all = Promise.all(lanes);
    let isRunning = true;
    const stop = () => {
      isRunning = false;
    };
    all.then(stop, stop);
    while (isRunning) {
      const isEnough = this.#kills >= this.#wanted.kills && this.sent >= messages;
      if (isEnough) Atomics.store(this.#words, STOPPED, 1);
      await sleep(1);
    }
    await all;
    return this.#histories;
  }

  get sent(): number {
    return Atomics.load(this.#words, SENT);
  }

  /** One thread after another, the last of which sees the end. */
  async #lane(): Promise<void> {
    while (this.#kills < this.#wanted.kills) {
      this.#kills++;
      const { worker, history, ended } = await this.#start();
      await Promise.race([sleep(this.#random.next() * LIFE_MS), ended]);
      await worker.terminate();
      await ended;
      this.#recover(history);
    }
    const { history, ended } = await this.#start();
    await ended;
    this.#histories.push(history.numbers);
  }

  async #start() {
    const history = SurvivingHistory.make(HISTORY_BYTES);
    const order: Order = {
      share: this.#main.share,
      queue: this.#queue,
      seed: this.#wanted.seed + this.#lives++,
      groups: GROUPS,
      words: this.#words,
      history: history.buffer,
    };
    const file = new URL("../../../dist/test/model/fifo/fifoWorker.js", import.meta.url);
    const worker = new Worker(file, { workerData: order });
    const ended = new Promise<void>((resolve, reject) => {
      worker.once("exit", () => resolve());
      worker.once("error", reject);
    });
    await Promise.race([once(worker, "message"), ended]);
    return { worker, history, ended };
  }

  /** The dead thread's last section goes into its history, and what it held is freed. */
  #recover(history: SurvivingHistory): void {
    const { thread } = history;
    const results = new Results(this.#main, thread);
    const { begun } = history;
    if (begun === undefined) this.killed.between++;
    else if (results.operation === 0) this.killed.before++;
    else {
      this.killed.after++;
      history.add(results.finish(begun));
    }
    this.#histories.push(history.numbers);
    const lock = this.#main.shard(this.#queue.queue, layout.LOCK_WORD);
    expect(lock & layout.LOCK_THREAD_MASK, "the lock's owner").not.toBe(thread + 1);
    const area = this.#main.header(layout.HEADER_THREADS_BASE) + thread * layout.THREAD_BYTES;
    const words = new Int32Array(this.#main.share.memory.buffer);
    Atomics.store(words, (area + layout.THREAD_STATE) >> 2, layout.THREAD_DEAD);
    this.#main.engine.threadDied(this.#main.thread, thread);
  }
}

/** Runs and replays; says what it saw, and throws where the model says otherwise. */
export async function runFifoThreads(wanted: Wanted): Promise<Threads["killed"]> {
  const main = Sections.open(moduleOf(), SIZES, () => {});
  const threads = new Threads(main, wanted);
  const startedMs = Date.now();
  const histories = await threads.run();
  const ranMs = Date.now() - startedMs;
  const model = new FifoModel(SETTINGS);
  let sections = 0;
  for (const operation of merged(histories)) {
    model.apply(operation);
    sections++;
  }
  expect(model.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0, groups: 0 });
  expect(main.verify()).toMatchObject({ check: 0 });
  const { between, before, after } = threads.killed;
  console.log(
    `${threads.sent} messages, ${sections} sections equal, ran ${ranMs} ms, ` +
      `replayed in ${Date.now() - startedMs - ranMs} ms, ${JSON.stringify(model.seen)}; killed ` +
      `${between} between sections, ${before} on the way into one, ${after} on the way out`,
  );
  expect(threads.sent).toBeGreaterThanOrEqual(wanted.messages);
  expect(between + before + after).toBeGreaterThanOrEqual(wanted.kills);
  return threads.killed;
}
