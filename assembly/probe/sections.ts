/**
 * One section at a time, where the module's other exports loop: for the tests that compare each
 * with a model, and for those that cut a thread between two. Numbers as in index.ts.
 */

import { Messages } from "../arena/messages";
import { Due } from "../ground/due";
import { SipHash } from "../ground/hash";
import { At } from "../ground/memory";
import { SendRecord } from "../ground/records";
import { Arrivals } from "../indexes/arrivals";
import { Groups } from "../indexes/groups";
import { Table } from "../indexes/table";
import { Window } from "../indexes/window";
import {
  HANDLE_BYTES,
  HANDLE_SLOT,
  SEND_BYTES,
  STATUS_FULL,
  THREAD_ATTEMPT,
  THREAD_HANDLES,
  THREAD_MOVE_SOURCE,
  THREAD_OUT_EXHAUSTED,
  THREAD_SENDS,
  THREAD_STAGING,
} from "../layout";
import { MOVE_HIDDEN_MS, Move } from "../operations/move";
import { Prefetch } from "../operations/prefetch";
import { Receive } from "../operations/receive";
import { ReceiveFifo } from "../operations/receiveFifo";
import { Resolve } from "../operations/resolve";
import { Send } from "../operations/send";
import { SendFifo } from "../operations/sendFifo";
import { Settle } from "../operations/settle";
import { Rebuild } from "../recovery/rebuild";
import { Admit } from "../sections/admit";
import { Arrive } from "../sections/arrive";
import { Attempts } from "../sections/attempts";
import { Claim } from "../sections/claim";
import { ClaimFifo } from "../sections/claimFifo";
import { Commit } from "../sections/commit";
import { CommitFifo } from "../sections/commitFifo";
import { Depart } from "../sections/depart";
import { Expire } from "../sections/expire";
import { Hide } from "../sections/hide";
import { Remove } from "../sections/remove";
import { SettleFifo } from "../sections/settleFifo";
import { Sweep } from "../sections/sweep";
import { TimersFifo } from "../sections/timersFifo";
import { EffectsGrowth } from "../shard/effectsGrowth";
import { Segments } from "../shard/segments";
import { Shard } from "../shard/shard";
import { Verify } from "../verify/verify";

class Of {
  @inline static shard(queue: u32): usize {
    return At.shard(At.queue(queue).shardFirst);
  }

  /** Its shard, with room for effects if there is any; the section asks again. */
  static more(thread: u32, queue: u32): usize {
    EffectsGrowth.provide(thread, Of.shard(queue), true);
    return Of.shard(queue);
  }

  static less(thread: u32, queue: u32): usize {
    EffectsGrowth.provide(thread, Of.shard(queue), false);
    return Of.shard(queue);
  }
}

/** What was prepared is given back, as where a commit is refused. */
export function discard(thread: u32, count: u32): void {
  Send.discard(thread, 0, count);
}

