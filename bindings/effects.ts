/**
 * Rings of effects, as those see them who neither write nor read their records: whether somebody found no
 * room, and the calls by which the journal has what is still true said again. What is in a ring stands in assembly/journal/; what is read of rings is drain.ts's.
 */
import {
  BLOCK_BIRTH,
  EFFECT_REFUSED,
  HANDLE_BYTES,
  HANDLE_SEQUENCE,
  HANDLE_SLOT,
  HEADER_QUEUES_BASE,
  HEADER_SHARDS_BASE,
  HEADER_SLOTS_BASE,
  HEADER_SLOTS_MAX,
  QUEUE_BYTES,
  QUEUE_SHARD_FIRST,
  SECTION_STEPS,
  SHARD_BYTES,
  SLOT_BLOCK,
  SLOT_BYTES_LOG2,
  SLOT_MOVING,
  SLOT_SEQUENCE,
  SLOT_STATE,
  SLOT_STATE_MASK,
  THREAD_HANDLES,
} from "../assembly/layout.ts";
import type { EngineExports } from "./exports.ts";
import type { QueueHandle } from "./shapes.ts";
import type { Area, Views } from "./views.ts";

/** Most messages of one `restate`. */
export const RESTATE_MAX = SECTION_STEPS;

export class Effects {
  readonly #exports: EngineExports;
  readonly #thread: number;
  readonly #area: Area;
  readonly #views: Views;

  constructor(exports: EngineExports, thread: number, area: Area, views: Views) {
    this.#exports = exports;
    this.#thread = thread;
    this.#area = area;
    this.#views = views;
  }

  /** This thread is the journal's: queues that are made from now on write down what they do. */
  begin(): void {
    this.#exports.journalBegin(this.#thread);
  }

  /** Whether somebody found no room in the queue's ring since the journal last made some. */
  isRefused(queue: number): boolean {
    return this.#views.u32[this.#shardIndex(queue, EFFECT_REFUSED)] !== 0;
  }

  /** Whether a slot still has the message of this sequence; a hint, which costs no call. */
  isIn(slot: number, sequenceLow: number, sequenceHigh: number): boolean {
    const { u32 } = this.#views;
    const at = this.#slotIndex(slot) + (SLOT_SEQUENCE >> 2);
    return u32[at] === sequenceLow && u32[at + 1] === sequenceHigh;
  }

  /** Whether a slot's message is the one of this birth, and between two queues; a hint as well. */
  isMoving(slot: number, birthLow: number, birthHigh: number): boolean {
    const { u32 } = this.#views;
    const at = this.#slotIndex(slot);
    const state = u32[at + (SLOT_STATE >> 2)] as number;
    if ((state & SLOT_STATE_MASK) !== SLOT_MOVING) return false;
    const block = ((u32[at + (SLOT_BLOCK >> 2)] as number) + BLOCK_BIRTH) >> 2;
    return u32[block] === birthLow && u32[block + 1] === birthHigh;
  }

  isSlot(slot: number): boolean {
    return slot > 0 && slot <= this.#views.header(HEADER_SLOTS_MAX);
  }

  /** Handle record `index`, from 0 to RESTATE_MAX - 1, names the message of that slot and sequence. */
  put(index: number, slot: number, sequenceLow: number, sequenceHigh: number): void {
    const { u32 } = this.#area;
    const word = (THREAD_HANDLES + index * HANDLE_BYTES) >> 2;
    u32[word + (HANDLE_SLOT >> 2)] = slot;
    u32[word + (HANDLE_SEQUENCE >> 2)] = sequenceLow;
    u32[word + (HANDLE_SEQUENCE >> 2) + 1] = sequenceHigh;
  }

  /**
   * Has the messages of handle records 0 to count - 1 said again as they are, as far as they are in this
   * queue; how many, or a status. STATUS_FULL: let the journal read the ring, and call again.
   */
  restate({ number, incarnation }: QueueHandle, count: number): number {
    return this.#exports.restate(this.#thread, number, incarnation, count);
  }

  /**
   * Has all of a queue whose indexes were rebuilt said again, step by step: from 0 on, each call with what
   * the last one answered, until 0. STATUS_FULL: let the journal read the ring, and call again.
   */
  resync(queue: number, from: number): number {
    return this.#exports.resync(this.#thread, queue, from);
  }

  #slotIndex(slot: number): number {
    return (this.#views.header(HEADER_SLOTS_BASE) + (slot << SLOT_BYTES_LOG2)) >> 2;
  }

  #shardIndex(queue: number, field: number): number {
    const at = this.#views.header(HEADER_QUEUES_BASE) + queue * QUEUE_BYTES + QUEUE_SHARD_FIRST;
    const shard = this.#views.u32[at >> 2] as number;
    return (this.#views.header(HEADER_SHARDS_BASE) + shard * SHARD_BYTES + field) >> 2;
  }
}
