/**
 * The module's face: what JavaScript calls, and nothing else. Numbers only: thread, queue and
 * counts as i32, times as f64 milliseconds (an i64 would cost a BigInt a call). `thread` is the
 * caller's own record; `incarnation` tells a deleted queue from the one that took its descriptor.
 * Answers of 0 and more are counts, below 0 they are the STATUS codes of layout.ts.
 */

import { Stock } from "./arena/stock";
import { SipHash } from "./ground/hash";
import { At } from "./ground/memory";
import { Wake } from "./ground/wake";
import { Restate } from "./journal/restate";
import { Resync } from "./journal/resync";
import {
  HEADER,
  HEADER_JOURNAL,
  HEADER_JOURNAL_THREAD,
  QUEUE_WATCHED_DUE,
  STATUS_FULL,
  STATUS_GONE,
  THREAD_STAGING,
} from "./layout";
import { Format } from "./life/format";
import { Thread } from "./life/thread";
import { ADVANCE_SECTIONS, Advance } from "./operations/advance";
import { Catalogue } from "./operations/catalogue";
import { Counts } from "./operations/counts";
import { Elsewhere } from "./operations/elsewhere";
import { Heartbeat } from "./operations/heartbeat";
import { Move } from "./operations/move";
import { Peek } from "./operations/peek";
import { Receive } from "./operations/receive";
import { ReceiveFifo } from "./operations/receiveFifo";
import { Reclaim } from "./operations/reclaim";
import { Send } from "./operations/send";
import { SendFifo } from "./operations/sendFifo";
import { Settle } from "./operations/settle";
import { Throttle } from "./operations/throttle";
import { Cut } from "./sections/cut";
import { EffectsGrowth } from "./shard/effectsGrowth";
import { Shard } from "./shard/shard";

export * from "./journal/log";

class Of {
  @inline static shard(queue: u32): usize {
    return At.shard(At.queue(queue).shardFirst);
  }
}

// --- Memory and threads ----------------------------------------------------------------------

export function memoryInit(memoryPages: u32, threadsMax: u32, queuesMax: u32, slotsMax: u32): i32 {
  return Format.run(memoryPages, threadsMax, queuesMax, slotsMax);
}

export function threadAttach(role: u32): i32 {
  return Thread.attach(role);
}

export function threadDetach(thread: u32): void {
  Thread.detach(thread);
}

export function threadDied(self: u32, dead: u32): void {
  Thread.died(self, dead);
}

/** The caller trapped in an earlier call and goes on: what it left is put right. */
export function threadTrapped(self: u32): void {
  Thread.trapped(self);
}

// --- Messages --------------------------------------------------------------------------------

/** Prepares, copies and commits send records 0 to count - 1; how many were taken (a prefix). */
export function send(thread: u32, queue: u32, incarnation: u32, count: u32, now: f64): i32 {
  Stock.answer(thread);
  const prepared = Send.fill(thread, count, now);
  return prepared === 0 ? 0 : commit(thread, queue, incarnation, prepared, now);
}

/** As `send`, but content and commit come in calls of their own. */
export function prepare(thread: u32, index: u32, now: f64): i32 {
  return Send.prepare(thread, index, now);
}

export function write(thread: u32, index: u32, contentOffset: u32, bytes: u32): void {
  Send.write(thread, index, contentOffset, bytes);
}

export function commit(thread: u32, queue: u32, incarnation: u32, count: u32, now: f64): i32 {
  return Shard.isFifo(Of.shard(queue))
    ? SendFifo.commit(thread, queue, incarnation, count, now)
    : Send.commit(thread, queue, incarnation, count, now);
}

export function receive(
  thread: u32,
  queue: u32,
  incarnation: u32,
  most: u32,
  visibilityMs: f64,
  now: f64,
): i32 {
  Stock.answer(thread);
  return Shard.isFifo(Of.shard(queue))
    ? ReceiveFifo.run(thread, queue, incarnation, most, visibilityMs, 0, now)
    : Receive.run(thread, queue, incarnation, most, visibilityMs, now);
}

/** From a FIFO queue: the receive may be repeated under the id that stands in staging. */
export function receiveAttempt(
  thread: u32,
  queue: u32,
  incarnation: u32,
  most: u32,
  visibilityMs: f64,
  attemptBytes: u32,
  now: f64,
): i32 {
  Stock.answer(thread);
  return ReceiveFifo.run(thread, queue, incarnation, most, visibilityMs, attemptBytes, now);
}

export function read(
  thread: u32,
  index: u32,
  contentOffset: u32,
  bytes: u32,
  bufferOffset: u32,
): i32 {
  return Receive.read(thread, index, contentOffset, bytes, bufferOffset);
}

