/**
 * Kills threads at random moments, round after round over one memory, and looks after each round
 * whether anything is broken or lost. A round is a new queue, Standard or FIFO, alone or with a
 * dead-letter queue, and sixteen victims: half of them loop inside WebAssembly, half are driven by
 * JavaScript. As soon as one has ended it is marked as dead, and a thread that is the steward here calls
 * `threadDied` for it, while the others work on. In the end of a round the queues are drained and
 * deleted, and memory must be what it was before. What a round is judged by stands in verdict.ts.
 * Runs from dist/, on any Node; needs no test runner.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import * as layout from "../../../assembly/layout.ts";
import { createMemory } from "../../../bindings/memory.ts";
import { type WasmMemory, type WasmModule, wasm } from "../../../bindings/webassembly.ts";
import { type QueueNumbers, Sections, type Settings } from "../../model/history/sections.ts";
import { plantFaults } from "../../support/faults.ts";
import { patience } from "../../support/patience.ts";
import { Seeded } from "../../support/seeded.ts";
import { stockOf } from "../witness/audit.ts";
import {
  GATE,
  IN_SETTLE,
  isInside,
  LEDGER_PAGES,
  Ledger,
  NOTE_CALL,
  NOTE_TRAPS,
  NOTE_TRAPS_INSIDE,
  NOTE_TRAPS_SETTLING,
  NOTE_WRONG,
} from "../witness/ledger.ts";
import { judge, locksOf, must } from "../witness/verdict.ts";
import { Hand, type HandExports } from "./hand.ts";
import { Journaling } from "./journaling.ts";
import type { Answer } from "./reaper.ts";
import type { Lane, Manner, VictimOrder } from "./victim.ts";

export type Kind = "plain" | "dead letters" | "fifo" | "fifo dead letters";

/** Who is killed how in one round, and on which queues, round by round. */
export interface Round {
  readonly kinds: readonly Kind[];
  readonly driver: readonly Manner[];
  readonly script: readonly Manner[];
}

export const MIXED: Round = {
  kinds: ["plain", "fifo", "dead letters", "fifo dead letters"],
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
  /** What is killed, and the same with the exports for tests, which looks at it. */
  readonly engine: Uint8Array;
  readonly probe: Uint8Array;
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
  /** Found in a dead-letter queue at the end of a round. */
  moved: number;
  /** Deliveries of FIFO queues, and those of them whose order could be judged. */
  delivered: number;
  judged: number;
  /** Sent, about to be deleted by a victim, and gone, though the delete never returned. */
  unsure: number;
  /** Heads of effects that a journal read, and shards that were stated again for it. */
  told: number;
  restated: number;
  ms: number;
}

const SIZES = { pages: 640, threads: 20, queues: 4, slots: 20_000 };
const SETTINGS: Settings = { visibilityMs: 5, delayMs: 0, retentionMs: 14 * 86_400_000 };
/** Where messages shall run into their limit of receives. */
const SHORT_MS = 0.5;
const START_MS = 1_700_000_000_000;
const LATER_MS = 3_600_000;
/** Within so many milliseconds after it began a victim is terminated. */
const MOMENTS_MS = 12;
const PATIENCE_MS = patience();
const HEAP_MIB = 8;
/** By NOTE_WRONG. */
const WRONGS = [undefined, "a body of mixed bytes", "a message that nobody sent in this round"];
/** What a thread that is gone noted; its log of deliveries is kept for the verdict. */
const NOTES_OF_ONE = [
  NOTE_CALL,
  NOTE_WRONG,
  NOTE_TRAPS,
  NOTE_TRAPS_INSIDE,
  NOTE_TRAPS_SETTLING,
] as const;
/** A victim deletes up to so many messages with one call. */
const SETTLED_AT_ONCE = 10;

