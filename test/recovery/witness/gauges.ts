/**
 * How much of a broker's memory is in use, read from the shared memory itself: from a handle of the
 * broker (which takes one of its threads), in the test's own thread. Numbers of a moment; nothing is
 * locked. `carriedBytes` walks slots and blocks, and wants a memory that nobody changes meanwhile.
 */
import * as layout from "../../../assembly/layout.ts";
import type { EngineShare } from "../../../bindings/index.ts";
import type { Broker } from "../../../engine/broker/broker.ts";
import { takeWelcome } from "../../../engine/broker/threads/attachment.ts";
import type { BrokerHandle } from "../../../engine/types.ts";
import { verify } from "../../support/builds.ts";

const CARRIES = new Set<number>([
  layout.SLOT_DELAYED,
  layout.SLOT_READY,
  layout.SLOT_IN_FLIGHT,
  layout.SLOT_DEAD,
]);

/** What has no owner: slots and pages that anybody may take. */
export interface Free {
  readonly slots: number;
  readonly pages: number;
}

export class Gauges {
  readonly #u32: Uint32Array;
  readonly #handle: BrokerHandle;

  readonly #share: EngineShare;

  constructor(broker: Broker) {
    this.#handle = broker.share();
    this.#share = takeWelcome(this.#handle).share;
    this.#u32 = new Uint32Array(this.#share.memory.buffer);
  }

  /** 0, or the number of the first invariant that does not hold; only while nobody else calls. */
  verify(): number {
    return verify(this.#share);
  }

  /** Gives the thread back that the look at the memory was paid with. */
  close(): void {
    this.#handle.port.close();
  }

  header(offset: number): number {
    return this.#u32[(layout.HEADER + offset) >> 2] as number;
  }

  arena(offset: number): number {
    return this.header(layout.HEADER_ARENA + offset);
  }

  get arenaBytes(): number {
    return this.header(layout.HEADER_PAGES_MAX) * layout.PAGE_BYTES;
  }

  free(): Free {
    const slotsUnused = this.header(layout.HEADER_SLOTS_MAX) - this.arena(layout.ARENA_SLOTS_BUMP);
    const pagesUnused = this.header(layout.HEADER_PAGES_MAX) - this.arena(layout.ARENA_PAGES_BUMP);
    return {
      slots: slotsUnused + this.arena(layout.ARENA_SLOTS_FREE_COUNT),
      pages: pagesUnused + this.arena(layout.ARENA_PAGES_FREE_COUNT),
    };
  }

  /** Segments of a queue's ready ring. */
  segments(queue: number): number {
    const shard = this.header(layout.HEADER_SHARDS_BASE) + queue * layout.SHARD_BYTES;
    return this.#u32[(shard + layout.SHARD_RING_SEGMENTS) >> 2] as number;
  }

  /** Slots and pages that were ever touched. */
  touched(): { slots: number; pages: number } {
    return {
      slots: this.arena(layout.ARENA_SLOTS_BUMP),
      pages: this.arena(layout.ARENA_PAGES_BUMP),
    };
  }

  /** Bytes of the blocks and whole pages that hang on messages. */
  carriedBytes(): number {
    const slots = this.header(layout.HEADER_SLOTS_BASE);
    const last = this.arena(layout.ARENA_SLOTS_BUMP);
    let bytes = 0;
    for (let index = 1; index <= last; index++) {
      const slot = (slots + index * layout.SLOT_BYTES) >> 2;
      const state = (this.#u32[slot] as number) & layout.SLOT_STATE_MASK;
      if (!CARRIES.has(state)) continue;
      const block = this.#u32[slot + (layout.SLOT_BLOCK >> 2)] as number;
      bytes += this.#blockBytes(block);
      const flags = this.#u32[(block + layout.BLOCK_FLAGS) >> 2] as number;
      if ((flags & layout.BODY_PLAIN) !== 0) continue;
      const tail = this.#u32[(block + layout.BLOCK_TAIL) >> 2] as number;
      bytes += tail === 0 ? 0 : this.#blockBytes(tail);
      let page = (this.#u32[(block + layout.BLOCK_PAGE) >> 2] as number) & 0xffff;
      for (; page !== 0; page = this.#page(page, layout.PAGE_CHAIN)) bytes += layout.PAGE_BYTES;
    }
    return bytes;
  }

  #page(page: number, field: number): number {
    const record = this.header(layout.HEADER_PAGES_BASE) + page * layout.PAGE_RECORD_BYTES;
    return this.#u32[(record + field) >> 2] as number;
  }

  #blockBytes(block: number): number {
    const page = ((block - this.header(layout.HEADER_ARENA_BASE)) >>> layout.PAGE_BYTES_LOG2) + 1;
    const classIndex = this.#page(page, layout.PAGE_STATE) - layout.PAGE_CLASSED;
    const record = layout.ARENA_CLASSES + classIndex * layout.CLASS_RECORD_BYTES;
    return this.arena(record + layout.CLASS_BYTES);
  }
}
