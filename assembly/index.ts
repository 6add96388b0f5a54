/**
 * The module's face: what JavaScript calls, and nothing else. Numbers only: thread, queue and
 * counts as i32, times as f64 milliseconds (an i64 would cost a BigInt a call). `thread` is the
 * caller's own record; `incarnation` tells a deleted queue from the one that took its descriptor.
 * Answers of 0 and more are counts, below 0 they are the STATUS codes of layout.ts.
 * The constants are exported too, so that a test can compare both compilers' numbers.
 */
import { ADVANCE_SECTIONS, Advance } from "./advance";
import { Catalogue } from "./catalogue";
import { Claim } from "./claim";
import { ClaimFifo } from "./claimFifo";
import { Commit } from "./commit";
import { Content } from "./content";
import { Counts } from "./counts";
import { Cut } from "./cut";
import { Due } from "./due";
import { Expire } from "./expire";
import { Format } from "./format";
import { SipHash } from "./hash";
import { Hide } from "./hide";
import {
  QUEUE_INCARNATION,
  QUEUE_SHARD_FIRST,
  QUEUE_WATCHED_DUE,
  STATUS_FULL,
  STATUS_GONE,
  THREAD_OUT_SLOTS,
  THREAD_STAGING,
} from "./layout";
import { At } from "./memory";
import { Rebuild } from "./rebuild";
import { Receive } from "./receive";
import { ReceiveFifo } from "./receiveFifo";
import { Reclaim } from "./reclaim";
import { Remove } from "./remove";
import { Segments } from "./segments";
import { Send } from "./send";
import { SendFifo } from "./sendFifo";
import { Settle } from "./settle";
import { SettleFifo } from "./settleFifo";
import { Shard } from "./shard";
import { Slots } from "./slots";
import { Stock } from "./stock";
import { Sweep } from "./sweep";
import { Thread } from "./thread";
import { TimersFifo } from "./timersFifo";
import { Verify } from "./verify";
import { Wake } from "./wake";

export * from "./layout";

class Of {
  @inline static shard(queue: u32): usize {
    return At.shard(load<u32>(At.queue(queue), QUEUE_SHARD_FIRST));
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

export function discard(thread: u32, count: u32): void {
  Send.discard(thread, 0, count);
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

export function remove(thread: u32, queue: u32, incarnation: u32, count: u32, now: f64): i32 {
  const status = Settle.remove(thread, queue, incarnation, count, now);
  Stock.answer(thread);
  return status;
}

export function hide(thread: u32, queue: u32, incarnation: u32, count: u32, now: f64): i32 {
  return Settle.hide(thread, queue, incarnation, count, now);
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

/** Purge. */
export function cut(thread: u32, queue: u32, incarnation: u32, now: f64): i32 {
  return Cut.section(thread, Of.shard(queue), incarnation, false, now);
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
  store<f64>(At.queue(queue), dueMs, QUEUE_WATCHED_DUE);
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
  Cut.section(thread, Of.shard(queue), incarnation, true, now);
  Wake.all(queue);
  return 0;
}

export function entryRead(thread: u32, queue: u32): i32 {
  return Catalogue.read(thread, queue);
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

// --- One section at a time, for tests and, later, the journal ----------------------------------

export function sectionCommit(
  thread: u32,
  queue: u32,
  incarnation: u32,
  from: u32,
  count: u32,
  now: f64,
): i32 {
  const shard = Of.shard(queue);
  if (Shard.isFifo(shard)) {
    if (!SendFifo.provide(thread, shard, count, now)) return STATUS_FULL;
    const at = At.queue(queue);
    const status = SendFifo.section(thread, at, shard, incarnation, from, count, now);
    if (status > 0) SendFifo.freeDuplicates(thread, from, count);
    return status;
  }
  if (!Segments.provide(thread, shard, count)) return STATUS_FULL;
  return Commit.section(thread, At.queue(queue), shard, incarnation, from, count, now);
}

export function sectionClaim(
  thread: u32,
  queue: u32,
  incarnation: u32,
  most: u32,
  visibilityMs: f64,
  now: f64,
): i32 {
  const shard = Of.shard(queue);
  const at = At.queue(queue);
  if (Shard.isFifo(shard)) {
    return ClaimFifo.section(thread, at, shard, incarnation, 0, most, visibilityMs, false, now);
  }
  return Claim.section(thread, At.queue(queue), shard, incarnation, 0, most, visibilityMs, now);
}

/** Contents of claimed records into the buffer; how many are still this receiver's. */
export function sectionGather(thread: u32, queue: u32, claimed: u32): i32 {
  return Receive.gather(thread, At.shardIndex(Of.shard(queue)), claimed) as i32;
}

export function sectionRemove(
  thread: u32,
  queue: u32,
  incarnation: u32,
  count: u32,
  now: f64,
): i32 {
  Settle.checkSlots(thread, count);
  const shard = Of.shard(queue);
  const at = At.queue(queue);
  const applied = Shard.isFifo(shard)
    ? SettleFifo.remove(thread, at, shard, incarnation, 0, count, now)
    : Remove.section(thread, at, shard, incarnation, 0, count, now);
  if (applied > 0) Settle.free(thread, 0, count);
  return applied;
}

export function sectionHide(thread: u32, queue: u32, incarnation: u32, count: u32, now: f64): i32 {
  Settle.checkSlots(thread, count);
  const shard = Of.shard(queue);
  const at = At.queue(queue);
  return Shard.isFifo(shard)
    ? SettleFifo.hide(thread, at, shard, incarnation, 0, count, now)
    : Hide.section(thread, at, shard, incarnation, 0, count, now);
}

/** How many became ready (0: timers cascaded); -1: nothing is due. */
export function sectionExpire(thread: u32, queue: u32, now: f64): i32 {
  const shard = Of.shard(queue);
  return Expire.isDue(shard, now) ? Expire.turn(thread, shard, now) : -1;
}

/** How many appeared because their queue's delay is over; -1: nothing is due. */
export function sectionRelease(thread: u32, queue: u32, now: f64): i32 {
  const at = At.queue(queue);
  const shard = Of.shard(queue);
  if (!Due.isReleaseDue(at, shard, now)) return -1;
  return TimersFifo.release(thread, at, shard, now);
}

/** How many were taken out; -1: nothing is past. */
export function sectionSweep(thread: u32, queue: u32, now: f64): i32 {
  const at = At.queue(queue);
  const shard = Of.shard(queue);
  if (!Sweep.isDue(at, shard, now)) return -1;
  const count = Shard.isFifo(shard)
    ? TimersFifo.sweep(thread, at, shard, now)
    : Sweep.section(thread, at, shard, now);
  for (let index: i32 = 0; index < count; index++) {
    const slot = load<u32>(At.thread(thread) + (index << 2), THREAD_OUT_SLOTS);
    Content.free(thread, slot);
    Slots.release(thread, slot);
  }
  return count;
}

/** Rebuilds a shard's indexes from its slots, as recovery does; under its lock. */
export function rebuild(thread: u32, queue: u32): void {
  const shard = Of.shard(queue);
  Shard.lock(shard, thread);
  Rebuild.shard(shard);
  Shard.unlock(shard);
}

/** 0, or the number of the first broken invariant; only while no other thread is active. */
export function verify(thread: u32): i32 {
  return Verify.run(thread);
}

export function incarnationOf(queue: u32): u32 {
  return load<u32>(At.queue(queue), QUEUE_INCARNATION);
}
