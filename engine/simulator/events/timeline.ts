/**
 * A run's time and what is to happen, shared by all its parts. The time is read in place: a number that
 * is handed on costs an object where calls are not inlined.
 */
import { EventList } from "./eventList.ts";

/** Something whose levels an event has changed: it is looked at once, when the event is over. */
export interface Touched {
  see(): void;
}

export class Timeline extends EventList {
  /** The engine's time in milliseconds, for who reads it in place. */
  readonly now = new Float64Array(1);
  readonly #touched: Touched[] = [];
  #touchedCount = 0;

  /** Milliseconds of the engine's time. */
  get nowMs(): number {
    return this.now[0] as number;
  }

  set nowMs(ms: number) {
    this.now[0] = ms;
  }

  /** It is the time of the next event; false when it was before. */
  goOn(): boolean {
    const before = this.now[0];
    this.now[0] = this.time;
    return this.now[0] !== before;
  }

  /** The event that happens now changes this; said once an event. */
  touch(what: Touched): void {
    this.#touched[this.#touchedCount++] = what;
  }

  /** The event is over. */
  seeTouched(): void {
    for (let index = 0; index < this.#touchedCount; index++)
      (this.#touched[index] as Touched).see();
    this.#touchedCount = 0;
  }
}