/** Goes on with the walk in this thread's peek record; how many messages are in the receive records. */
export function peek(thread: u32, queue: u32, incarnation: u32, most: u32, now: f64): i32 {
  return Peek.run(thread, queue, incarnation, most, now);
}

export function remove(thread: u32, queue: u32, incarnation: u32, count: u32, now: f64): i32 {
  const status = Settle.remove(thread, queue, incarnation, count, now);
  Stock.answer(thread);
  return status;
}

export function hide(thread: u32, queue: u32, incarnation: u32, count: u32, now: f64): i32 {
  return Settle.hide(thread, queue, incarnation, count, now);
}

/**
 * Extends what handlers of living threads hold and what has run for a third of its time; answers when
 * the next of it will have, infinity: nothing.
 */
export function heartbeat(thread: u32, now: f64): f64 {
  return Heartbeat.run(thread, now);
}

/**
 * 1 when the message of handle record `index`, whose FIFO queue just answered RESULT_GONE for it,
 * lives on in another queue.
 */
export function hasMoved(
  thread: u32,
  queue: u32,
  index: u32,
  birthLow: u32,
  birthHigh: u32,
  now: f64,
): i32 {
  const birth = ((birthHigh as u64) << 32) | (birthLow as u64);
  return Elsewhere.has(Of.shard(queue), Settle.handle(thread, index), birth, now) ? 1 : 0;
}

/**
 * Moves up to ten visible messages, as new ones, to queue `to` of that incarnation, or, when that is
 * 0, each to the queue it came from; how many left. THREAD_OUT_RETURNED: how many can go nowhere.
 * In staging stand so many `namesakes`: incarnation of a queue that is gone, and of the one in its place.
 */
export function redrive(
  thread: u32,
  queue: u32,
  incarnation: u32,
  most: u32,
  to: u32,
  toIncarnation: u32,
  namesakes: u32,
  now: f64,
): i32 {
  if (!Shard.isStill(Of.shard(queue), incarnation)) return STATUS_GONE;
  Advance.run(thread, queue, now, ADVANCE_SECTIONS);
  return Move.redrive(thread, queue, incarnation, most, to, toIncarnation, namesakes, now);
}

/**
 * Up to ten visible messages go to the dead-letter queue as if they had been received too often; how many
 * left, 0: none is visible, or there is no dead-letter queue.
 */
export function exhaust(thread: u32, queue: u32, incarnation: u32, most: u32, now: f64): i32 {
  if (!Shard.isStill(Of.shard(queue), incarnation)) return STATUS_GONE;
  Advance.run(thread, queue, now, ADVANCE_SECTIONS);
  return Move.exhaust(thread, queue, incarnation, most, now);
}

/** Likewise what handle records 0 to count - 1 name, ten at most, as far as it is in flight. */
export function exhaustHeld(thread: u32, queue: u32, incarnation: u32, count: u32, now: f64): i32 {
  if (!Shard.isStill(Of.shard(queue), incarnation)) return STATUS_GONE;
  return Move.exhaustHeld(thread, queue, incarnation, count, now);
}

/**
 * A call to a FIFO queue of one of the ACTION codes, which names `count` messages (Throttle): 0 when
 * the queue's rate lets it through, else in how many milliseconds it could.
 */
export function throttle(
  thread: u32,
  queue: u32,
  incarnation: u32,
  action: u32,
  count: u32,
  now: f64,
): i32 {
  return Throttle.run(thread, queue, incarnation, action, count, now);
}

/** Fires what is due, in bounded steps; how many sections it took, 0: nothing was due. */
export function advance(thread: u32, queue: u32, incarnation: u32, now: f64): i32 {
  if (!Shard.isStill(Of.shard(queue), incarnation)) return STATUS_GONE;
  return Advance.run(thread, queue, now, ADVANCE_SECTIONS) as i32;
}

/** Exact gauges into THREAD_OUT_VISIBLE and what follows, after everything due has happened. */
export function count(thread: u32, queue: u32, incarnation: u32, now: f64): i32 {
  if (!Shard.isStill(Of.shard(queue), incarnation)) return STATUS_GONE;
  Counts.run(thread, queue, now);
  return 0;
}

export function countEmptyReceive(queue: u32): void {
  Counts.emptyReceive(Of.shard(queue));
}

/** Gives back what this thread has in stock, when somebody found memory full since the last time. */
export function answerWant(thread: u32): void {
  Stock.answer(thread);
}

/** Purge; STATUS_FULL: the journal has to read first. */
export function cut(thread: u32, queue: u32, incarnation: u32, now: f64): i32 {
  return Cut.run(thread, Of.shard(queue), incarnation, false, now);
}

export function reclaim(thread: u32, queue: u32, steps: u32): i32 {
  return Reclaim.queue(thread, queue, steps, 0) as i32;
}

