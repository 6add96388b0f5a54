/**
 * A thread that is going to die: it works on a queue until it is terminated, or ends itself at a
 * random moment: by process.exit, by an error that nobody catches, by allocating until its heap is
 * full. Or it traps again and again and goes on. Runs from dist/, in a worker thread.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { EngineExports } from "../../bindings/exports.ts";
import { guard } from "../../bindings/guard.ts";
import { type WasmMemory, type WasmModule, wasm } from "../../bindings/webassembly.ts";
import type { QueueNumbers } from "../model/sections.ts";
import { Seeded } from "../support/seeded.ts";
import { Hand, type HandExports } from "./hand.ts";
import { GATE, IN_SETTLE, isInside, Ledger, SPAN } from "./ledger.ts";

export type Manner = "terminate" | "exit" | "error" | "heap" | "trap";

export interface VictimOrder {
  readonly engine: WasmModule;
  readonly driver: WasmModule;
  readonly recorder: WasmModule;
  readonly memory: WasmMemory;
  readonly ledger: WasmMemory;
  readonly thread: number;
  readonly queue: QueueNumbers;
  readonly first: number;
  readonly now: number;
  readonly seed: number;
  readonly gate: number;
  readonly manner: Manner;
  readonly isDriver: boolean;
}

/** How often one victim traps before it waits for its end. */
const TRAPS = 8;

type Exports = EngineExports & HandExports & { readonly faultAt?: { value: number } };
type Drive = (...values: number[]) => number;

const order = workerData as VictimOrder;
const random = new Seeded(order.seed);
const ledger = new Ledger(order.ledger.buffer);
const { thread, queue, memory, manner } = order;
const exports = new wasm.Instance(order.engine, { env: { memory } }).exports as Exports;
const isTrapping = manner === "trap";
// The script of a victim that lives on is guarded as a broker's thread is.
const guarded = (isTrapping ? guard(exports, thread) : exports) as Exports;
const hand = new Hand(guarded, memory.buffer, thread, queue, ledger, order.first);
const hoard: number[][] = [];
let now = order.now;
let spots = random.between(1, 100);
let traps = 0;

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

/** A trap came up: it ends this thread, or this thread goes on. */
function fall(error: unknown): void {
  if (!(error instanceof Error) || !/RuntimeError|EngineTrap/.test(error.name)) throw error;
  if (!isPlanted(error)) throw new Error("a trap that nobody planted", { cause: error });
  if (manner === "exit") process.exit(1);
  if (!isTrapping) throw error;
  const call = ledger.note(thread, 0);
  const inside = isInside(memory.buffer, hand.area, call);
  if (error.name === "RuntimeError") exports.threadTrapped(thread);
  ledger.setNote(thread, 0, 0);
  if (inside) ledger.setNote(thread, 3, ledger.note(thread, 3) + 1);
  if (call >= IN_SETTLE) ledger.setNote(thread, 4, ledger.note(thread, 4) + 1);
  ledger.setNote(thread, 2, ++traps);
  if (traps < TRAPS) arm();
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

function step(): boolean {
  now += 0.05;
  spot();
  const choice = random.next();
  const tag = random.between(0, 255);
  if (choice < 0.03) return hand.sendLarge(random.between(37_000, 150_000), tag, now, spot);
  if (choice < 0.5) return hand.send(random.between(1, 10), random.between(1, 3000), tag, now);
  const got = hand.receive(now);
  spot();
  if (got > 0 && choice < 0.9) hand.remove(got, now);
  else if (got > 0 && choice < 0.97) hand.hide(got, random.between(0, 20), now);
  return true;
}

function makeDrive(): () => boolean {
  const note = new wasm.Instance(order.recorder, { env: { memory: order.ledger } }).exports;
  const imports = { env: { memory }, drive: { ...exports, ...(note as object) } };
  const { drive } = new wasm.Instance(order.driver, imports).exports as { drive: Drive };
  const batch = random.pick([1, 3, 10, 10]);
  const bodyBytes = random.pick([8, 64, 64, 700, 3000]);
  const { area } = hand;
  return () => {
    const { marksAt } = ledger;
    const { incarnation } = queue;
    const notes = ledger.noteAt(thread);
    const rounds = 2 ** 30;
    const place = [order.first, SPAN, marksAt, notes, now] as const;
    return drive(thread, area, queue.queue, incarnation, batch, bodyBytes, rounds, ...place) === 1;
  };
}

const turn = order.isDriver ? makeDrive() : step;
parentPort?.postMessage("ready");
Atomics.wait(ledger.words, GATE, order.gate - 1);
arm();
for (;;) {
  try {
    if (!turn()) idle();
  } catch (error) {
    fall(error);
  }
}
