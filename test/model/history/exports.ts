/**
 * What the compiled engine offers to the tests that drive it one section at a time; the broker's own
 * list is bindings/exports.ts.
 */

/** The exports used here; the section-level ones are for tests alone. */
export interface Exports {
  memoryInit(pages: number, threads: number, queues: number, slots: number): number;
  threadAttach(role: number): number;
  threadDetach(thread: number): void;
  prepare(thread: number, index: number, now: number): number;
  write(thread: number, index: number, contentOffset: number, bytes: number): void;
  discard(thread: number, count: number): void;
  read(thread: number, index: number, offset: number, bytes: number, to: number): number;
  cut(thread: number, queue: number, incarnation: number, now: number): number;
  catalogueCreate(thread: number, version: number, entryBytes: number): number;
  catalogueChange(t: number, version: number, queue: number, inc: number, bytes: number): number;
  sectionCommit(t: number, q: number, inc: number, from: number, n: number, now: number): number;
  sectionClaim(t: number, q: number, inc: number, most: number, ms: number, now: number): number;
  sectionGather(thread: number, queue: number, claimed: number): number;
  sectionRemove(t: number, q: number, inc: number, count: number, now: number): number;
  sectionHide(t: number, q: number, inc: number, count: number, now: number): number;
  hasMoved(t: number, q: number, index: number, low: number, high: number, now: number): number;
  sectionExpire(thread: number, queue: number, now: number): number;
  sectionSweep(thread: number, queue: number, now: number): number;
  sectionTake(t: number, q: number, inc: number, most: number, now: number): number;
  sectionDepart(
    ...numbers: [
      t: number,
      q: number,
      inc: number,
      flags: number,
      to: number,
      toInc: number,
      now: number,
    ]
  ): number;
  sectionArrive(
    ...numbers: [t: number, target: number, targetInc: number, to: number, inc: number, now: number]
  ): number;
  sectionAdmit(thread: number, queue: number, now: number): number;
  receive(t: number, q: number, inc: number, most: number, ms: number, now: number): number;
  redrive(
    ...numbers: [
      t: number,
      q: number,
      inc: number,
      most: number,
      to: number,
      toInc: number,
      namesakes: number,
      now: number,
    ]
  ): number;
  count(thread: number, queue: number, incarnation: number, now: number): number;
  heartbeat(thread: number, now: number): number;
  rebuild(thread: number, queue: number): void;
  verify(thread: number): number;
  incarnationOf(queue: number): number;
  threadDied(self: number, dead: number): void;
  threadTrapped(self: number): void;
  prefetch(thread: number, queue: number, count: number): void;
  catalogueDelete(t: number, version: number, queue: number, inc: number, now: number): number;
  reclaim(thread: number, queue: number, steps: number): number;
  journalBegin(thread: number): void;
  effectsTrim(thread: number, queue: number): void;
  restate(thread: number, queue: number, incarnation: number, count: number): number;
  resync(thread: number, queue: number, from: number): number;
  /** In the fault build alone: traps before the so-manieth store; 0: never. */
  readonly faultAt?: { value: number };
}
