/**
 * Whether the entries of a journal are what entries are, and which queues they leave. Goes over all batches
 * in their order, once.
 */
import { decodeKept, KEPT, KeptError } from "../../broker/kept/entries.ts";
import { JournalError } from "../../journal/journalError.ts";
import { framesOf, isKept } from "./frames.ts";

/** Told where in a batch's records something is wrong. */
export type Note = (offset: number, sentence: string) => void;

export class Checks {
  /** Incarnations by numbers, as the next start brings queues back. */
  readonly #queues = new Map<number, number>();

  get queues(): number {
    return this.#queues.size;
  }

  /** Answers how many entries there are. */
  batch(records: Uint8Array, note: Note): number {
    let count = 0;
    let at = 0;
    try {
      for (const frame of framesOf(records)) {
        at = frame.at;
        count += 1;
        if (isKept(frame)) this.#keep(records.subarray(at, at + frame.bytes), at, note);
        at += frame.bytes;
      }
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      note(at, error.message);
    }
    return count;
  }

  #keep(entry: Uint8Array, at: number, note: Note): void {
    try {
      const kept = decodeKept(entry);
      if (kept.kind === KEPT.queue) this.#queues.set(kept.number, kept.incarnation);
      const isIt = kept.kind === KEPT.gone && this.#queues.get(kept.number) === kept.incarnation;
      if (isIt) this.#queues.delete(kept.number);
    } catch (error) {
      if (!(error instanceof KeptError)) throw error;
      note(at, error.message);
    }
  }
}
