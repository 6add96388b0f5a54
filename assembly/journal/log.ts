/**
 * The log's part of the module's face (index.ts exports all of it): draining, for the journal's thread, and
 * loading, for who starts again. Numbers as there; `thread` is the caller's own.
 */
import { Ahead } from "./ahead";
import { Drain } from "./drain";
import { Load } from "./load";
import { LoadEnd } from "./loadEnd";
import { Part } from "./part";

/** Begins a part of the log for a queue; how many records its ring has. */
export function drainBegin(thread: u32, queue: u32, entriesMax: u32): i32 {
  return Part.begin(thread, queue, entriesMax);
}

/** Bytes of entries that lie in the buffer now; 0: the part is done; STATUS_CHANGED. */
export function drain(thread: u32): i32 {
  return Drain.next(thread);
}

/** The part was appended to the log. */
export function drained(thread: u32): void {
  Part.end(thread);
}

/** From here on entries come, into a memory that nobody uses yet. */
export function loadBegin(thread: u32): void {
  Load.begin(thread);
}

/** Goes through the entries at an address; how many bytes of them are done. */
export function loadEntries(thread: u32, address: usize, bytes: u32): u32 {
  return Load.run(thread, address, bytes);
}

/** Has the system give the pages from an address on, which nobody has written yet; nothing changes in them. */
export function loadAhead(address: usize, bytes: u32): void {
  Ahead.give(address, bytes);
}

/** The message in slot `at` of a queue has slot `to` for good; where it is now, 0: nowhere. */
export function loadMoved(thread: u32, shard: u32, sequence: f64, at: u32, to: u32): u32 {
  return Load.moved(thread, shard, sequence, at, to);
}

/** The end of a load, in this order; 0 or a count, or STATUS_FULL. */
export function loadSettle(thread: u32, slot: u32, shard: u32, sequence: f64, own: u32): u32 {
  return LoadEnd.settle(thread, slot, shard, sequence, own);
}

export function loadShard(thread: u32, queue: u32): i32 {
  return LoadEnd.shard(thread, queue);
}

/** Behind each `loadShard`, again until it answers 0. */
export function loadBuild(thread: u32, queue: u32): i32 {
  return LoadEnd.build(thread, queue);
}

export function loadNodes(thread: u32, queue: u32, count: u32): i32 {
  return LoadEnd.nodes(thread, queue, count);
}

export function loadAttempt(thread: u32, queue: u32, count: u32): i32 {
  return LoadEnd.attempt(thread, queue, count);
}

export function loadDeparted(thread: u32): u32 {
  return LoadEnd.departed(thread);
}

export function loadEnd(thread: u32, births: f64, messages: u32): void {
  LoadEnd.finish(thread, births, messages);
}
