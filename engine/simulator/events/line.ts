/**
 * Who waits for a queue, first come, first served; whoever gives up leaves from where he stands. Numbers
 * from 0 on, each in one line at most. Nothing is allocated a call.
 */

const END = -1;
/** Stands in no line. */
const AWAY = -2;

export class Line {
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  #first = END;
  #last = END;

  /** @param count numbers go from 0 to `count - 1`. */
  constructor(count: number) {
    this.#next = new Int32Array(count).fill(AWAY);
    this.#previous = new Int32Array(count);
  }

  /** Who is next; below 0: nobody waits. */
  get first(): number {
    return this.#first;
  }

  has(who: number): boolean {
    return this.#next[who] !== AWAY;
  }

  join(who: number): void {
    this.#next[who] = END;
    this.#previous[who] = this.#last;
    if (this.#last === END) this.#first = who;
    else this.#next[this.#last] = who;
    this.#last = who;
  }

  leave(who: number): void {
    const next = this.#next[who] as number;
    const previous = this.#previous[who] as number;
    if (previous === END) this.#first = next;
    else this.#next[previous] = next;
    if (next === END) this.#last = previous;
    else this.#previous[next] = previous;
    this.#next[who] = AWAY;
  }
}
