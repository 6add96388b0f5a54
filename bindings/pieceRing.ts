/**
 * Pieces of bytes, each with some numbers, from one thread to another, which takes them in order: what is read
 * ahead of a journal lies here until it was looked at. One thread puts, one takes; each blocks where it has to
 * wait. Who puts gets memory in a row first (`next`), fills it, and puts parts of it (`put`); what was put is not
 * written again before it was taken. When both are done it is garbage.
 *
 * Who puts may have something else to do while it would have to wait (`meanwhile`), a little at a time.
 *
 *     words: [ PUT | TAKEN | BEGUN | ENDED | PUT_BELL | TAKEN_BELL ]  numbers of 512 pieces, memory
 *
 * What always holds: counts and flags are stored before the bell of who may wait for them is rung, and read after
 * the bell was. The memory lent last is the only one that is written.
 */
import { SharedBlock } from "./sharedBlock.ts";

const PUT = 0;
const TAKEN = 1;
/** 1: who takes has begun. */
const BEGUN = 2;
/** 1: one of the two has ended. */
const ENDED = 3;
/** Rung for who takes, and for who puts. */
const PUT_BELL = 4;
const TAKEN_BELL = 5;

const NUMBERS_AT = 64;
const PIECES_MAX = 512;
/** Of each piece, the first two of which are its place and length. */
const NUMBERS = 8;
const MEMORY_AT = 65_536;
/** The longest stretch that is asked for, three times, so that there is a gap for it wherever the last one lies. */
const MEMORY_BYTES = 33_554_432;
/** Above this nothing is lent while anything else is: what lies close together is quicker to reach. */
const NEAR_BYTES = 8_388_608;

/** Memory that was lent, and the last piece that lies in it. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  last: number;
}

export interface Piece {
  readonly numbers: readonly number[];
  readonly bytes: Uint8Array;
}

export class PieceRing {
  readonly buffer: SharedArrayBuffer;
  readonly #block: SharedBlock;
  readonly #meanwhile: () => boolean;
  readonly #numbers: Float64Array;
  readonly #memory: Uint8Array;
  /** Of who puts: what is lent, by its place; and the one that was lent last. */
  #lent: Stretch[] = [];
  #current: Stretch | undefined;
  #put = 0;
  #taken = 0;

  /**
   * @param buffer another thread's ring
   * @param meanwhile does some other work of who puts; false: there is none
   */
  constructor(buffer?: SharedArrayBuffer, meanwhile: () => boolean = () => false) {
    const bytes = MEMORY_AT + MEMORY_BYTES;
    // One that could grow begins at a page: the system copies to there in a third of the time.
    this.buffer = buffer ?? new SharedArrayBuffer(bytes, { maxByteLength: bytes });
    this.#block = new SharedBlock(this.buffer);
    this.#meanwhile = meanwhile;
    this.#numbers = new Float64Array(this.buffer, NUMBERS_AT, PIECES_MAX * NUMBERS);
    this.#memory = new Uint8Array(this.buffer, MEMORY_AT, MEMORY_BYTES);
  }

  // --- Who puts ------------------------------------------------------------------------------------------

  /** Until the other thread wants pieces; false: it never will. */
  waitForBegin(): boolean {
    this.#wait(TAKEN_BELL, () => this.#block.load(BEGUN) === 1 || this.hasEnded);
    return !this.hasEnded;
  }

  /** Memory of so many bytes in a row or more; what was lent before is not written any more. */
  next(bytes: number): Uint8Array {
    let found: Stretch | undefined;
    this.#waitUsefully(() => {
      found = this.#gap(bytes);
      return found !== undefined || this.hasEnded;
    });
    if (found === undefined)
      throw new Error(`The other thread has ended, or ${bytes} bytes are too many.`);
    this.#current = found;
    this.#lent = [...this.#lent, found].sort((left, right) => left.from - right.from);
    return this.#memory.subarray(found.from, found.to);
  }

  /** The first gap that is long enough, between what is still to be taken. */
  #gap(bytes: number): Stretch | undefined {
    const taken = this.#block.load(TAKEN);
    this.#lent = this.#lent.filter((one) => one === this.#current || one.last > taken);
    let from = 0;
    for (const one of this.#lent) {
      if (one.from - from >= bytes) break;
      from = one.to;
    }
    const to = from + bytes;
    const isNear = to <= NEAR_BYTES || this.#lent.length <= 1;
    return isNear && to <= MEMORY_BYTES ? { from, to, last: this.#put } : undefined;
  }

  /** A part of the memory that was lent last, and up to six numbers. */
  put(numbers: readonly number[], bytes: Uint8Array): void {
    this.#waitUsefully(() => this.#put - this.#block.load(TAKEN) < PIECES_MAX || this.hasEnded);
    if (this.hasEnded) throw new Error("The other thread has ended.");
    const from = bytes.byteOffset - MEMORY_AT;
    const at = (this.#put % PIECES_MAX) * NUMBERS;
    this.#numbers.set([from, bytes.length, ...numbers], at);
    this.#put += 1;
    if (this.#current !== undefined) this.#current.last = this.#put;
    this.#block.store(PUT, this.#put);
    this.#block.ring(PUT_BELL);
  }

  /** Until who takes has made room, or ended. */
  #waitUsefully(isDone: () => boolean): void {
    while (!isDone() && this.#meanwhile());
    this.#wait(TAKEN_BELL, isDone);
  }

  // --- Who takes -----------------------------------------------------------------------------------------

  /** Nothing, where the other thread has ended. */
  begin(): void {
    this.#block.store(BEGUN, 1);
    this.#block.ring(TAKEN_BELL);
  }

  /** The next piece, good until the next call; undefined: none comes any more. */
  take(): Piece | undefined {
    this.#block.store(TAKEN, this.#taken);
    this.#block.ring(TAKEN_BELL);
    this.#wait(PUT_BELL, () => this.#block.load(PUT) !== this.#taken || this.hasEnded);
    if (this.#block.load(PUT) === this.#taken) return undefined;
    const at = (this.#taken % PIECES_MAX) * NUMBERS;
    const [from = 0, length = 0, ...numbers] = this.#numbers.subarray(at, at + NUMBERS);
    this.#taken += 1;
    return { numbers, bytes: this.#memory.subarray(from, from + length) };
  }

  // --- Both ----------------------------------------------------------------------------------------------

  get hasEnded(): boolean {
    return this.#block.load(ENDED) === 1;
  }

  /** What was put can still be taken; whoever waits goes on. By either, or by who sees that one of them is gone. */
  end(): void {
    this.#block.store(ENDED, 1);
    this.#block.ring(PUT_BELL);
    this.#block.ring(TAKEN_BELL);
  }

  #wait(bell: number, isDone: () => boolean): void {
    for (;;) {
      const seen = this.#block.load(bell);
      if (isDone()) return;
      this.#block.sleep(bell, seen);
    }
  }
}
