/**
 * The steward: a thread of the broker's own that never runs anybody's code and never blocks. It
 * - holds a port for every attached thread, and puts right what a thread held that died;
 * - lets time pass for queues that nobody touches: timers, retention, what a purge ended;
 * - wakes a second waiter when the first that was rung does not come (its thread may be busy).
 * Between ticks it sleeps: 100 ms where two threads wait for one queue, half a second otherwise.
 */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { Engine, type EngineShare, OWNER_OPEN } from "../../bindings/index.ts";
import type { Ask, Word } from "./attachment.ts";
import type { Order } from "./steward.ts";
import { attachTiming } from "./timing.ts";

const IDLE_MS = 500;
/** A ring that nobody answers is noticed within this time; each tick costs about 0.3 ms. */
const CONTESTED_MS = 100;
const BUSY_MS = 1;
const RECLAIM_STEPS = 2_000;

const engine = Engine.attach(workerData as EngineShare);
const timing = attachTiming(engine);
const ports = new Map<MessagePort, number>();
/** What `engine.wanted` was when the others were last asked. */
let asked = 0;
let timer: NodeJS.Timeout | undefined;

/** Watches over the thread at the other end of `port`. */
function join(port: MessagePort, thread: number): void {
  ports.set(port, thread);
  port.on("message", (word: Word) => {
    if (word.kind === "shared") join(word.port, word.thread);
    else leave(port);
  });
  port.on("close", () => {
    if (ports.delete(port)) engine.bury(thread);
  });
}

/** The thread left in order. */
function leave(port: MessagePort): void {
  const thread = ports.get(port);
  ports.delete(port);
  if (thread !== undefined) engine.release(thread);
  port.close();
}

/** How soon this queue needs another look. */
function tickQueue(queue: number, nowMs: number): number {
  const { queues } = engine;
  if (queues.isDeleted(queue)) {
    return engine.reclaim(queue, RECLAIM_STEPS) > 0 ? BUSY_MS : IDLE_MS;
  }
  if (!queues.isLive(queue)) return IDLE_MS;
  // Timers, and what a purge or the retention period has ended; nothing of it: 20 ns.
  const isBehind = engine.advance(queue, queues.incarnation(queue), nowMs) > 0;
  const waiters = queues.waiters(queue);
  if (waiters > 0 && queues.visible(queue) > 0) engine.wake(queue);
  if (isBehind) return BUSY_MS;
  return waiters > 1 ? CONTESTED_MS : IDLE_MS;
}

/** Memory is full: threads that call nothing now, or sleep, give back what they have in stock. */
function askForStock(): void {
  engine.answerWant();
  const { wanted } = engine;
  if (wanted === asked) return;
  asked = wanted;
  const ask: Ask = "stock";
  for (const port of ports.keys()) port.postMessage(ask);
  parentPort?.postMessage(ask);
  engine.doorbell.ringOthers();
}

function tick(): void {
  askForStock();
  const nowMs = timing.clock.nowMs();
  let soonMs = IDLE_MS;
  const used = engine.queues.used;
  for (let queue = 0; queue < used; queue++) {
    soonMs = Math.min(soonMs, tickQueue(queue, nowMs));
  }
  timer = setTimeout(tick, soonMs);
}

function end(): void {
  clearTimeout(timer);
  for (const port of ports.keys()) port.close();
  ports.clear();
  engine.release(engine.thread);
  parentPort?.close();
}

parentPort?.on("message", (order: Order) => {
  if (order.kind === "join") join(order.port, order.thread);
  else end();
});
if (engine.ownerState === OWNER_OPEN) tick();
