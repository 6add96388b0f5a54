/**
 * What a load knows of a shard before its queue is there: its messages in the order of the log, and what
 * the parts' heads said. It lies in place of the shard's wheel, whose spokes mean nothing yet, so that
 * making the queue in between touches nothing of it. Links are the slots' age links. By the thread that
 * loads.
 */
import { Restored } from "../arena/restored";
import { Circle } from "../ground/circle";
import { At } from "../ground/memory";
import {
  LINK_NEXT,
  LINK_PREVIOUS,
  LOAD_DROPPED,
  LOADED_BYTES,
  LOADED_COUNT,
  LOADED_INCARNATION,
  LOADED_IS_MIXED,
  LOADED_LIST,
  LOADED_NEWEST,
  LOADED_NOW,
  LOADED_OPERATION,
  LOADED_SEQUENCE,
  SHARD_WHEEL_SPOKES,
} from "../layout";
import { Annex } from "./annex";

export class Loaded {
  @inline static of(shard: usize): usize {
    return shard + SHARD_WHEEL_SPOKES;
  }

  @inline static list(loaded: usize): usize {
    return loaded + LOADED_LIST;
  }

  @inline static incarnation(loaded: usize): u32 {
    return load<u32>(loaded, LOADED_INCARNATION);
  }

  /** Another queue's shard from here on. Sequences, operations and time go on where they were. */
  static begin(loaded: usize, incarnation: u32): void {
    const sequence = load<u64>(loaded, LOADED_SEQUENCE);
    const operation = load<u64>(loaded, LOADED_OPERATION);
    const now = load<f64>(loaded, LOADED_NOW);
    memory.fill(loaded, 0, LOADED_BYTES);
    Circle.clear(Loaded.list(loaded));
    store<u32>(loaded, incarnation, LOADED_INCARNATION);
    store<u64>(loaded, sequence, LOADED_SEQUENCE);
    store<u64>(loaded, operation, LOADED_OPERATION);
    store<f64>(loaded, now, LOADED_NOW);
  }

  @inline static append(loaded: usize, slotIndex: u32, sequence: u64): void {
    Circle.append(Loaded.list(loaded), At.ageLink(slotIndex));
    store<u32>(loaded, load<u32>(loaded, LOADED_COUNT) + 1, LOADED_COUNT);
    if (sequence < load<u64>(loaded, LOADED_NEWEST)) store<u32>(loaded, 1, LOADED_IS_MIXED);
    else store<u64>(loaded, sequence, LOADED_NEWEST);
  }

  @inline static unlink(loaded: usize, slotIndex: u32): void {
    Circle.unlink(At.ageLink(slotIndex));
    store<u32>(loaded, load<u32>(loaded, LOADED_COUNT) - 1, LOADED_COUNT);
  }

  /** From one slot to another that is free; its place in its list stays. */
  static relocate(from: u32, to: u32): void {
    const link = At.ageLink(to);
    const next = Circle.next(At.ageLink(from));
    const previous = Circle.previous(At.ageLink(from));
    store<u32>(link, next as u32, LINK_NEXT);
    store<u32>(link, previous as u32, LINK_PREVIOUS);
    store<u32>(next, link as u32, LINK_PREVIOUS);
    store<u32>(previous, link as u32, LINK_NEXT);
    Restored.move(from, to);
    Restored.raise(to);
  }

  /** The message is no more. `record`: the load's. */
  static remove(thread: u32, record: usize, loaded: usize, slotIndex: u32): void {
    Loaded.unlink(loaded, slotIndex);
    Loaded.free(thread, record, slotIndex);
  }

  /** Likewise, where it is in no list any more. */
  static free(thread: u32, record: usize, slotIndex: u32): void {
    const isLent = Annex.has(At.slot(slotIndex));
    Restored.drop(thread, slotIndex);
    if (isLent) Annex.giveBack(record, slotIndex);
  }

  /** All up to a sequence but for what has this mark in its state word; 0: no mark saves any. */
  static removeUpTo(thread: u32, record: usize, loaded: usize, sequence: u64, mark: u32): void {
    const end = Loaded.list(loaded);
    let link = Circle.next(end);
    // In order the first one is the oldest, and mostly nothing was purged: no pass over all slots for that.
    if (link !== end && Loaded.isBehind(loaded, link, sequence)) return;
    while (link !== end) {
      const next = Circle.next(link);
      const slotIndex = At.slotOfAgeLink(link);
      const slot = At.slot(slotIndex);
      if (slot.sequence <= sequence && (slot.lowWord() & mark) === 0) {
        Loaded.remove(thread, record, loaded, slotIndex);
      }
      link = next;
    }
  }

  /** Whether all of a list that begins there came after a sequence. */
  @inline static isBehind(loaded: usize, first: usize, sequence: u64): bool {
    const isInOrder = load<u32>(loaded, LOADED_IS_MIXED) === 0;
    return isInOrder && At.slot(At.slotOfAgeLink(first)).sequence > sequence;
  }

  /** The queue is no more. */
  static removeAll(thread: u32, record: usize, loaded: usize): void {
    const dropped = load<u32>(record, LOAD_DROPPED) + load<u32>(loaded, LOADED_COUNT);
    store<u32>(record, dropped, LOAD_DROPPED);
    Loaded.removeUpTo(thread, record, loaded, u64.MAX_VALUE, 0);
  }

  /** Takes the mark off all. */
  static clear(loaded: usize, mark: u32): void {
    const end = Loaded.list(loaded);
    for (let link = Circle.next(end); link !== end; link = Circle.next(link)) {
      const slot = At.slot(At.slotOfAgeLink(link));
      slot.setState(slot.lowWord() & ~mark);
    }
  }
}
