/**
 * A history that outlives the thread that writes it: in a memory of its own, with what the thread was
 * about to do when it ended. One thread writes; another reads once that one is gone, and adds what
 * it did last (FifoResults knows whether its section happened).
 *
 *   words 0 and 1     numbers written · how many there were when the last section began
 *   words 2 and 3     the thread's number · not used
 *   numbers           what it asked for: kind, first, second, from, count, then count items
 *   the rest          the operations
 */
import type { Begun } from "./fifoResults.ts";
import { type Operation, written } from "./operations.ts";

const WRITTEN = 0;
const BEGAN = 1;
const THREAD = 2;
/** Where what was asked for stands, and for how many numbers there is room. */
const ASKED_AT = 2;
const ASKED = 64;
const OPERATIONS_AT = ASKED_AT + ASKED;
/** No section has begun. */
const NONE = -1;

export class SurvivingHistory {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;

  static make(bytes: number): SurvivingHistory {
    const history = new SurvivingHistory(new SharedArrayBuffer(bytes));
    history.#words[BEGAN] = NONE;
    return history;
  }

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer, 0, 4);
    this.#numbers = new Float64Array(buffer);
  }

  /** The thread that writes; it says so before anything else. */
  get thread(): number {
    return this.#words[THREAD] as number;
  }

  set thread(thread: number) {
    this.#words[THREAD] = thread;
  }

  get #length(): number {
    return this.#words[WRITTEN] as number;
  }

  get numbers(): Float64Array {
    return this.#numbers.slice(OPERATIONS_AT, OPERATIONS_AT + this.#length);
  }

  begin({ kind, first, second, from, items }: Begun): void {
    this.#numbers.set([kind, first, second, from, items.length, ...items], ASKED_AT);
    this.#words[BEGAN] = this.#length;
  }

  /** What was begun and not written down; undefined: nothing was. */
  get begun(): Begun | undefined {
    if (this.#words[BEGAN] !== this.#length) return undefined;
    const [kind, first, second, from, count] = this.#numbers.subarray(ASKED_AT) as unknown as [
      ...[number, number, number, number, number],
    ];
    const items = Array.from(this.#numbers.subarray(ASKED_AT + 5, ASKED_AT + 5 + count));
    return { kind, first, second, from, items };
  }

  /** Its last store says that it is written: a thread that ends before has not written it. */
  add(operation: Operation): void {
    const numbers = written(operation);
    const to = OPERATIONS_AT + this.#length;
    if (to + numbers.length > this.#numbers.length) throw new Error("the history is full");
    this.#numbers.set(numbers, to);
    this.#words[WRITTEN] = this.#length + numbers.length;
  }
}
