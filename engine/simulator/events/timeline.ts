/** A run's time and what is to happen, shared by all its parts. The time is read in place: a number that is handed on costs an object where calls are not inlined. */
import { EventList } from "./eventList.ts";

export class Timeline extends EventList {
  readonly #now = new Float64Array(1);

  /** Milliseconds of the engine's time. */
  get nowMs(): number {
    return this.#now[0] as number;
  }

  set nowMs(ms: number) {
    this.#now[0] = ms;
  }
}
