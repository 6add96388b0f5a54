/**
 * The steward: a thread of the broker's own that never runs anybody's code. It
 * - extends what handlers of living threads still work on, before all else: that can't wait;
 * - puts right what a thread held that died, as the watch tells it (watch.ts);
 * - lets time pass for queues that nobody touches: timers, retention, what a purge ended;
 * - wakes other waiters when the one that was rung does not come (it may be busy, or dying).
 * It sleeps half a second at a time. A waker that rings one of several threads leaves it a note; it
 * then looks 20 ms later whether the message is still there, rings one more thread, and another 20 ms
 * later all that wait. Where several wait for a queue it also looks behind the queue's next timer, and
 * where handlers hold messages in time for each.
 * Like every thread it may sleep for a lock; it hears of deaths through others for that reason. What
 * goes wrong in it is told to the opener and tried again; it ends when it is told to, and when it
 * ends otherwise the watch starts it again, under the same number.
 */
import { parentPort, workerData } from "node:worker_threads";
import { Engine, type EngineShare, OWNER_OPEN } from "../../../bindings/index.ts";
import { attachTiming } from "./timing.ts";
import type { Answer, Task } from "./watch.ts";

const IDLE_MS = 500;
/** Long enough for a thread that was rung to come, short enough for two looks in 100 ms. */
const LOOK_MS = 20;
const BUSY_MS = 1;
const RECLAIM_STEPS = 2_000;

const engine = Engine.attach(workerData as EngineShare);
const timing = attachTiming(engine);
// Heartbeats and all queues' timers are its work, so it wants to know of every move.
engine.doorbell.alarmMs = 0;
/** Threads that ended and are not put right yet, by the watch's order. */
const ended = new Map<number, { readonly thread: number; readonly isDead: boolean }>();
/** How many looks in a row found messages that nobody fetched, by queue. */
const unanswered = new Map<number, number>();
const told = new Set<string>();
/** What `engine.wanted` was when the others were last asked. */
let asked = 0;
let timer: NodeJS.Timeout | undefined;
/** How far away the next tick was when it was set. */
let timerMs = IDLE_MS;
let isEnding = false;

function tell(answer: Answer): void {
  parentPort?.postMessage(answer);
}

/** Does it; what it throws is told to the opener, once a kind, and not thrown on. */
function attempt(what: string, act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    const text = `${what}: ${error instanceof Error ? error.message : String(error)}`;
    if (!told.has(text)) tell({ kind: "trouble", text });
    told.add(text);
    return false;
  }
}

/** Puts right what those held that ended; for whom that fails it is tried again with the next tick. */
function settle(): void {
  for (const [order, { thread, isDead }] of ended) {
    const isDone = attempt(`recovering thread ${thread}`, () => {
      // A predecessor may have done it; then the number may be another thread's by now.
      if (!engine.registry.isDead(thread)) return;
      if (isDead) engine.recover(thread);
      else engine.release(thread);
    });
    if (!isDone) continue;
    ended.delete(order);
    tell({ kind: "done", order });
  }
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
  // Timers, and what a purge or the retention period has ended; of which there is nothing most of the time.
  const isBehind = engine.advance(queues.handle(queue), nowMs) > 0;
  let soonMs = isBehind ? BUSY_MS : IDLE_MS;
  if (waiters > 0 && queues.hasReady(queue)) soonMs = Math.min(soonMs, wakeUp(queue));
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
  tell({ kind: "stock" });
  engine.doorbell.ringOthers();
}

/** Extends what handlers hold; how soon to do so again. */
function beat(nowMs: number): number {
  let nextMs = Number.POSITIVE_INFINITY;
  attempt("extending what handlers hold", () => {
    nextMs = engine.heartbeat(nowMs);
  });
  // Virtual time rings when it moves.
  const soonMs = timing.isVirtual ? IDLE_MS : Math.max(BUSY_MS, nextMs - nowMs);
  return Math.min(IDLE_MS, soonMs, engine.registry.heldLookMs);
}

function tick(): void {
  const nowMs = timing.clock.nowMs();
  let soonMs = beat(nowMs);
  settle();
  attempt("asking for stock", askForStock);
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
  engine.release(engine.thread);
  parentPort?.close();
}

parentPort?.on("message", (task: Task) => {
  switch (task.kind) {
    case "ask":
      tell({ kind: "here" });
      break;
    case "end":
      end();
      break;
    default:
      ended.set(task.order, { thread: task.thread, isDead: task.kind === "recover" });
      beat(timing.clock.nowMs());
      settle();
  }
});
if (engine.ownerState === OWNER_OPEN) {
  attempt("taking over", () => engine.succeed());
  tick();
  listen();
}
