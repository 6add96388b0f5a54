/**
 * Handle records and held records of a thread, written word by word: for tests that work below the
 * bindings. Held record `index` belongs to handle record `index`, where that names one.
 */
import * as layout from "../../assembly/layout.ts";
import type { Seeded } from "./seeded.ts";

/** A message that a handler has. */
export interface HeldMessage {
  readonly slot: number;
  readonly count: number;
  readonly sequence: number;
  readonly incarnation: number;
  readonly dueMs: number;
  /** What a heartbeat extends to; 0: none does. */
  readonly visibilityMs: number;
}

export class HeldRecords {
  readonly #u32: Uint32Array;
  readonly #f64: Float64Array;
  readonly #area: number;

  /** Of the thread whose record begins at `area`. */
  constructor(buffer: ArrayBufferLike, area: number) {
    this.#u32 = new Uint32Array(buffer);
    this.#f64 = new Float64Array(buffer);
    this.#area = area;
  }

  #word(address: number, value: number): void {
    this.#u32[address >> 2] = value;
  }

  publish(index: number, message: HeldMessage): void {
    const at = this.#area + layout.THREAD_HELD + index * layout.HELD_BYTES;
    this.#word(at + layout.HELD_COUNT, message.count);
    this.#word(at + layout.HELD_SEQUENCE, message.sequence % 2 ** 32);
    this.#word(at + layout.HELD_SEQUENCE + 4, Math.floor(message.sequence / 2 ** 32));
    this.#f64[(at + layout.HELD_DUE) >> 3] = message.dueMs;
    this.#word(at + layout.HELD_VISIBILITY_MS, message.visibilityMs);
    this.#word(at + layout.HELD_INCARNATION, message.incarnation);
    this.#word(at + layout.HELD_EXTENDED_COUNT, 0);
    this.#word(at + layout.HELD_REFUSED, 0);
    this.#word(at + layout.HELD_REFUSED + 4, 0);
    this.#word(at + layout.HELD_SLOT, message.slot);
    const used = (this.#area + layout.THREAD_HELD_USED) >> 2;
    this.#u32[used] = Math.max(this.#u32[used] as number, index + 1);
  }

  /**
   * Fills handle records from 0 on. `knownMs`: a hide applies to a message that is in flight until then;
   * NaN: to any.
   */
  handles(
    receipts: readonly Pick<HeldMessage, "slot" | "count" | "sequence">[],
    visibilityMs: readonly number[] = [],
    knownMs: readonly number[] = [],
    incarnation = 0,
  ): void {
    receipts.forEach((receipt, index) => {
      const handle = this.#area + layout.THREAD_HANDLES + index * layout.HANDLE_BYTES;
      const dueMs = knownMs[index] ?? Number.NaN;
      const held = this.#area + layout.THREAD_HELD + index * layout.HELD_BYTES;
      this.#word(handle + layout.HANDLE_SLOT, receipt.slot);
      this.#word(handle + layout.HANDLE_COUNT, receipt.count);
      this.#word(handle + layout.HANDLE_SEQUENCE, receipt.sequence % 2 ** 32);
      this.#word(handle + layout.HANDLE_SEQUENCE + 4, Math.floor(receipt.sequence / 2 ** 32));
      this.#f64[(handle + layout.HANDLE_VISIBILITY_MS) >> 3] = visibilityMs[index] ?? 0;
      this.#word(handle + layout.HANDLE_HELD, Number.isNaN(dueMs) ? 0 : held);
      if (Number.isNaN(dueMs)) return;
      this.publish(index, { ...receipt, incarnation, dueMs, visibilityMs: 0 });
    });
  }

  /** What hides of these know: nothing, what is so, or what is not; of whichever receive, nothing. */
  guesses(receipts: readonly Pick<HeldMessage, "slot" | "count">[], random: Seeded): number[] {
    return receipts.map(({ slot, count }) => {
      if (count === layout.HANDLE_COUNT_ANY || random.chance(0.6)) return Number.NaN;
      return this.dueMs(slot) + random.pick([0, 0, 0, -1, 100]);
    });
  }

  /** Until when the message in that slot is hidden. */
  dueMs(slot: number): number {
    const slots = this.#u32[(layout.HEADER + layout.HEADER_SLOTS_BASE) >> 2] as number;
    return this.#f64[(slots + slot * layout.SLOT_BYTES + layout.SLOT_DUE) >> 3] as number;
  }
}
