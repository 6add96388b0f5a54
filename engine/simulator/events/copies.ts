/** Messages that will be sent again: what they are, until their time has come. Places are used again. */

export interface Copy {
  /** Whose it is, by its number. */
  readonly producer: number;
  readonly low: number;
  readonly high: number;
  /** Of a FIFO queue: its group, and its deduplication id. */
  readonly group: number;
  readonly number: number;
}

export class Copies {
  readonly #copies: (Copy | undefined)[] = [];
  readonly #free: number[] = [];

  /** Answers its number. */
  put(copy: Copy): number {
    const at = this.#free.pop() ?? this.#copies.length;
    this.#copies[at] = copy;
    return at;
  }

  /** What it is; its number is free for another one. */
  take(at: number): Copy {
    const copy = this.#copies[at] as Copy;
    this.#copies[at] = undefined;
    this.#free.push(at);
    return copy;
  }
}
