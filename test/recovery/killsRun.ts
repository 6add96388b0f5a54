/**
 * Kills threads at random moments, round after round over one memory, and looks after each round
 * whether anything is broken or lost. A round is a new queue and sixteen victims: half of them loop
 * inside WebAssembly, half are driven by JavaScript. As soon as one has ended it is marked as dead, and
 * a thread that is the steward here calls `threadDied` for it, while the others work on. In the end of a
 * round the queue is drained and deleted, and memory must be what it was before.
 * Runs from dist/, on any Node; needs no test runner.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import * as layout from "../../assembly/layout.ts";
import { createMemory } from "../../bindings/memory.ts";
import { type WasmMemory, type WasmModule, wasm } from "../../bindings/webassembly.ts";
import { type QueueNumbers, Sections } from "../model/sections.ts";
import { plantFaults } from "../support/faults.ts";
import { Seeded } from "../support/seeded.ts";
import { lossesOf, messagesOf, stockOf } from "./audit.ts";
import { Hand, type HandExports } from "./hand.ts";
import { GATE, IN_SETTLE, isInside, LEDGER_PAGES, Ledger, SPAN } from "./ledger.ts";
import type { Manner, VictimOrder } from "./victim.ts";

/** Who is killed how in one round. */
export interface Round {
  readonly driver: readonly Manner[];
  readonly script: readonly Manner[];
}

export const MIXED: Round = {
  driver: [
    "terminate",
    "terminate",
    "terminate",
    "terminate",
    "terminate",
    "exit",
    "error",
    "trap",
  ],
  script: ["terminate", "terminate", "terminate", "terminate", "exit", "error", "heap", "trap"],
};

export interface KillsOrder {
  readonly engine: Uint8Array;
  readonly driver: Uint8Array;
  readonly recorder: Uint8Array;
  readonly round: Round;
  readonly kills: number;
  readonly seed: number;
}

export interface KillsReport {
  node: string;
  rounds: number;
  kills: number;
  /** Kills of victims that loop inside WebAssembly. */
  driverKills: number;
  /** Kills inside a call that had begun its work. */
  inside: number;
  manners: Record<Manner, { kills: number; inside: number }>;
  /** Locks found in the hands of the dead whose build has no trap planted: ended inside a section. */
  locksHeld: number;
  sent: number;
  /** Sent, about to be deleted by a victim, and gone, though the delete never returned. */
  unsure: number;
  ms: number;
}

const SIZES = { pages: 640, threads: 20, queues: 4, slots: 20_000 };
const SETTINGS = { visibilityMs: 5, delayMs: 0, retentionMs: 14 * 86_400_000 };
const START_MS = 1_700_000_000_000;
const LATER_MS = 3_600_000;
/** Within so many milliseconds after the start of a round its victims are terminated. */
const MOMENTS_MS = 12;
const PATIENCE_MS = 20_000;
const HEAP_MIB = 8;
/** A victim deletes up to so many messages with one call. */
const SETTLED_AT_ONCE = 10;

interface Victim {
  readonly worker: Worker;
  readonly order: VictimOrder;
  readonly ended: Promise<void>;
}

function must(isTrue: boolean, sentence: string): void {
  if (!isTrue) throw new Error(sentence);
}

class Kills {
  readonly #order: KillsOrder;
  readonly #random: Seeded;
  readonly #clean: WasmModule;
  readonly #faulty: WasmModule;
  readonly #driver: WasmModule;
  readonly #recorder: WasmModule;
  readonly #main: Sections;
  readonly #ledgerMemory: WasmMemory;
  readonly #ledger: Ledger;
  readonly #report: KillsReport;
  readonly #reaper: Worker;
  readonly #burials = new Map<number, () => void>();
  #gate = 0;
  /** How many messages of the round may be gone though no delete that returned says so. */
  #unsureMax = 0;
  #now = START_MS;
  #failure: Error | undefined;