// --- Waiting ---------------------------------------------------------------------------------

export function waitBegin(thread: u32, queue: u32): void {
  Wake.begin(thread, queue);
}

export function waitEnd(thread: u32, queue: u32): void {
  Wake.end(thread, queue);
}

export function takeDirty(thread: u32, queue: u32): i32 {
  return Wake.takeDirty(thread, queue) ? 1 : 0;
}

/** Some waiter will look again at dueMs. */
export function watch(queue: u32, dueMs: f64): void {
  store<f64>(changetype<usize>(At.queue(queue)), dueMs, QUEUE_WATCHED_DUE);
}

export function wake(queue: u32): void {
  Wake.one(queue);
}

export function wakeAll(queue: u32): void {
  Wake.all(queue);
}

// --- Catalogue -------------------------------------------------------------------------------

export function catalogueCreate(thread: u32, version: u32, entryBytes: u32): i32 {
  const status = Catalogue.create(thread, version, entryBytes);
  if (status !== STATUS_FULL) return status;
  Reclaim.help(thread, 0);
  return Catalogue.create(thread, version, entryBytes);
}

export function catalogueChange(
  thread: u32,
  version: u32,
  queue: u32,
  incarnation: u32,
  entryBytes: u32,
): i32 {
  const status = Catalogue.change(thread, version, queue, incarnation, entryBytes);
  if (status !== STATUS_FULL) return status;
  Reclaim.help(thread, 0);
  return Catalogue.change(thread, version, queue, incarnation, entryBytes);
}

export function catalogueDelete(
  thread: u32,
  version: u32,
  queue: u32,
  incarnation: u32,
  now: f64,
): i32 {
  const status = Catalogue.markDeleted(thread, version, queue, incarnation);
  if (status < 0) return status;
  Cut.run(thread, Of.shard(queue), incarnation, true, now);
  Wake.all(queue);
  return 0;
}

/** Makes the queue whose image and entry a journal kept, under its own number and incarnation. */
export function catalogueRestore(thread: u32, queue: u32, incarnation: u32, entryBytes: u32): i32 {
  return Catalogue.restore(thread, queue, incarnation, entryBytes);
}

/** Frees a deleted queue's number when it is empty: 1, else 0. The journal's thread alone. */
export function catalogueEnd(thread: u32, queue: u32): i32 {
  return Reclaim.end(thread, queue) ? 1 : 0;
}

export function entryRead(thread: u32, queue: u32): i32 {
  return Catalogue.read(thread, queue);
}

// --- Journal ---------------------------------------------------------------------------------

/** Queues that are made from now on write down what happens to them, for thread `thread` to read. */
export function journalBegin(thread: u32): void {
  store<u32>(HEADER, thread + 1, HEADER_JOURNAL_THREAD);
  store<u32>(HEADER, 1, HEADER_JOURNAL);
}

/** The journal has read: blocks that are free go back, and who found no room is rung. */
export function effectsTrim(thread: u32, queue: u32): void {
  EffectsGrowth.trim(thread, Of.shard(queue));
}

/** Handle records 0 to count - 1, ten at most, as they are now, for the journal: how many are there. */
export function restate(thread: u32, queue: u32, incarnation: u32, count: u32): i32 {
  return Restate.messages(thread, queue, incarnation, count);
}

/**
 * One step of stating a rebuilt queue again: 0 begins, then what was answered goes on, until it is 0.
 * STATUS_FULL: the journal has to read first, then the same again.
 */
export function resync(thread: u32, queue: u32, from: u32): i32 {
  return Resync.step(thread, queue, from);
}

// --- Identity --------------------------------------------------------------------------------

/** Seals the first `bytes` bytes of staging: 8 bytes written behind them. */
export function mac(thread: u32, bytes: u32): void {
  const staged = At.thread(thread) + THREAD_STAGING;
  store<u64>(staged + bytes, SipHash.of(staged, bytes, 0));
}

/** The 16 bytes of a message id (a version 4 UUID) into staging, from a birth id's two halves. */
export function messageId(thread: u32, birthLow: u32, birthHigh: u32): void {
  const staged = At.thread(thread) + THREAD_STAGING;
  store<u32>(staged, birthLow);
  store<u32>(staged, birthHigh, 4);
  const first = SipHash.of(staged, 8, 16);
  store<u64>(staged, first, 8);
  const second = SipHash.of(staged, 16, 16);
  store<u64>(staged, first);
  store<u64>(staged, second, 8);
  store<u8>(staged, (load<u8>(staged, 6) & 0x0f) | 0x40, 6);
  store<u8>(staged, (load<u8>(staged, 8) & 0x3f) | 0x80, 8);
}
