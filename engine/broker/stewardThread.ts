/**
 * The steward: a thread of the broker's own that never runs anybody's code and never blocks. It
 * - holds a port for every attached thread, and puts right what a thread held that died;
 * - lets time pass for queues that nobody touches: timers, retention, what a purge ended;
 * - wakes other waiters when the one that was rung does not come (it may be busy, or dying).
 * It sleeps half a second at a time. A waker that rings one of several threads leaves it a note; it
 * then looks 20 ms later whether the message is still there, rings one more thread, and another 20 ms
 * later all that wait. Where several wait for a queue it also looks behind the queue's next timer.
 * What goes wrong in it is told to the opener and tried again; it ends only when it is told to.
 */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { Engine, type EngineShare, OWNER_OPEN } from "../../bindings/index.ts";
import type { Ask, Word } from "./attachment.ts";
import type { Order, Trouble } from "./steward.ts";
import { attachTiming } from "./timing.ts";

const IDLE_MS = 500;
/** Long enough for a thread that was rung to come, short enough for two looks in 100 ms. */
const LOOK_MS = 20;
const BUSY_MS = 1;
const RECLAIM_STEPS = 2_000;

const engine = Engine.attach(workerData as EngineShare);
const timing = attachTiming(engine);
const ports = new Map<MessagePort, number>();
/** Threads that died and are not put right yet. */
const dead = new Set<number>();
/** How many looks in a row found messages that nobody fetched, by queue. */
const unanswered = new Map<number, number>();
const told = new Set<string>();
/** What `engine.wanted` was when the others were last asked. */
let asked = 0;
let timer: NodeJS.Timeout | undefined;
/** How far away the next tick was when it was set. */
let timerMs = IDLE_MS;
let isEnding = false;

/** Does it; what it throws is told to the opener, once a kind, and not thrown on. */
function attempt(what: string, act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    const text = `${what}: ${error instanceof Error ? error.message : String(error)}`;
    if (!told.has(text)) parentPort?.postMessage({ text } satisfies Trouble);
    told.add(text);
    return false;
  }
}

/** Watches over the thread at the other end of `port`. */
function join(port: MessagePort, thread: number): void {
  ports.set(port, thread);
  port.on("message", (word: Word) => {
    if (word.kind === "shared") join(word.port, word.thread);
    else if (word.kind === "left") leave(port);
  });
  port.on("close", () => {
    if (!ports.delete(port)) return;
    dead.add(thread);
    bury();
  });
}

/** Puts right what the dead held; whom that fails for is tried again with the next tick. */
function bury(): void {
  for (const thread of dead) {
    if (attempt(`burying thread ${thread}`, () => engine.bury(thread))) dead.delete(thread);
  }
}

/** The thread left in order. */
function leave(port: MessagePort): void {
  const thread = ports.get(port);
  ports.delete(port);
  if (thread !== undefined) attempt("releasing a thread", () => engine.release(thread));
  port.close();
}

/**
 * Rings for what lies there: the first time one more waiter, the second time all, then ever more
 * rarely. Answers how soon to look again.
 */
function wakeUp(queue: number): number {
  const looks = (unanswered.get(queue) ?? 0) + 1;
  unanswered.set(queue, looks);
  if (looks === 1) engine.wake(queue);
  else engine.wakeAll(queue);
  return Math.min(IDLE_MS, looks <= 2 ? LOOK_MS : LOOK_MS * 2 ** Math.min(looks - 2, 5));
}

/** How soon this queue needs another look. */
function tickQueue(queue: number, nowMs: number): number {
  const { queues } = engine;
  // Before looking: what is published after this leaves a new note.
  engine.takeDirty(queue);
  const waiters = queues.waiters(queue);
  if (!queues.isLive(queue)) {
    // Who deleted it may have died before all were told.
    if (waiters > 0) engine.wakeAll(queue);
    if (!queues.isDeleted(queue)) return IDLE_MS;
    return engine.reclaim(queue, RECLAIM_STEPS) > 0 ? BUSY_MS : IDLE_MS;
  }
  // Timers, and what a purge or the retention period has ended; nothing of it: 20 ns.
  const isBehind = engine.advance(queue, queues.incarnation(queue), nowMs) > 0;
  let soonMs = isBehind ? BUSY_MS : IDLE_MS;
  if (waiters > 0 && queues.visible(queue) > 0) soonMs = Math.min(soonMs, wakeUp(queue));
  else unanswered.delete(queue);
  // Virtual time rings when it moves.
  if (waiters < 2 || timing.isVirtual) return soonMs;
  // Who watches this queue's timers may be busy when they are due.
  return Math.min(soonMs, Math.max(0, queues.nextDueMs(queue) - nowMs) + LOOK_MS);
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
  bury();
  attempt("asking for stock", askForStock);
  const nowMs = timing.clock.nowMs();
  let soonMs = IDLE_MS;
  const used = engine.queues.used;
  for (let queue = 0; queue < used; queue++) {
    attempt(`looking after queue ${queue}`, () => {
      soonMs = Math.min(soonMs, tickQueue(queue, nowMs));
    });
  }
  tickIn(soonMs);
}

function tickIn(ms: number): void {
  clearTimeout(timer);
  timerMs = ms;
  timer = setTimeout(tick, ms);
}

/** Rung: somebody left a note, or virtual time moved. */
function listen(): void {
  if (isEnding) return;
  const rung = engine.doorbell.rung(engine.doorbell.read());
  // Notes from before that read are seen here; the later ones answer `rung`.
  if (timerMs > LOOK_MS) tickIn(LOOK_MS);
  if (rung === undefined) setImmediate(listen);
  else void rung.then(listen);
}

function end(): void {
  isEnding = true;
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
if (engine.ownerState === OWNER_OPEN) {
  tick();
  listen();
}
