/**
 * What victims write down outside the engine's memory, where no defect of the engine can reach:
 * three bytes a message (sent, about to be deleted, deleted), the operation number of its delete, a
 * few words a thread, and a log a thread of what FIFO queues delivered. A message stands at its birth
 * id minus the round's first: birth ids stay when a message moves to another queue, and a duplicate
 * is answered with its original's. The layout is known to assembly/probe/drive.ts too.
 */
import { SEND_SLOT, THREAD_OUT_OPERATION, THREAD_SENDS } from "../../../assembly/layout.ts";

/** Raised when the victims of a round shall begin. */
export const GATE = 0;
const NOTES = 64;
const NOTE_BYTES = 64;
const MARKS = 65_536;
/** Messages of one round that are written down. */
export const SPAN = 2 ** 21;
const OPERATIONS = MARKS + 3 * SPAN;
const LOGS = OPERATIONS + 4 * SPAN;
/** Deliveries of one thread in one round that are written down. */
export const LOG_MOST = 2 ** 15;
const LOG_BYTES = 16;
/** In a logged delivery's last word, beside the group: it was the dead-letter queue's. */
const LOG_DEAD = 0x1_0000;
const THREADS = 20;
export const LEDGER_PAGES = (LOGS + THREADS * LOG_MOST * LOG_BYTES) / 65_536;

export const IN_NOTHING = 0;
export const IN_SEND = 1;
export const IN_RECEIVE = 2;
export const IN_SETTLE = 3;
/** A delete has returned and is being written down. */
export const IN_NOTING = 4;

/** A thread's words. */
export const NOTE_CALL = 0;
/** MIXED or FOREIGN. */
export const NOTE_WRONG = 1;
export const NOTE_TRAPS = 2;
export const NOTE_TRAPS_INSIDE = 3;
export const NOTE_TRAPS_SETTLING = 4;
const NOTE_LOGGED = 5;

/** A received body held bytes of two messages. */
export const MIXED = 1;
/** A message was named that nobody sent in this round. */
export const FOREIGN = 2;

/** One message that a FIFO queue delivered. */
export interface Delivery {
  readonly place: number;
  readonly sequence: number;
  /** Number of the section that delivered it; 0: not known. */
  readonly operation: number;
  readonly group: number;
  readonly isDead: boolean;
}

export class Ledger {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly #bytes: Uint8Array;
  /** Address of the first mark. */
  readonly marksAt = MARKS;

  constructor(buffer: SharedArrayBuffer) {
    this.words = new Int32Array(buffer);
    this.#bytes = new Uint8Array(buffer);
  }

  noteAt(thread: number): number {
    return NOTES + thread * NOTE_BYTES;
  }

  note(thread: number, index: number): number {
    return this.words[(this.noteAt(thread) >> 2) + index] as number;
  }

  setNote(thread: number, index: number, value: number): void {
    this.words[(this.noteAt(thread) >> 2) + index] = value;
  }

  logAt(thread: number): number {
    return LOGS + thread * LOG_MOST * LOG_BYTES;
  }

  sent(place: number): void {
    this.#bytes[MARKS + place] = 1;
  }

  taken(place: number): void {
    this.#bytes[MARKS + SPAN + place] = 1;
  }

  deleted(place: number, operation: number): void {
    this.words[(OPERATIONS >> 2) + place] = operation;
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

  /** The section that deleted it. */
  deletedBy(place: number): number {
    return this.words[(OPERATIONS >> 2) + place] as number;
  }

  /** False when a batch more has no room in the thread's log. */
  hasLogRoom(thread: number, more: number): boolean {
    return this.note(thread, NOTE_LOGGED) + more <= LOG_MOST;
  }

  log(thread: number, { place, sequence, operation, group, isDead }: Delivery): void {
    const logged = this.note(thread, NOTE_LOGGED);
    const at = (this.logAt(thread) + logged * LOG_BYTES) >> 2;
    this.words.set([place, sequence, operation, group | (isDead ? LOG_DEAD : 0)], at);
    this.setNote(thread, NOTE_LOGGED, logged + 1);
  }

  /** Takes what all threads wrote into their logs, a thread's own in its order. */
  takeDeliveries(): Delivery[] {
    const deliveries: Delivery[] = [];
    for (let thread = 0; thread < THREADS; thread++) {
      for (let index = 0; index < this.note(thread, NOTE_LOGGED); index++) {
        const at = (this.logAt(thread) + index * LOG_BYTES) >> 2;
        const [place, sequence, operation, last] = this.words.subarray(at, at + 4);
        const [group, isDead] = [(last ?? 0) & 0xffff, ((last ?? 0) & LOG_DEAD) !== 0];
        deliveries.push({
          place: place ?? 0,
          sequence: sequence ?? 0,
          operation: operation ?? 0,
          group,
          isDead,
        });
      }
      this.setNote(thread, NOTE_LOGGED, 0);
    }
    return deliveries;
  }

  /** Forgets the first `places` messages. */
  clear(places: number): void {
    for (const part of [0, 1, 2]) {
      this.#bytes.fill(0, MARKS + part * SPAN, MARKS + part * SPAN + places);
    }
    this.words.fill(0, OPERATIONS >> 2, (OPERATIONS >> 2) + places);
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
