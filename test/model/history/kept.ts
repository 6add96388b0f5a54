/**
 * What a journal knows of a queue that has read its ring of effects from the beginning, and nothing
 * else: a map of messages, one of deduplication nodes. `difference` holds it against the memory itself.
 * Timers are not written down: a message whose due time has passed may be visible by now.
 */
import * as layout from "../../../assembly/layout.ts";
import type { Effect, Told } from "./ringReader.ts";
import type { Sections } from "./sections.ts";

export interface Known {
  slot: number;
  count: number;
  /** 0: visible. */
  dueMs: number;
  /** 0: not told, where it was restated or admitted; a journal reads it with the content. */
  birth: number;
  firstReceive: number;
  lastReceive: number;
}

export interface KnownNode {
  readonly sequence: number;
  readonly birth: number;
  readonly atMs: number;
}

const LISTED = new Set<number>([layout.SLOT_DELAYED, layout.SLOT_READY, layout.SLOT_IN_FLIGHT]);

export class Kept {
  readonly messages = new Map<number, Known>();
  readonly nodes = new Map<string, KnownNode>();
  /** How many heads of each kind were read. */
  readonly kinds = new Map<number, number>();
  #operation = 0;
  #purged = 0;
  #stated: Set<number> | undefined;

  apply(all: readonly Told[]): void {
    for (const told of all) this.#one(told);
  }

  #one(told: Told): void {
    const { kind, operation, nowMs, value, messages } = told;
    if (operation < this.#operation) throw new Error(`operation ${operation} comes too late`);
    this.#operation = operation;
    this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + 1);
    for (const { key, sequence, birth } of told.nodes) {
      this.nodes.set(key, { sequence, birth, atMs: nowMs });
    }
    if (kind === layout.EFFECT_CUT) this.#cut(value);
    else if (kind === layout.EFFECT_RESYNC) this.#stated = new Set();
    else if (kind === layout.EFFECT_RESYNCED) this.#resynced(value);
    else for (const one of messages) this.#message(kind, one);
  }

  #cut(value: number): void {
    this.#purged = value;
    for (const sequence of this.messages.keys()) {
      if (sequence <= value) this.messages.delete(sequence);
    }
    for (const [key, { sequence }] of this.nodes) if (sequence <= value) this.nodes.delete(key);
  }

  #resynced(value: number): void {
    for (const sequence of this.messages.keys()) {
      if (sequence <= value && this.#stated?.has(sequence) !== true) {
        this.messages.delete(sequence);
      }
    }
    this.#stated = undefined;
  }

  #message(kind: number, one: Effect): void {
    const { slot, sequence, count, dueMs, birth, firstReceive, lastReceive } = one;
    const known = this.messages.get(sequence);
    switch (kind) {
      case layout.EFFECT_SENT:
        this.messages.set(sequence, {
          ...{ slot, dueMs, birth, count: 0, firstReceive: 0, lastReceive: 0 },
        });
        break;
      case layout.EFFECT_ADMITTED:
        this.messages.set(sequence, { slot, count, dueMs: 0, birth: 0, firstReceive, lastReceive });
        break;
      case layout.EFFECT_RESTATED:
        if (sequence <= this.#purged) throw new Error(`${sequence} was purged and is restated`);
        this.#stated?.add(sequence);
        this.messages.set(sequence, {
          ...{ slot, count, dueMs, firstReceive, lastReceive },
          birth: known?.birth ?? 0,
        });
        break;
      case layout.EFFECT_RECEIVED:
        if (known !== undefined) {
          this.messages.set(sequence, { ...known, slot, count, dueMs, firstReceive, lastReceive });
        }
        break;
      case layout.EFFECT_HIDDEN:
        if (known !== undefined) this.messages.set(sequence, { ...known, dueMs });
        break;
      default:
        this.messages.delete(sequence);
    }
  }

  /** What is wrong with it, as far as the memory tells; undefined: nothing. */
  difference(sections: Sections, queue: number): string | undefined {
    const there = messagesIn(sections, queue);
    const nowMs = sections.doubles[(shardAt(sections, queue) + layout.SHARD_NOW) >> 3] as number;
    const isFifo = (sections.shard(queue, layout.SHARD_KIND) & layout.QUEUE_FLAG_FIFO) !== 0;
    const receivesMax = receivesMaxOf(sections, queue);
    for (const [sequence, { state, ...is }] of there) {
      const known = this.messages.get(sequence);
      const told = `message ${sequence} is ${JSON.stringify({ state, ...is })}, `;
      if (known === undefined) return `${told}and is not known`;
      if (isAs(known, is, state, isFifo ? Infinity : nowMs, nowMs)) continue;
      if (state === layout.SLOT_IN_FLIGHT && isHeldBack(known, is, receivesMax)) continue;
      return `${told}known as ${JSON.stringify(known)}`;
    }
    for (const sequence of this.messages.keys()) {
      if (!there.has(sequence)) return `message ${sequence} is known and not there`;
    }
    return undefined;
  }
}

