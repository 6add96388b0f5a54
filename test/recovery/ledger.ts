/**
 * What victims write down outside the engine's memory, where no defect of the engine can reach:
 * three bytes a message (sent, about to be deleted, deleted) and a few words a thread.
 */
import { SEND_SLOT, THREAD_OUT_OPERATION, THREAD_SENDS } from "../../assembly/layout.ts";

/** Raised when the victims of a round shall begin. */
export const GATE = 0;
const NOTES = 64;
const NOTE_BYTES = 64;
const MARKS = 65_536;
/** Messages of one round that are written down. */
export const SPAN = 2 ** 21;
export const LEDGER_PAGES = (MARKS + 3 * SPAN) / 65_536;

export const IN_NOTHING = 0;
export const IN_SEND = 1;
export const IN_RECEIVE = 2;
export const IN_SETTLE = 3;
/** A delete has returned and is being written down. */
export const IN_NOTING = 4;

export class Ledger {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly #bytes: Uint8Array;
  /** Address of the first mark. */
  readonly marksAt = MARKS;

  constructor(buffer: SharedArrayBuffer) {
    this.words = new Int32Array(buffer);
    this.#bytes = new Uint8Array(buffer);
  }

  /**
   * Where a thread's words begin: the call it is in, whether a body was mixed, traps, those inside a
   * call, those while it settled.
   */
  noteAt(thread: number): number {
    return NOTES + thread * NOTE_BYTES;
  }

  note(thread: number, index: number): number {
    return this.words[(this.noteAt(thread) >> 2) + index] as number;
  }

  setNote(thread: number, index: number, value: number): void {
    this.words[(this.noteAt(thread) >> 2) + index] = value;
  }

  sent(place: number): void {
    this.#bytes[MARKS + place] = 1;
  }

  taken(place: number): void {
    this.#bytes[MARKS + SPAN + place] = 1;
  }

  deleted(place: number): void {
    this.#bytes[MARKS + 2 * SPAN + place] = 1;
  }

  isSent(place: number): boolean {
    return this.#bytes[MARKS + place] === 1;
  }

  isTaken(place: number): boolean {
    return this.#bytes[MARKS + SPAN + place] === 1;
  }

  isDeleted(place: number): boolean {
    return this.#bytes[MARKS + 2 * SPAN + place] === 1;
  }

  /** Forgets the first `places` messages. */
  clear(places: number): void {
    for (const part of [0, 1, 2]) {
      this.#bytes.fill(0, MARKS + part * SPAN, MARKS + part * SPAN + places);
    }
  }
}

/**
 * True when the call that the thread is in had begun its work: a send has taken a slot, the others
 * have made a section. Both words are zeroed before each call, so a thread that was stopped on its
 * way into the call does not count.
 */
export function isInside(memory: SharedArrayBuffer, area: number, call: number): boolean {
  if (call === IN_NOTHING || call === IN_NOTING) return false;
  if (call === IN_SEND)
    return new Uint32Array(memory)[(area + THREAD_SENDS + SEND_SLOT) >> 2] !== 0;
  return new Float64Array(memory)[(area + THREAD_OUT_OPERATION) >> 3] !== 0;
}
