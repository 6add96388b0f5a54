/**
 * Pieces of bytes, each with some numbers, from one thread to another, which takes them in order: what is read
 * ahead of a journal lies here until it was looked at. One thread puts, and never waits: it asks before whether it
 * may (`isReady`). One takes, and blocks until there is something. Who puts gets memory in a row first (`next`), fills
 * it, and puts parts of it (`put`); what was put is not written again before it was taken.
 *
 * Costs the 10 MiB that are mostly written of it, for as long as there is the memory that it lies in.
 *
 *     +--------+--------------------+- - - - - - - - -+-------------------------------------+
 *     | words  | numbers            |                 | memory                              |
 *     | 64 B   | of 512 pieces, 64 B|                 | 35 MiB, mostly 10 of them written    |
 *     +--------+--------------------+- - - - - - - - -+-------------------------------------+
 *     words: [ PUT | TAKEN | ENDED | PUT_BELL ]
 *
 * What always holds: counts and flags are stored before the bell of who may wait for them is rung, and read after
 * the bell was. The memory lent last is the only one that is written.
 */
import { SharedBlock } from "./sharedBlock.ts";

const PUT = 0;
const TAKEN = 1;
/** 1: one of the two has ended. */
const ENDED = 2;
/** Rung for who takes. */
const PUT_BELL = 3;

const NUMBERS_AT = 64;
const PIECES_MAX = 512;
/** So many may be put whenever it is ready. */
export const PIECES_READY = 64;
/** Of each piece, the first two of which are its place and length. */
const NUMBERS = 8;
const MEMORY_AT = 65_536;
/** What is still to be taken lies below this before more is put: what lies close together is quicker to reach. */
const NEAR_BYTES = 8_388_608;
/** The longest stretch that is asked for: a batch of a journal, and what is read behind it. */
const STRETCH_BYTES = 9_437_184;
/** Above the near ones there is a gap for one more wherever the last one lies. */
const MEMORY_BYTES = NEAR_BYTES + 3 * STRETCH_BYTES;
/** All of it. */
export const RING_BYTES = MEMORY_AT + MEMORY_BYTES;

/** Memory that was lent; how many pieces had been put when the last one was put into it, or 0. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  last: number;
}

export interface Piece {
  readonly numbers: Float64Array;
  readonly bytes: Uint8Array;
}

export class PieceRing {
  readonly #block: SharedBlock;
  readonly #numbers: Float64Array;
  readonly #memory: Uint8Array;
  /** Of who puts: what is lent, by its place; and the one that was lent last. */
  #lent: Stretch[] = [];
  #current: Stretch | undefined;
  #put = 0;
  #taken = 0;

  /** @param buffer what it lies in, all zero before one of the two threads uses it; @param at from where on */
  constructor(buffer: SharedArrayBuffer, at: number) {
    this.#block = new SharedBlock(buffer, at, NUMBERS_AT);
    this.#numbers = new Float64Array(buffer, at + NUMBERS_AT, PIECES_MAX * NUMBERS);
    this.#memory = new Uint8Array(buffer, at + MEMORY_AT, MEMORY_BYTES);
  }

  // --- Who puts ------------------------------------------------------------------------------------------

  /**
   * Whether up to PIECES_READY pieces may be put, all but the last in memory that is lent already or the next that is
   * lent, of a quarter of NEAR_BYTES at the most; the last in that or the one after. One more may be put at any time:
   * how it ended.
   */
  get isReady(): boolean {
    const taken = this.#block.load(TAKEN);
    return (
      this.#put - taken < PIECES_MAX - PIECES_READY &&
      this.#lent.every(({ to, last }) => last <= taken || to <= NEAR_BYTES)
    );
  }

  /** Memory of so many bytes in a row or more; what was lent before is not written any more. */
  next(bytes: number): Uint8Array {
    const taken = this.#block.load(TAKEN);
    this.#lent = this.#lent.filter((one) => one === this.#current || one.last > taken);
    let from = 0;
    for (const one of this.#lent) {
      if (one.from - from >= bytes) break;
      from = one.to;
    }
    if (from + bytes > MEMORY_BYTES) throw new Error(`${bytes} bytes are too many for the ring.`);
    const found = { from, to: from + bytes, last: 0 };
    this.#current = found;
    this.#lent = [...this.#lent, found].sort((left, right) => left.from - right.from);
    return this.#memory.subarray(found.from, found.to);
  }

  /** A part of the memory that was lent last, and up to six numbers. */
  put(numbers: readonly number[], bytes: Uint8Array): void {
    const from = bytes.byteOffset - this.#memory.byteOffset;
    const at = (this.#put % PIECES_MAX) * NUMBERS;
    this.#numbers[at] = from;
    this.#numbers[at + 1] = bytes.length;
    this.#numbers.set(numbers, at + 2);
    this.#put += 1;
    if (this.#current !== undefined) this.#current.last = this.#put;
    this.#block.store(PUT, this.#put);
    this.#block.ring(PUT_BELL);
  }

  // --- Who takes -----------------------------------------------------------------------------------------

  /**
   * The next piece, good until the next call; undefined: none comes any more.
   * @param meanwhile a step of other work, instead of waiting; false: there is none
   */
  take(meanwhile: () => boolean): Piece | undefined {
    this.#block.store(TAKEN, this.#taken);
    while (!this.#isAny && meanwhile());
    this.#waitForPiece();
    if (this.#block.load(PUT) === this.#taken) return undefined;
    const at = (this.#taken % PIECES_MAX) * NUMBERS;
    const from = this.#numbers[at] as number;
    const to = from + (this.#numbers[at + 1] as number);
    this.#taken += 1;
    const numbers = this.#numbers.subarray(at + 2, at + NUMBERS);
    return { numbers, bytes: this.#memory.subarray(from, to) };
  }

  get #isAny(): boolean {
    return this.#block.load(PUT) !== this.#taken || this.hasEnded;
  }

  #waitForPiece(): void {
    for (;;) {
      const seen = this.#block.load(PUT_BELL);
      if (this.#isAny) return;
      this.#block.sleep(PUT_BELL, seen);
    }
  }

  // --- Both ----------------------------------------------------------------------------------------------

  get hasEnded(): boolean {
    return this.#block.load(ENDED) === 1;
  }

  /** What was put can still be taken; who waits goes on. By either, or by who sees that one of them is gone. */
  end(): void {
    this.#block.store(ENDED, 1);
    this.#block.ring(PUT_BELL);
  }
}