export function sectionCommit(
  thread: u32,
  queue: u32,
  incarnation: u32,
  from: u32,
  count: u32,
  now: f64,
): i32 {
  const shard = Of.more(thread, queue);
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

/** The first half of sectionCommit of a FIFO queue, outside the lock; how many are no duplicates. */
export function sectionResolve(thread: u32, queue: u32, count: u32, now: f64): i32 {
  const shard = Of.more(thread, queue);
  if (!SendFifo.provide(thread, shard, count, now)) return STATUS_FULL;
  const kind = At.queue(queue).flags;
  return Resolve.run(thread, shard, kind, 0, count, now) as i32;
}

/** The second half, under it: STATUS_CHANGED where what was found holds no more. */
export function sectionCommitResolved(
  thread: u32,
  queue: u32,
  incarnation: u32,
  count: u32,
  accepted: u32,
  now: f64,
): i32 {
  const at = At.queue(queue);
  const shard = Of.more(thread, queue);
  const kind = at.flags;
  return CommitFifo.section(thread, at, shard, incarnation, kind, 0, count, accepted, now);
}

export function sectionClaim(
  thread: u32,
  queue: u32,
  incarnation: u32,
  most: u32,
  visibilityMs: f64,
  now: f64,
): i32 {
  const at = At.queue(queue);
  const shard = Of.more(thread, queue);
  const receivesMax = Move.receivesMax(at);
  if (Shard.isFifo(shard)) {
    return ClaimFifo.section(
      thread,
      at,
      shard,
      incarnation,
      0,
      most,
      visibilityMs,
      receivesMax,
      false,
      now,
    );
  }
  return Claim.section(thread, at, shard, incarnation, 0, most, visibilityMs, receivesMax, now);
}

/** As `sectionClaim` of a FIFO queue, by a receive that has `from` messages already. */
export function sectionClaimOn(
  thread: u32,
  queue: u32,
  incarnation: u32,
  from: u32,
  most: u32,
  visibilityMs: f64,
  now: f64,
): i32 {
  const at = At.queue(queue);
  return ClaimFifo.section(
    thread,
    at,
    Of.more(thread, queue),
    incarnation,
    from,
    most,
    visibilityMs,
    Move.receivesMax(at),
    false,
    now,
  );
}

/** As `sectionClaim`, but all of it is to be moved: THREAD_OUT_EXHAUSTED says how many. */
export function sectionTake(thread: u32, queue: u32, incarnation: u32, most: u32, now: f64): i32 {
  const at = At.queue(queue);
  return Claim.section(
    thread,
    at,
    Of.more(thread, queue),
    incarnation,
    0,
    most,
    MOVE_HIDDEN_MS,
    0,
    now,
  );
}

/** What the last claim set aside leaves for queue `to`, with these flags in its state word. */
export function sectionDepart(
  thread: u32,
  queue: u32,
  incarnation: u32,
  flags: u32,
  to: u32,
  toIncarnation: u32,
  now: f64,
): i32 {
  const area = At.thread(thread);
  const count = load<u32>(area, THREAD_OUT_EXHAUSTED);
  store<u32>(area, incarnation, THREAD_MOVE_SOURCE);
  Move.shorten(area, count);
  for (let index: u32 = 0; index < count; index++) Move.aim(area, index, flags, to, toIncarnation);
  return Depart.section(thread, Of.less(thread, queue), incarnation, count, now);
}

/** What departed for queue `target` goes into the arrivals of queue `to`, which may be another. */
export function sectionArrive(
  thread: u32,
  target: u32,
  targetIncarnation: u32,
  to: u32,
  incarnation: u32,
  now: f64,
): i32 {
  const isBack = to !== target || incarnation !== targetIncarnation;
  return Arrive.section(
    thread,
    thread,
    target,
    targetIncarnation,
    to,
    Of.shard(to),
    incarnation,
    isBack,
    now,
  );
}

/** How many of the arrivals became ready; -1: there are none, or memory is full. */
export function sectionAdmit(thread: u32, queue: u32, now: f64): i32 {
  const shard = Of.shard(queue);
  if (Arrivals.isEmpty(shard)) return -1;
  const count = Admit.turn(thread, shard, now) as i32;
  return count === 0 ? -1 : count;
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
  const shard = Of.less(thread, queue);
  const at = At.queue(queue);
  const applied = Shard.isFifo(shard)
    ? SettleFifo.remove(thread, at, shard, incarnation, 0, count, now)
    : Remove.section(thread, at, shard, incarnation, 0, count, now);
  if (applied > 0) Settle.free(thread, 0, count);
  return applied;
}

export function sectionHide(thread: u32, queue: u32, incarnation: u32, count: u32, now: f64): i32 {
  Settle.checkSlots(thread, count);
  const shard = Of.less(thread, queue);
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

/** Looks up the attempt whose id stands in staging: 1 when it is known, 0 when not; STATUS_FULL. */
export function sectionResolveAttempt(thread: u32, queue: u32, attemptBytes: u32, now: f64): i32 {
  const area = At.thread(thread);
  SipHash.wide(area + THREAD_STAGING, attemptBytes, area + THREAD_ATTEMPT);
  return ReceiveFifo.resolve(thread, Of.shard(queue), now);
}

/** What the attempt that was looked up brought, hidden again; see Attempts.section. */
export function sectionAttempt(
  thread: u32,
  queue: u32,
  incarnation: u32,
  visibilityMs: f64,
  now: f64,
): i32 {
  const at = At.queue(queue);
  return Attempts.section(thread, at, Of.more(thread, queue), incarnation, visibilityMs, now);
}

/** As `sectionClaim`, remembered under the attempt that was looked up. */
export function sectionClaimAttempt(
  thread: u32,
  queue: u32,
  incarnation: u32,
  most: u32,
  visibilityMs: f64,
  now: f64,
): i32 {
  const at = At.queue(queue);
  const shard = Of.more(thread, queue);
  return ClaimFifo.section(
    thread,
    at,
    shard,
    incarnation,
    0,
    most,
    visibilityMs,
    Move.receivesMax(at),
    true,
    now,
  );
}

/**
 * What reads ahead of a claim, of a removal and of a send, however much there is; outside the lock.
 * Slots stand in handle records; of the send their numbers serve as keys.
 */
export function prefetch(thread: u32, queue: u32, count: u32): void {
  const area = At.thread(thread);
  const shard = Of.shard(queue);
  Prefetch.ahead(area, shard, count);
  Prefetch.back(area, shard, 0, count);
  const first = area + THREAD_SENDS;
  for (let index: u32 = 0; index < count; index++) {
    const key: u64 = load<u32>(area + THREAD_HANDLES + index * HANDLE_BYTES, HANDLE_SLOT);
    const send = SendRecord.at(first, index);
    send.groupBucket = Table.seen(Groups.table(shard), key);
    send.nodeBucket = Table.seen(Window.table(shard, true), key);
  }
  Prefetch.chains(area, first, first + count * SEND_BYTES);
}

/** How many were taken out; -1: nothing is past. */
export function sectionSweep(thread: u32, queue: u32, now: f64): i32 {
  const at = At.queue(queue);
  const shard = Of.less(thread, queue);
  if (!Sweep.isDue(at, shard, now)) return -1;
  const count = Shard.isFifo(shard)
    ? TimersFifo.sweep(thread, at, shard, now)
    : Sweep.section(thread, at, shard, now);
  Messages.freeListed(thread, count);
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
  return At.queue(queue).incarnation;
}