  constructor(order: KillsOrder) {
    this.#order = order;
    this.#random = new Seeded(order.seed);
    this.#clean = new wasm.Module(order.engine);
    this.#faulty = new wasm.Module(plantFaults(order.engine));
    this.#driver = new wasm.Module(order.driver);
    this.#recorder = new wasm.Module(order.recorder);
    this.#main = Sections.open(this.#clean, SIZES, () => {});
    this.#ledgerMemory = createMemory(LEDGER_PAGES);
    this.#ledger = new Ledger(this.#ledgerMemory.buffer);
    this.#reaper = new Worker(new URL("./reaper.js", import.meta.url), {
      workerData: this.#main.share,
      execArgv: [],
    });
    this.#reaper.on("message", (thread: number) => this.#burials.get(thread)?.());
    const none = (): { kills: number; inside: number } => ({ kills: 0, inside: 0 });
    this.#report = {
      node: process.versions.node,
      rounds: 0,
      kills: 0,
      driverKills: 0,
      inside: 0,
      manners: { terminate: none(), exit: none(), error: none(), heap: none(), trap: none() },
      locksHeld: 0,
      sent: 0,
      unsure: 0,
      ms: 0,
    };
  }

  async run(): Promise<KillsReport> {
    const startedMs = performance.now();
    const before = JSON.stringify(stockOf(this.#main));
    while (this.#report.kills < this.#order.kills) {
      await this.#round();
      this.#report.rounds++;
      const after = JSON.stringify(stockOf(this.#main));
      must(after === before, `memory was ${before} and is ${after} after deleting the queue`);
    }
    this.#report.ms = Math.round(performance.now() - startedMs);
    await this.#reaper.terminate();
    return this.#report;
  }

  async #round(): Promise<void> {
    const main = this.#main;
    const queue = main.createQueue(SETTINGS);
    this.#now += LATER_MS;
    const first = main.shard(queue.queue, layout.SHARD_SEQUENCE) + 1;
    const memory = main.share.memory.buffer;
    const exports = main.engine as unknown as HandExports;
    const hand = new Hand(exports, memory, main.thread, queue, this.#ledger, first);
    for (let count = 0; count < 20; count++) hand.send(10, 100, count, this.#now);
    const { driver, script } = this.#order.round;
    const victims = [
      ...driver.map((manner) => this.#start(queue, first, manner, true)),
      ...script.map((manner) => this.#start(queue, first, manner, false)),
    ];
    const patience = setTimeout(() => this.#giveUp(victims), PATIENCE_MS);
    await Promise.all(victims.map(({ worker }) => once(worker, "message")));
    this.#gate++;
    Atomics.store(this.#ledger.words, GATE, this.#gate);
    Atomics.notify(this.#ledger.words, GATE);
    for (const victim of victims) this.#aim(victim);
    await Promise.all(victims.map(({ ended }) => ended));
    clearTimeout(patience);
    if (this.#failure !== undefined) throw this.#failure;
    this.#check(queue, hand, first);
    this.#delete(queue);
  }

  #start(queue: QueueNumbers, first: number, manner: Manner, isDriver: boolean): Victim {
    const main = this.#main;
    // Some end themselves between two calls, the others where a planted trap strikes.
    const isFaulty =
      manner === "trap" || ((manner === "exit" || manner === "error") && this.#isFaulty(isDriver));
    const order: VictimOrder = {
      engine: isFaulty ? this.#faulty : this.#clean,
      driver: this.#driver,
      recorder: this.#recorder,
      memory: main.share.memory,
      ledger: this.#ledgerMemory,
      thread: main.engine.threadAttach(0),
      queue,
      first,
      now: this.#now,
      seed: this.#random.between(0, 2 ** 31),
      gate: this.#gate + 1,
      manner,
      isDriver,
    };
    must(order.thread >= 0, "no thread record is free");
    const file = new URL("./victim.js", import.meta.url);
    const worker = new Worker(file, {
      workerData: order,
      execArgv: [],
      ...(manner === "heap" ? { resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB } } : {}),
    });
    worker.on("error", (error: Error) => this.#checkError(manner, error));
    const ended = new Promise<void>((resolve) => {
      worker.on("exit", () => {
        this.#burials.set(order.thread, resolve);
        this.#bury(order);
      });
    });
    return { worker, order, ended };
  }

  #isFaulty(isDriver: boolean): boolean {
    return isDriver || this.#random.chance(0.5);
  }

  #checkError(manner: Manner, error: Error): void {
    const code = (error as NodeJS.ErrnoException).code;
    const isHeap = manner === "heap" && code === "ERR_WORKER_OUT_OF_MEMORY";
    const isOwn =
      manner === "error" && (error.name === "RuntimeError" || error.message === "a victim's own");
    if (isHeap || isOwn) return;
    this.#failure ??= new Error(`a victim of ${manner} ended by itself`, { cause: error });
  }

  #aim({ worker, order }: Victim): void {
    if (order.manner !== "terminate" && order.manner !== "trap") return;
    // A thread that traps and goes on is left some time to do so.
    const moment = this.#random.next() * MOMENTS_MS + (order.manner === "trap" ? MOMENTS_MS : 0);
    setTimeout(() => void worker.terminate(), moment);
  }

  #giveUp(victims: readonly Victim[]): void {
    const left = victims.map(({ order }) => `${order.manner} ${order.thread}`).join(", ");
    this.#failure ??= new Error(`victims lived on for ${PATIENCE_MS} ms; of: ${left}`);
    for (const { worker } of victims) void worker.terminate();
  }

  /** What the steward does for a thread that died, and the count. */
  #bury({ thread, manner, engine, isDriver }: VictimOrder): void {
    const main = this.#main;
    const area = main.header(layout.HEADER_THREADS_BASE) + thread * layout.THREAD_BYTES;
    const call = this.#ledger.note(thread, 0);
    const isCut = isInside(main.share.memory.buffer, area, call);
    const isSettling = call >= IN_SETTLE;
    if (engine === this.#clean) this.#report.locksHeld += this.#locksOf(thread);
    const words = new Int32Array(main.share.memory.buffer);
    Atomics.store(words, (area + layout.THREAD_STATE) >> 2, layout.THREAD_DEAD);
    this.#reaper.postMessage(thread);
    // Who traps and goes on is terminated at last.
    this.#count(manner === "trap" ? "terminate" : manner, isDriver, 1, isCut ? 1 : 0);
    const [traps, inside] = [this.#ledger.note(thread, 2), this.#ledger.note(thread, 3)];
    this.#count("trap", isDriver, traps, inside);
    if (this.#ledger.note(thread, 1) !== 0) {
      this.#failure ??= new Error(`thread ${thread} received a body of mixed bytes`);
    }
    const cutSettles = this.#ledger.note(thread, 4) + (isSettling ? 1 : 0);
    this.#unsureMax += cutSettles * SETTLED_AT_ONCE;
    for (const index of [0, 1, 2, 3, 4]) this.#ledger.setNote(thread, index, 0);
  }

  #count(manner: Manner, isDriver: boolean, kills: number, inside: number): void {
    const report = this.#report;
    report.manners[manner].kills += kills;
    report.manners[manner].inside += inside;
    report.kills += kills;
    report.inside += inside;
    if (isDriver) report.driverKills += kills;
  }

  #locks(): number[] {
    const main = this.#main;
    const shards = main.header(layout.HEADER_SHARDS_BASE);
    const places = Array.from(
      { length: SIZES.queues },
      (_, at) => shards + at * layout.SHARD_BYTES,
    );
    places.push(layout.HEADER + layout.HEADER_ARENA, layout.HEADER + layout.HEADER_CATALOGUE);
    return places.map((place) => main.words[(place + layout.LOCK_WORD) >> 2] as number);
  }

  /** Locks that name the thread, but those that it was making anew for a dead one. */
  #locksOf(thread: number): number {
    const owned = this.#locks().filter((word) => (word & layout.LOCK_THREAD_MASK) === thread + 1);
    return owned.filter((word) => (word & layout.LOCK_RECOVERING) === 0).length;
  }

  #check(queue: QueueNumbers, hand: Hand, first: number): void {
    const main = this.#main;
    must(
      this.#locks().every((word) => word === 0),
      `a lock is held: ${this.#locks()}`,
    );
    const { check, index } = main.verify();
    must(check === 0, `verify found ${check} at ${index}`);
    const lost = lossesOf(main);
    must(lost.slots === 0 && lost.blocks === 0 && lost.pages === 0, JSON.stringify(lost));
    const there = new Set([...messagesOf(main, queue.queue).keys()].map((at) => at - first));
    const next = main.shard(queue.queue, layout.SHARD_SEQUENCE) + 1 - first;
    must(next < SPAN, "the ledger was too small for a round");
    let unsure = 0;
    for (let place = 0; place < next; place++) {
      const isThere = there.has(place);
      must(!isThere || !this.#ledger.isDeleted(place), `message ${place} was deleted and is there`);
      if (!this.#ledger.isSent(place)) continue;
      this.#report.sent++;
      must(isThere || this.#ledger.isTaken(place), `message ${place} was sent and is lost`);
      if (!isThere && !this.#ledger.isDeleted(place)) unsure++;
    }
    must(unsure <= this.#unsureMax, `${unsure} messages are gone, ${this.#unsureMax} may be`);
    this.#report.unsure += unsure;
    this.#unsureMax = 0;
    this.#drain(hand, there);
    this.#ledger.clear(next);
  }

  /** All that is still there can be received, once, and deleted. */
  #drain(hand: Hand, there: Set<number>): void {
    const now = this.#now + LATER_MS / 2;
    for (let got = hand.receive(now); got > 0; got = hand.receive(now)) {
      for (let index = 0; index < got; index++) {
        must(there.delete(hand.place(index)), `message ${hand.place(index)} came twice`);
      }
      hand.remove(got, now);
    }
    must(there.size === 0, `${there.size} messages are there and can't be received`);
    must(this.#ledger.note(this.#main.thread, 1) === 0, "a body of mixed bytes is left");
  }

  #delete({ queue, incarnation }: QueueNumbers): void {
    const { engine, thread } = this.#main;
    const version = this.#main.header(layout.HEADER_CATALOGUE + layout.CATALOGUE_VERSION);
    const status = engine.catalogueDelete(thread, version, queue, incarnation, this.#now);
    must(status === 0, `the queue could not be deleted: ${status}`);
    while (engine.reclaim(thread, queue, 1000) > 0);
    const { check, index } = this.#main.verify();
    must(check === 0, `verify found ${check} at ${index} after the queue was deleted`);
  }
}

/** Runs rounds until so many were killed; throws what was found broken. */
export function runKills(order: KillsOrder): Promise<KillsReport> {
  return new Kills(order).run();
}