/**
 * A known message against one that is there. `delayedMs`: what was delayed until then may be ready: of a
 * FIFO queue anything, since its delay is the queue's and may have changed.
 */
function isAs(known: Known, is: Known, state: number, delayedMs: number, nowMs: number): boolean {
  if (!isSame(known, is)) return false;
  const isVisible = known.dueMs <= nowMs;
  if (state === layout.SLOT_READY) {
    return known.dueMs <= (is.count === 0 ? delayedMs : nowMs);
  }
  // A FIFO message that its queue's delay holds has no due time of its own.
  if (state === layout.SLOT_DELAYED) return known.dueMs > 0;
  // What a claim set aside to be moved is in flight, and nothing was said of it.
  return known.dueMs === is.dueMs || isVisible;
}

/** But for when it is visible. */
function isSame(known: Known, is: Known): boolean {
  return (
    known.slot === is.slot &&
    known.count === is.count &&
    (known.birth === 0 || known.birth === is.birth) &&
    (is.count === 0 || known.firstReceive === is.firstReceive) &&
    (is.count === 0 || known.lastReceive === is.lastReceive)
  );
}

/**
 * What a claim set aside may have been stated again before it departed, and, since it may not depart while its shard is
 * stated again, have been held back then: it stays in flight a moment longer, of which nothing is said.
 */
function isHeldBack(known: Known, is: Known, receivesMax: number): boolean {
  return isSame(known, is) && is.count >= receivesMax && known.dueMs < is.dueMs;
}

/** How often a message is received before it goes to the dead-letter queue; infinity: there is none. */
function receivesMaxOf(sections: Sections, queue: number): number {
  const queues = sections.header(layout.HEADER_QUEUES_BASE);
  const at = queues + queue * layout.QUEUE_BYTES + layout.QUEUE_RECEIVES_MAX;
  return (sections.words[at >> 2] as number) || Number.POSITIVE_INFINITY;
}

function shardAt(sections: Sections, queue: number): number {
  return sections.header(layout.HEADER_SHARDS_BASE) + queue * layout.SHARD_BYTES;
}

/** The messages of a queue that are neither purged nor dead. */
function messagesIn(sections: Sections, queue: number): Map<number, Known & { state: number }> {
  const { words, doubles } = sections;
  const slots = sections.header(layout.HEADER_SLOTS_BASE);
  const purged = sections.shard(queue, layout.SHARD_PURGE_SEQUENCE);
  const last = sections.arena(layout.ARENA_SLOTS_BUMP);
  const there = new Map<number, Known & { state: number }>();
  for (let slot = 1; slot <= last; slot++) {
    const at = slots + slot * layout.SLOT_BYTES;
    const word = (offset: number): number => words[(at + offset) >> 2] as number;
    const state = word(layout.SLOT_STATE) & layout.SLOT_STATE_MASK;
    const sequence = word(layout.SLOT_SEQUENCE);
    if (word(layout.SLOT_SHARD) !== queue || sequence <= purged || !LISTED.has(state)) continue;
    const birth = (word(layout.SLOT_BLOCK) + layout.BLOCK_BIRTH) >> 2;
    there.set(sequence, {
      slot,
      state,
      count: word(layout.SLOT_COUNT),
      dueMs: doubles[(at + layout.SLOT_DUE) >> 3] as number,
      birth: (words[birth] as number) + (words[birth + 1] as number) * 2 ** 32,
      firstReceive: word(layout.SLOT_FIRST_RECEIVE),
      lastReceive: word(layout.SLOT_LAST_RECEIVE),
    });
  }
  return there;
}
