/**
 * A thread that is going to die: it works on a queue until it is terminated, or ends itself at a
 * random moment: by process.exit, by an error that nobody catches, by allocating until its heap is
 * full. Or it traps again and again and goes on. Runs from dist/, in a worker thread.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { EngineExports } from "../../../bindings/exports.ts";
import { guard } from "../../../bindings/guard.ts";
import { instantiate } from "../../../bindings/module.ts";
import { type WasmMemory, type WasmModule, wasm } from "../../../bindings/webassembly.ts";
import type { QueueNumbers } from "../../model/history/sections.ts";
import { Seeded } from "../../support/seeded.ts";
import {
  GATE,
  IN_SETTLE,
  isInside,
  Ledger,
  LOG_MOST,
  NOTE_CALL,
  NOTE_TRAPS,
  NOTE_TRAPS_INSIDE,
  NOTE_TRAPS_SETTLING,
  SPAN,
} from "../witness/ledger.ts";
import { Hand, type HandExports } from "./hand.ts";

export type Manner = "terminate" | "exit" | "error" | "heap" | "trap";

/** The queue of a round, and its dead-letter queue if it has one. */
export interface Lane {
  readonly queue: QueueNumbers;
  readonly dead: QueueNumbers | undefined;
  /** Who was received so often goes there; Infinity: nobody does. */
  readonly receivesMax: number;
  /** Groups that are sent to; 0: Standard queues. */
  readonly groups: number;
}

export interface VictimOrder {
  readonly engine: WasmModule;
  readonly driver: WasmModule;
  readonly recorder: WasmModule;
  readonly memory: WasmMemory;
  readonly ledger: WasmMemory;
  readonly thread: number;
  readonly lane: Lane;
  readonly first: number;
  readonly now: number;
  readonly seed: number;
  readonly gate: number;
  readonly manner: Manner;
  readonly isDriver: boolean;
}

/** How often one victim traps before it waits for its end. */
const TRAPS = 8;
const BATCH = 10;
/** Where there is a dead-letter queue, so much of what is received is left to its timeout. */
const LEFT_SHARE = 0.35;

type Exports = EngineExports & HandExports & { readonly faultAt?: { value: number } };
/** Of assembly/probe/drive.ts. */
type Driver = Record<"aim" | "shape" | "record" | "drive", (...values: number[]) => number>;

const order = workerData as VictimOrder;
const random = new Seeded(order.seed);
const ledger = new Ledger(order.ledger.buffer);
const { thread, lane, memory, manner } = order;
const exports = instantiate(order.engine, memory).exports as Exports;
const isTrapping = manner === "trap";
// The script of a victim that lives on is guarded as a broker's thread is.
const guarded = (isTrapping ? guard(exports, thread) : exports) as Exports;
const makeHand = (numbers: QueueNumbers, isDead: boolean): Hand => {
  const aim = { numbers, groups: lane.groups, isDead };
  return new Hand(guarded, memory.buffer, thread, aim, ledger, order.first);
};
const hand = makeHand(lane.queue, false);
const deadHand = lane.dead === undefined ? undefined : makeHand(lane.dead, true);
const hoard: number[][] = [];
let now = order.now;
let spots = random.between(1, 100);
let traps = 0;
let ids = 0;
let attempts = 0;

function arm(): void {
  if (exports.faultAt !== undefined) exports.faultAt.value = random.between(1, 4000);
}

/** Waits to be terminated; who was to end itself does so. */
function idle(): void {
  if (manner !== "terminate" && !isTrapping) process.exit(1);
  Atomics.wait(ledger.words, GATE, order.gate);
}

/** Of its own accord the engine never traps; a planted trap has counted down to 0. */
function isPlanted(error: Error): boolean {
  const trap = error.name === "EngineTrap" ? error.cause : error;
  if (exports.faultAt === undefined || !(trap instanceof Error)) return false;
  // Where the thread was put right already, stores have counted on.
  return trap.message === "unreachable" && (trap !== error || exports.faultAt.value === 0);
}