interface Victim {
  readonly worker: Worker;
  readonly order: VictimOrder;
  readonly ended: Promise<void>;
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
  readonly #journaling: Journaling;
  readonly #recoveries = new Map<number, () => void>();
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
    this.#main = Sections.open(new wasm.Module(order.probe), SIZES, () => {});
    this.#ledgerMemory = createMemory(LEDGER_PAGES);
    this.#ledger = new Ledger(this.#ledgerMemory.buffer);
    this.#reaper = new Worker(new URL("./reaper.js", import.meta.url), {
      workerData: { module: this.#clean, memory: this.#main.share.memory },
      execArgv: [],
    });
    this.#reaper.on("message", (answer: Answer) => {
      if (typeof answer === "number") this.#recoveries.get(answer)?.();
    });
    this.#journaling = new Journaling(this.#main, this.#reaper);
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
      moved: 0,
      delivered: 0,
      judged: 0,
      unsure: 0,
      told: 0,
      restated: 0,
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
    this.#report.told = this.#journaling.told;
    this.#report.restated = this.#journaling.restated;
    this.#report.ms = Math.round(performance.now() - startedMs);
    await this.#reaper.terminate();
    return this.#report;
  }

  /** The queues of a round. */
  #open(): Lane {
    const { kinds } = this.#order.round;
    const kind = kinds[this.#report.rounds % kinds.length] as Kind;
    const random = this.#random;
    const groups = kind.startsWith("fifo") ? random.pick([2, 20, 200, 1000]) : 0;
    const scope = random.pick([0, layout.QUEUE_FLAG_GROUP_SCOPE]);
    const flags = groups > 0 ? layout.QUEUE_FLAG_FIFO | scope : 0;
    const main = this.#main;
    if (!kind.endsWith("dead letters")) {
      const queue = main.createQueue({ ...SETTINGS, flags });
      return { queue, dead: undefined, receivesMax: Number.POSITIVE_INFINITY, groups };
    }
    const dead = main.createQueue({ ...SETTINGS, flags });
    const receivesMax = random.between(1, 3);
    const deadLetters = { max: receivesMax, to: dead };
    const settings = { ...SETTINGS, visibilityMs: SHORT_MS, flags, deadLetters };
    return { queue: main.createQueue(settings), dead, receivesMax, groups };
  }

  #hand(lane: Lane, numbers: QueueNumbers, first: number): Hand {
    const { share, engine, thread } = this.#main;
    const exports = engine as unknown as HandExports;
    const aim = { numbers, groups: lane.groups, isDead: numbers === lane.dead };
    return new Hand(exports, share.memory.buffer, thread, aim, this.#ledger, first);
  }

  /** Birth ids given out so far. */
  #births(): number {
    const [low, high] = [this.#main.header(layout.HEADER_BIRTHS), layout.HEADER_BIRTHS + 4];
    return low + this.#main.header(high) * 2 ** 32;
  }

  /** From now on every birth id is at or above the answer: this thread's own stock is forgotten. */
  #firstBirth(): number {
    const { words, thread } = this.#main;
    const area = this.#main.header(layout.HEADER_THREADS_BASE) + thread * layout.THREAD_BYTES;
    const next = (area + layout.THREAD_BIRTH_NEXT) >> 2;
    words.fill(0, next, next + 4);
    return this.#births();
  }

  async #round(): Promise<void> {
    const main = this.#main;
    // Each kind of queue in turns without a journal and with one.
    const cycle = Math.floor(this.#report.rounds / this.#order.round.kinds.length);
    await this.#journaling.begin(cycle % 2 === 1);
    const lane = this.#open();
    const queues = lane.dead === undefined ? [lane.queue] : [lane.queue, lane.dead];
    this.#now += LATER_MS;
    const first = this.#firstBirth();
    const hands = queues.map((numbers) => this.#hand(lane, numbers, first));
    for (let count = 0; count < 20; count++) {
      hands[0]?.send({ count: 10, bodyBytes: 100, tag: count, id: count * 10 }, this.#now);
    }
    const { driver, script } = this.#order.round;
    const victims = [
      ...driver.map((manner) => this.#start(lane, first, manner, true)),
      ...script.map((manner) => this.#start(lane, first, manner, false)),
    ];
    const patience = setTimeout(() => this.#giveUp(victims), PATIENCE_MS);
    await Promise.all(victims.map(({ worker }) => once(worker, "message")));
    // On a busy machine a thread may not run for a while: its time counts from when it began.
    for (const victim of victims) victim.worker.once("message", () => this.#aim(victim));
    this.#gate++;
    Atomics.store(this.#ledger.words, GATE, this.#gate);
    Atomics.notify(this.#ledger.words, GATE);
    await Promise.all(victims.map(({ ended }) => ended));
    clearTimeout(patience);
    if (this.#failure !== undefined) throw this.#failure;
    await this.#journaling.settle(queues);
    const [ledger, now, unsureMax] = [this.#ledger, this.#now, this.#unsureMax];
    const end = this.#births();
    const seen = judge({ main, ledger, lane, queues, hands, first, end, now, unsureMax });
    this.#unsureMax = 0;
    for (const key of ["sent", "moved", "delivered", "judged", "unsure"] as const) {
      this.#report[key] += seen[key];
    }
    for (const numbers of queues) this.#delete(numbers);
  }

  #start(lane: Lane, first: number, manner: Manner, isDriver: boolean): Victim {
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
      lane,
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
        this.#recoveries.set(order.thread, resolve);
        this.#recover(order);
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
  #recover({ thread, manner, engine, isDriver }: VictimOrder): void {
    const main = this.#main;
    const area = main.header(layout.HEADER_THREADS_BASE) + thread * layout.THREAD_BYTES;
    const call = this.#ledger.note(thread, NOTE_CALL);
    const isCut = isInside(main.share.memory.buffer, area, call);
    const isSettling = call >= IN_SETTLE;
    if (engine === this.#clean) this.#report.locksHeld += this.#locksOf(thread);
    const words = new Int32Array(main.share.memory.buffer);
    Atomics.store(words, (area + layout.THREAD_STATE) >> 2, layout.THREAD_DEAD);
    this.#reaper.postMessage(thread);
    // Who traps and goes on is terminated at last.
    this.#count(manner === "trap" ? "terminate" : manner, isDriver, 1, isCut ? 1 : 0);
    const note = (index: number): number => this.#ledger.note(thread, index);
    const [traps, inside] = [note(NOTE_TRAPS), note(NOTE_TRAPS_INSIDE)];
    this.#count("trap", isDriver, traps, inside);
    const wrong = WRONGS[note(NOTE_WRONG)];
    if (wrong !== undefined) this.#failure ??= new Error(`thread ${thread} saw ${wrong}`);
    const cutSettles = note(NOTE_TRAPS_SETTLING) + (isSettling ? 1 : 0);
    this.#unsureMax += cutSettles * SETTLED_AT_ONCE;
    for (const index of NOTES_OF_ONE) this.#ledger.setNote(thread, index, 0);
  }

  #count(manner: Manner, isDriver: boolean, kills: number, inside: number): void {
    const report = this.#report;
    report.manners[manner].kills += kills;
    report.manners[manner].inside += inside;
    report.kills += kills;
    report.inside += inside;
    if (isDriver) report.driverKills += kills;
  }

  /** Locks that name the thread, but those that it was making again for a dead one. */
  #locksOf(thread: number): number {
    const owned = locksOf(this.#main).filter(
      (word) => (word & layout.LOCK_THREAD_MASK) === thread + 1,
    );
    return owned.filter((word) => (word & layout.LOCK_RECOVERING) === 0).length;
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
