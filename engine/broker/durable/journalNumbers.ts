/**
 * What the journal's thread says of itself while it works: numbers in memory that it shares with the
 * opener, who shows them (GET /metrics). Made by the opener; the journal's thread alone writes. Plain
 * stores: nobody decides anything by them, and two that are read at once may be of two moments.
 */
import { SharedBlock } from "../../../bindings/index.ts";
import { monotonicMs } from "../../clock.ts";

const NAMES = [
  /** Positions in the log, in bytes: what was gathered, what the system has, what the disk has. */
  "appended",
  "written",
  "durable",
  /** Since the broker was opened: batches, syncs, milliseconds in them, bytes given to the disk, and for its reserve. */
  "batches",
  "syncs",
  "syncMs",
  "diskBytes",
  "reserveBytes",
  /** What is there: segments, and their bytes. */
  "segments",
  "heldBytes",
  /** 0: enough; 1: sends are refused; 2: nothing can be written. */
  "room",
  /** Since the broker was opened: segments taken away, and bytes stated again for that. */
  "cleaned",
  "restatedBytes",
  /** Since when the oldest of what the disk does not have may be waiting, by the machine's count; 0: it has all. */
  "pendingSinceMs",
  /** How many times the journal was begun, this time included. */
  "lives",
  /** At the start: messages that were there, and how long it took. */
  "recoveredMessages",
  "recoveryMs",
] as const;

export type JournalNumber = (typeof NAMES)[number];

/** Numbers that are set, and those that are added to. */
type Level =
  | ("appended" | "written" | "durable" | "diskBytes" | "reserveBytes")
  | ("segments" | "heldBytes" | "room" | "pendingSinceMs");
type Sum = "batches" | "syncs" | "syncMs" | "cleaned" | "restatedBytes";

/** What whoever counts sees of them. */
export interface Counts {
  set(name: Level, value: number): void;
  add(name: Sum, value: number): void;
}

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

  /** How old the oldest effect may be that is not on the disk; 0: all are. Grows while the disk is silent. */
  get lagMs(): number {
    const sinceMs = this.get("pendingSinceMs");
    return sinceMs === 0 ? 0 : Math.max(0, monotonicMs() - sinceMs);
  }
}