function count(index: number): void {
  ledger.setNote(thread, index, ledger.note(thread, index) + 1);
}

/** A trap came up: it ends this thread, or this thread goes on. */
function fall(error: unknown): void {
  if (!(error instanceof Error) || !/RuntimeError|EngineTrap/.test(error.name)) throw error;
  if (!isPlanted(error)) throw new Error("a trap that nobody planted", { cause: error });
  if (manner === "exit") process.exit(1);
  if (!isTrapping) throw error;
  const call = ledger.note(thread, NOTE_CALL);
  const inside = isInside(memory.buffer, hand.area, call);
  if (error.name === "RuntimeError") exports.threadTrapped(thread);
  // First: who is ended in between is counted twice then, and never not at all.
  if (call >= IN_SETTLE) count(NOTE_TRAPS_SETTLING);
  ledger.setNote(thread, NOTE_CALL, 0);
  if (inside) count(NOTE_TRAPS_INSIDE);
  count(NOTE_TRAPS);
  if (++traps < TRAPS) arm();
}

/** Between two calls: a victim that ends itself does it at a random one of these. */
function spot(): void {
  if (manner === "heap") hoard.push(Array.from({ length: 4000 }, (_, index) => index * 1.5));
  if (manner !== "exit" && manner !== "error") return;
  spots--;
  if (spots > 0) return;
  if (manner === "exit") process.exit(1);
  throw new Error("a victim's own");
}

function send(isLarge: boolean): boolean {
  const tag = random.between(0, 255);
  const id = ids;
  ids += BATCH;
  if (isLarge) {
    const bodyBytes = random.between(37_000, 150_000);
    return hand.sendLarge({ count: 1, bodyBytes, tag, id }, now, spot);
  }
  const [parcels, bodyBytes] = [random.between(1, BATCH), random.between(1, 3000)];
  return hand.send({ count: parcels, bodyBytes, tag, id }, now);
}

/** False when there is no room left to write down what happens. */
function step(): boolean {
  now += 0.05;
  spot();
  const choice = random.next();
  if (choice < 0.5) return send(choice < 0.03);
  if (!ledger.hasLogRoom(thread, BATCH)) return false;
  const by = deadHand !== undefined && random.chance(0.25) ? deadHand : hand;
  const isAttempt = lane.groups > 0 && by === hand && random.chance(0.25);
  const got = by.receive(now, isAttempt ? ++attempts : 0);
  spot();
  if (deadHand !== undefined && random.chance(LEFT_SHARE)) return true;
  if (got > 0 && choice < 0.9) by.remove(got, now);
  else if (got > 0 && choice < 0.95) by.hide(got, random.between(0, 20), now);
  else by.heartbeat(now);
  return true;
}

/** The driver is told all it needs once; a trap in it does not make it forget. */
function makeDrive(): () => boolean {
  const note = new wasm.Instance(order.recorder, { env: { memory: order.ledger } }).exports;
  const imports = { env: { memory }, drive: { ...exports, ...(note as object) } };
  const driver = new wasm.Instance(order.driver, imports).exports as Driver;
  const { queue, dead } = lane;
  const [deadQueue, deadIncarnation] = [dead?.queue ?? 0, dead?.incarnation ?? 0];
  driver.aim(thread, hand.area, queue.queue, queue.incarnation, deadQueue, deadIncarnation);
  const bodyBytes = random.pick([8, 64, 64, 700, 3000]);
  driver.shape(random.pick([1, 3, 10, 10]), bodyBytes, lane.groups, dead === undefined ? 0 : 3);
  const notes = ledger.noteAt(thread);
  driver.record(order.first, SPAN, ledger.marksAt, notes, ledger.logAt(thread), LOG_MOST);
  return () => driver.drive(2 ** 30, now) === 1;
}

const turn = order.isDriver ? makeDrive() : step;
parentPort?.postMessage("ready");
Atomics.wait(ledger.words, GATE, order.gate - 1);
parentPort?.postMessage("begun");
arm();
for (;;) {
  try {
    if (!turn()) idle();
  } catch (error) {
    fall(error);
  }
}
