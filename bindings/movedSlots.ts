/**
 * Messages that lie in another slot than the receipts of former lives say: there are any only where two
 * messages had the same slot at the moment of a crash, or the memory has fewer slots than it had. A
 * receipt's text is read through this table (Receipts.read). Plain rows, so that a thread can be given
 * them.
 */
export interface MovedSlot {
  readonly incarnation: number;
  readonly sequence: number;
  /** Where receipts may say it is, and where it is. */
  readonly former: number;
  readonly slot: number;
}

export class MovedSlots {
  readonly #slots = new Map<number, Map<number, number>>();

  constructor(rows: readonly MovedSlot[]) {
    for (const { incarnation, sequence, slot } of rows) {
      const slots = this.#slots.get(incarnation) ?? new Map<number, number>();
      this.#slots.set(incarnation, slots.set(sequence, slot));
    }
  }

  /** The slot of a message that a receipt says is in `slot`. */
  slotOf(incarnation: number, sequence: number, slot: number): number {
    return this.#slots.get(incarnation)?.get(sequence) ?? slot;
  }
}
