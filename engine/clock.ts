/**
 * The only file that reads the time. A clock answers "now" in milliseconds since 1970, and calls
 * back when a moment has come; nobody else sets timers for moments of the broker's time.
 * A leaf: any layer of engine/ may import it. A clock belongs to the thread that made it; threads
 * that share a broker under a VirtualClock read its time from the shared memory (broker/timing.ts).
 */

/** Takes back a call that was scheduled; without effect once the call was made. */
export type Cancel = () => void;

/** A clock that can also wake somebody. */
export interface Alarm {
  nowMs(): number;
  /** Calls `callback` once, when nowMs() has reached `atMs`; never before this call returns. */
  schedule(atMs: number, callback: () => void): Cancel;
}

/** Milliseconds, with fractions, of a count that only runs forward: for how long something took. */
export function elapsedMs(): number {
  return performance.now();
}

/** The longest time that setTimeout can count, in milliseconds. */
const TIMEOUT_MS_MAX = 2_147_483_647;

function nothing(): void {}

/**
 * The machine's time, or that of any clock that runs at the machine's pace. A scheduled call does
 * not keep the process alive; who waits for one holds a handle of its own.
 */
export class SystemClock implements Alarm {
  readonly #read: () => number;

  constructor(read: () => number = Date.now) {
    this.#read = read;
  }

  nowMs(): number {
    return this.#read();
  }

  schedule(atMs: number, callback: () => void): Cancel {
    let timer: NodeJS.Timeout | undefined;
    const arm = (): void => {
      const leftMs = Math.max(0, Math.ceil(atMs - this.nowMs()));
      timer = setTimeout(fire, Math.min(leftMs, TIMEOUT_MS_MAX)).unref();
    };
    const fire = (): void => {
      // setTimeout may count a fraction short, and a far moment takes several rounds.
      if (this.nowMs() < atMs) arm();
      else callback();
    };
    arm();
    return () => clearTimeout(timer);
  }
}

interface Scheduled {
  readonly atMs: number;
  readonly callback: () => void;
}

/**
 * A clock that stands still until it is told to move: a day of traffic in seconds, and tests that
 * don't sleep. Use one for any number of brokers of one thread.
 *
 * @example
 * const clock = new VirtualClock();
 * const broker = await Broker.open({ clock });
 * await clock.advance(30_000); // long polls and timers of the next 30 s happen now
 */
export class VirtualClock implements Alarm {
  #nowMs: number;
  /** Sorted by moment; equal moments in the order they were scheduled. */
  readonly #scheduled: Scheduled[] = [];
  readonly #watchers = new Set<(nowMs: number) => void>();
  #moving: Promise<void> = Promise.resolve();

  /** @param startMs the first `nowMs()`, milliseconds since 1970; default 2026-01-01T00:00Z. */
  constructor(startMs = 1_767_225_600_000) {
    if (!Number.isFinite(startMs) || startMs < 0) {
      throw new RangeError(`A clock starts at a moment from 0 on, not at ${startMs}.`);
    }
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /**
   * Moves time by `ms` milliseconds (0 or more, fractions allowed). What falls due on the way
   * happens in order, each at its own moment; resolves when it has happened, with what it set off
   * in this thread. Threads that share the broker are woken, but not waited for.
   */
  async advance(ms: number): Promise<void> {
    if (!Number.isFinite(ms) || ms < 0) {
      throw new RangeError(`Time moves by 0 ms or more, not by ${ms}.`);
    }
    const moved = this.#moving.then(() => this.#move(this.#nowMs + ms));
    this.#moving = moved.catch(nothing);
    await moved;
  }

  schedule(atMs: number, callback: () => void): Cancel {
    if (atMs <= this.#nowMs) {
      const soon = setImmediate(callback);
      return () => clearImmediate(soon);
    }
    const entry: Scheduled = { atMs, callback };
    const later = this.#scheduled.findIndex((other) => other.atMs > atMs);
    this.#scheduled.splice(later < 0 ? this.#scheduled.length : later, 0, entry);
    return () => {
      const index = this.#scheduled.indexOf(entry);
      if (index >= 0) this.#scheduled.splice(index, 1);
    };
  }

  /** Calls `watcher` with the new time whenever it has moved, before anything that fell due. */
  watch(watcher: (nowMs: number) => void): Cancel {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  async #move(targetMs: number): Promise<void> {
    for (;;) {
      const next = this.#scheduled[0];
      if (next === undefined || next.atMs > targetMs) break;
      this.#scheduled.shift();
      this.#set(next.atMs);
      next.callback();
      await settled();
    }
    this.#set(targetMs);
    await settled();
  }

  #set(nowMs: number): void {
    if (nowMs <= this.#nowMs) return;
    this.#nowMs = nowMs;
    for (const watcher of this.#watchers) watcher(nowMs);
  }
}

/** One turn of the event loop: promises that are settled now have been answered by then. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
