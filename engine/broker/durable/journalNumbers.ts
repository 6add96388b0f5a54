/**
 * What the journal's thread says of itself while it works: numbers in memory that it shares with the
 * opener, who shows them (GET /metrics). Made by the opener; the journal's thread alone writes. Plain
 * stores: nobody decides anything by them, and two that are read at once may be of two moments.
 */
import { SharedBlock } from "../../../bindings/index.ts";

const NAMES = [
  /** Positions in the log, in bytes: what was gathered, what the system has, what the disk has. */
  "appended",
  "written",
  "durable",
  /** Since the broker was opened: batches, syncs, milliseconds in them, bytes given to the disk. */
  "batches",
  "syncs",
  "syncMs",
  "diskBytes",
  /** What is there: segments, and their bytes. */
  "segments",
  "heldBytes",
  /** 0: enough; 1: sends are refused; 2: nothing can be written. */
  "room",
  /** Since the broker was opened: segments taken away, and bytes stated again for that. */
  "cleaned",
  "restatedBytes",
  /** How long the last batch took, from taking what there was until it was durable (relaxed: written). */
  "lagMs",
  /** How many times the journal was begun, this time included. */
  "lives",
  /** At the start: messages that were there, and how long it took. */
  "recoveredMessages",
  "recoveryMs",
] as const;

export type JournalNumber = (typeof NAMES)[number];

const PLACES: ReadonlyMap<JournalNumber, number> = new Map(NAMES.map((name, at) => [name, at]));

export class JournalNumbers {
  readonly #block: SharedBlock;

  /** @param buffer of the one that the opener made. */
  constructor(
    buffer: SharedBlock["buffer"] | number = NAMES.length * Float64Array.BYTES_PER_ELEMENT,
  ) {
    this.#block = new SharedBlock(buffer);
  }

  /** For the journal's thread. */
  get buffer(): SharedBlock["buffer"] {
    return this.#block.buffer;
  }

  get(name: JournalNumber): number {
    return this.#block.f64[PLACES.get(name) as number] as number;
  }

  set(name: JournalNumber, value: number): void {
    this.#block.f64[PLACES.get(name) as number] = value;
  }

  add(name: JournalNumber, value: number): void {
    this.set(name, this.get(name) + value);
  }
}
