/**
 * The last ten minutes by the second, of the few queues that somebody looks at: who asks for a queue
 * has it from then on, in the place of the one that was not asked for the longest. Written by the
 * sampler; own thread only.
 */
import { READINGS } from "../broker/survey.ts";
import type { Life } from "./life.ts";
import type { Store } from "./store.ts";

export const QUEUES_MAX = 64;
export const SECONDS = 600;

/** What the engine said of a queue at each second: READING's row, as it was. */
export interface Seconds {
  /** Seconds since 1970, in order; those in which nobody looked are left out. */
  readonly seconds: readonly number[];
  /** A row for each of them. */
  readonly rows: readonly Float64Array[];
}

class Ring {
  /** Which second a place holds; 0 for none. */
  readonly seconds: Float64Array = new Float64Array(SECONDS);
  readonly rows: Float64Array = new Float64Array(SECONDS * READINGS);
}

const RING_BYTES = (SECONDS + SECONDS * READINGS) * 8;

export class Recent {
  readonly #store: Store;
  /** The one that was asked for last is the last. */
  readonly #rings = new Map<Life, Ring>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Of the queue from when it was first asked for; nothing where there is no memory for it. */
  of(life: Life, minute: number): Seconds {
    const ring = this.#rings.get(life) ?? this.#begin(life, minute);
    if (ring === undefined) return { seconds: [], rows: [] };
    this.#rings.delete(life);
    this.#rings.set(life, ring);
    const seconds = [...ring.seconds].filter((second) => second !== 0).sort((a, b) => a - b);
    const last = seconds.at(-1) ?? 0;
    const within = seconds.filter((second) => second > last - SECONDS);
    const rows = within.map((second) => {
      const at = (second % SECONDS) * READINGS;
      return ring.rows.slice(at, at + READINGS);
    });
    return { seconds: within, rows };
  }

  note(life: Life, second: number, row: Float64Array): void {
    if (this.#rings.size === 0) return;
    const ring = this.#rings.get(life);
    if (ring === undefined) return;
    const place = second % SECONDS;
    ring.seconds[place] = second;
    ring.rows.set(row, place * READINGS);
  }

  forget(life: Life): void {
    if (this.#rings.delete(life)) this.#store.free(RING_BYTES);
  }

  #begin(life: Life, minute: number): Ring | undefined {
    const [first] = this.#rings.keys();
    if (this.#rings.size >= QUEUES_MAX && first !== undefined) this.forget(first);
    if (!this.#store.reserve(RING_BYTES, minute)) return undefined;
    const ring = new Ring();
    this.#rings.set(life, ring);
    return ring;
  }
}
