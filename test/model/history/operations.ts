/**
 * What one section of a shard did, as a stream of numbers: the history that a model replays.
 * A stream and not objects, because a run of a million messages makes a million entries in each
 * of several threads, and they travel between threads as one buffer.
 *
 *   kind, operation, now, status, first argument, second argument, count, then count items
 */
export const COMMIT = 1;
export const CLAIM = 2;
export const REMOVE = 3;
export const HIDE = 4;
export const EXPIRE = 5;
export const SWEEP = 6;
export const CUT = 7;
/** Not a section: the queue's retention was set (first argument, ms). */
export const RETAIN = 8;

/** A claim of messages that are all to be moved. */
export const TAKE = 9;
export const DEPART = 10;
export const ARRIVE = 11;
export const ADMIT = 12;
/** Not a section: how often a message may be received (first argument), Infinity for no limit. */
export const LIMIT = 13;

/** Of FIFO queues. */
export const COMMIT_FIFO = 14;
export const RELEASE = 15;
export const ATTEMPT = 16;
export const CLAIM_ATTEMPT = 17;
/** Not sections: the queue's delay (first argument, ms) and its scope (1: messageGroup) were set. */
export const DELAY = 18;
export const SCOPE = 19;
/** A claim by a receive that has some messages already. */
export const CLAIM_ON = 20;

export const NAMES = [
  ...["", "commit", "claim", "remove", "hide", "expire", "sweep", "cut", "retain"],
  ...["take", "depart", "arrive", "admit", "limit"],
  ...["commit to FIFO", "release", "attempt", "claim for an attempt", "delay", "scope"],
  ...["claim on"],
];

/** Numbers an item has. */
const WIDTHS = [0, 2, 2, 3, 5, 1, 1, 0, 0, 2, 3, 2, 1, 0, 4, 1, 2, 2, 0, 0, 2];
const HEAD = 7;

export interface Operation {
  kind: number;
  /** The shard's operation number; sections of one shard are numbered without a gap. */
  operation: number;
  /** The time that was passed in, ms. */
  now: number;
  status: number;
  first: number;
  second: number;
  /** COMMIT sequence, delayMs (-1: the queue's) · CLAIM sequence, receive count · REMOVE sequence,
   * receive count, result · HIDE sequence, receive count, visibilityMs, the due time that the held
   * record knew (NaN: none was named), result · EXPIRE, SWEEP,
   * RELEASE and ADMIT sequence · TAKE as CLAIM · DEPART sequence, slot, 1 when it left · ARRIVE slot, 1 when it
   * came back. A message that CLAIM or TAKE set aside to be moved has the receive count -1.
   * COMMIT_FIFO group, id, sequence, birth · ATTEMPT (first: the attempt) and CLAIM_ATTEMPT sequence,
   * receive count; the first item of the latter is the attempt and 0 · CLAIM_ON as CLAIM, behind the
   * message that was taken last. */
  items: number[];
}

/** An operation as numbers. */
export function written(operation: Operation): number[] {
  const { kind, operation: number, now, status, first, second, items } = operation;
  const width = WIDTHS[kind] as number;
  return [kind, number, now, status, first, second, width && items.length / width, ...items];
}

export class History {
  #numbers: Float64Array;
  #length: number;

  constructor(numbers = new Float64Array(1 << 16), length = 0) {
    this.#numbers = numbers;
    this.#length = length;
  }

  get numbers(): Float64Array {
    return this.#numbers.subarray(0, this.#length);
  }

  add(operation: Operation): void {
    const numbers = written(operation);
    const needed = this.#length + numbers.length;
    if (needed > this.#numbers.length) {
      const larger = new Float64Array(Math.max(needed, this.#numbers.length * 2));
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers.set(numbers, this.#length);
    this.#length = needed;
  }
}

/** Reads a history from its numbers, one operation at a time. */
export class Reader {
  readonly #numbers: Float64Array;
  #at = 0;

  constructor(numbers: Float64Array) {
    this.#numbers = numbers;
  }

  get isDone(): boolean {
    return this.#at >= this.#numbers.length;
  }

  /** The operation number that stands next. */
  get operation(): number {
    return this.#numbers[this.#at + 1] as number;
  }

  read(): Operation {
    const at = this.#at;
    const field = (index: number) => this.#numbers[at + index] as number;
    const width = WIDTHS[field(0)] as number;
    const end = at + HEAD + field(6) * width;
    this.#at = end;
    return {
      kind: field(0),
      operation: field(1),
      now: field(2),
      status: field(3),
      first: field(4),
      second: field(5),
      items: Array.from(this.#numbers.subarray(at + HEAD, end)),
    };
  }
}
