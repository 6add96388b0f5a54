/**
 * Where messages are, during a load, whose own slot another message has at that moment; and at its end
 * those that did not get it back. Pure.
 */
import type { MovedSlot } from "./movedSlots.ts";

/** A message in a lent slot. */
export interface LentSlot {
  readonly queue: number;
  readonly incarnation: number;
  readonly sequence: number;
  readonly birth: number;
  readonly slot: number;
  /** The slot that it had. */
  readonly own: number;
}

export class Lent {
  readonly #bySequence = new Map<number, Map<number, LentSlot>>();
  readonly #byBirth = new Map<number, LentSlot>();

  add(lent: LentSlot): void {
    const { queue, sequence, birth } = lent;
    const sequences = this.#bySequence.get(queue) ?? new Map<number, LentSlot>();
    // Behind those that are there: the order in which they get their slots back.
    sequences.delete(sequence);
    this.#bySequence.set(queue, sequences.set(sequence, lent));
    this.#byBirth.set(birth, lent);
  }

  /** It has its own slot. */
  delete(queue: number, sequence: number): void {
    this.#bySequence.get(queue)?.delete(sequence);
  }

  /** 0: none. It may be another message's by now. */
  slotOf(queue: number, sequence: number): number {
    return this.#bySequence.get(queue)?.get(sequence)?.slot ?? 0;
  }

  slotOfBirth(birth: number): number {
    return this.#byBirth.get(birth)?.slot ?? 0;
  }

  /** `settle` answers where a message is from now on, 0: it is there no more. Those that have not got their own slot. */
  settle(settle: (lent: LentSlot) => number): (MovedSlot & { readonly queue: number })[] {
    const moved: (MovedSlot & { readonly queue: number })[] = [];
    for (const sequences of this.#bySequence.values()) {
      for (const lent of sequences.values()) {
        const slot = settle(lent);
        const { queue, incarnation, sequence, own } = lent;
        if (slot === 0 || slot === own) continue;
        moved.push({ queue, incarnation, sequence, former: own, slot });
      }
    }
    return moved;
  }
}
