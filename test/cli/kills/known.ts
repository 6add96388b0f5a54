/** What outlives the servers that are killed: the recorder, and what is to be asked again. */
import { Ledger } from "./ledger.ts";
import type { Letter } from "./letter.ts";
import { Names } from "./names.ts";

/** A receive of a FIFO queue, by the id that it can be asked again with. */
export interface Attempt {
  readonly id: string;
  readonly begunMs: number;
  /** What it brought; undefined: nobody knows. */
  brought?: readonly Brought[];
}

export interface Brought {
  readonly letter: Letter;
  /** How often something had been asked for with it by then. */
  readonly intents: number;
}

export class Known {
  readonly ledger = new Ledger();
  readonly names = new Names();
  /** The last receive that was answered, and those that were not. */
  readonly attempts: Attempt[] = [];
}
