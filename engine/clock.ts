/**
 * The only file that reads the time. A clock answers "now" in milliseconds since 1970, and calls
 * back when a moment has come; nobody else sets timers for moments of the broker's time.
 * The machine has two clocks. The monotonic count only runs forward, at one pace, and is the same in
 * all threads of the process: the broker's time is that count from an anchor, so a wall clock that
 * is set moves no timer. The wall clock is for what people read, and `Wall` is the way from one to
 * the other. A leaf: any layer of engine/ may import it. A clock belongs to the thread that made it;
 * threads that share a broker read anchor or virtual time from its memory (broker/threads/timing.ts).
 */

/** Takes back a call that was scheduled; without effect once the call was made. */
export type Cancel = () => void;

/** A clock that can also wake somebody. */
export interface Alarm {
  nowMs(): number;
  /** Calls `callback` once, when nowMs() has reached `atMs`; never before this call returns. */
  schedule(atMs: number, callback: () => void): Cancel;
}

/** The last moment that a broker's time may reach, in the year 2286: the engine counts nanoseconds. */
export const MOMENT_MS_MAX = 10_000_000_000_000;

/** Whether a broker's time may be this. */
export function isMoment(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= MOMENT_MS_MAX;
}

/** Milliseconds, with fractions, of a count that only runs forward: for how long something took. */
export function elapsedMs(): number {
  return performance.now();
}

/** For how long the process has run. */
export function uptimeSeconds(): number {
  return process.uptime();
}

/** Which share of its time so far this thread's event loop was busy: 0 to 1. */
export function utilization(): number {
  return performance.eventLoopUtilization().utilization;
}

/** The wall clock, in milliseconds since 1970: for people. It may be set, back and forward. */
export function wallMs(): number {
  return Date.now();
}

// Taken once: a program's tests that fake timers don't stop a broker that runs beside them.
const { hrtime } = process;
const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;

/** Milliseconds, with fractions, of the monotonic count that all threads of the process share. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = hrtime();
  return seconds * 1_000 + nanoseconds / 1_000_000;
}

/** Readings that lie further apart, in milliseconds, had something come between them. */
const APART_MS = 0.004;
/** How long to look for the begin of a millisecond: where the wall clock stands still, and else. */
const STILL_LOOK_MS = 5;
const LOOK_MS = 50;

/**
 * What the wall clock says now, less the monotonic count: time that begins here agrees with the wall
 * clock to some microseconds. The wall clock shows whole milliseconds, so this looks until one
 * begins: half a millisecond, as a rule, and up to 50 on a machine that is busy.
 */
export function readAnchorMs(): number {
  const beginMs = monotonicMs();
  let anchorMs = Number.NEGATIVE_INFINITY;
  let lookMs = STILL_LOOK_MS;
  // In this order: earlier, last shown, last, shown, now.
  let earlierAtMs = beginMs;
  let lastShownMs = wallMs();
  let lastAtMs = monotonicMs();
  for (;;) {
    const shownMs = wallMs();
    const atMs = monotonicMs();
    // No reading shows more than the wall clock had by then, so the greatest is the best.
    anchorMs = Math.max(anchorMs, shownMs - atMs);
    if (shownMs !== lastShownMs) {
      if (atMs - earlierAtMs < APART_MS) return anchorMs;
      lookMs = LOOK_MS;
    }
    if (atMs - beginMs > lookMs) return anchorMs;
    earlierAtMs = lastAtMs;
    lastShownMs = shownMs;
    lastAtMs = atMs;
  }
}

/** The monotonic count from this anchor, in whole milliseconds: never less than it was before. */
export function anchored(anchorMs: number): () => number {
  return () => Math.floor(anchorMs + monotonicMs());
}

/** The wall clock is taken to be set when it is off by more than that, in milliseconds. */
const SLACK_MS = 2;
const READINGS_MAX = 10;

/** How the wall clock stands to a broker's time, as one thread sees it. */
export class Wall {
  readonly #read: () => number;
  #shiftMs = 0;

  /** @param read a broker's time, which agreed with the wall clock when it began. */
  constructor(read: () => number) {
    this.#read = read;
  }

  /**
   * What to add to a moment of the broker's time, in whole milliseconds, so that it is what the wall
   * clock would have shown if it had always stood as it stands now. Changes only when the wall clock
   * is set, so that a moment is shown the same again.
   */
  shiftMs(): number {
    for (let readings = 0; readings < READINGS_MAX; readings++) {
      const nowMs = this.#read();
      const offMs = wallMs() - nowMs;
      if (!(Math.abs(offMs - this.#shiftMs) > SLACK_MS)) break;
      // Else this thread was interrupted between the two.
      if (this.#read() === nowMs) this.#shiftMs = Math.round(offMs);
    }
    return this.#shiftMs;
  }
}

/** In which steps a virtual clock runs, in milliseconds. */
const RUN_STEP_MS = 5;
/** The longest time that setTimeout can count, in milliseconds. */
const TIMEOUT_MS_MAX = 2_147_483_647;

function nothing(): void {}

/**
 * The machine's time, or that of any clock that runs at the machine's pace. A scheduled call does
 * not keep the process alive; who waits for one holds a handle of its own. It is also made when the
 * clock can't be read: who is called reads it, too, and can say so to those who wait.
 */
export class SystemClock implements Alarm {
  readonly #read: () => number;

  constructor(read: () => number = anchored(readAnchorMs())) {
    this.#read = read;
  }

  nowMs(): number {
    return this.#read();
  }

  schedule(atMs: number, callback: () => void): Cancel {
    let timer: NodeJS.Timeout | undefined;
    const arm = (): void => {
      const leftMs = Math.ceil(this.#leftMs(atMs));
      timer = setTimeout(fire, Math.min(leftMs, TIMEOUT_MS_MAX)).unref();
    };
    const fire = (): void => {
      // setTimeout may count a fraction short, and a far moment takes several rounds.
      if (this.#leftMs(atMs) > 0) arm();
      else callback();
    };
    arm();
    return () => clearTimeout(timer);
  }

  #leftMs(atMs: number): number {
    try {
      return Math.max(0, atMs - this.nowMs());
    } catch {
      return 0;
    }
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

  /**
   * @param startMs the first `nowMs()`, milliseconds since 1970, 0 to 10^13; default
   * 2026-01-01T00:00Z. Throws a RangeError for any other.
   */
  constructor(startMs = 1_767_225_600_000) {
    if (!isMoment(startMs)) {
      throw new RangeError(`A clock starts at a moment from 0 to 10^13, not at ${startMs}.`);
    }
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /**
   * Moves time by `ms` milliseconds (0 or more, fractions allowed). What falls due on the way
   * happens in order, each at its own moment; resolves when it has happened, with what it set off
   * in this thread. Threads that share the broker are woken where a moment they wait for has come,
   * but not waited for. Rejects with a
   * RangeError, and does not move, for what is no such number or leads past 10^13 (the year 2286).
   */
  async advance(ms: number): Promise<void> {
    if (!Number.isFinite(ms) || ms < 0) {
      throw new RangeError(`Time moves by 0 ms or more, not by ${ms}.`);
    }
    const moved = this.#moving.then(() => {
      const targetMs = this.#nowMs + ms;
      if (isMoment(targetMs)) return this.#move(targetMs);
      throw new RangeError(
        `A clock goes on to 10^13 ms since 1970 at the most, not to ${targetMs}.`,
      );
    });
    this.#moving = moved.catch(nothing);
    await moved;
  }

  /**
   * From now on time passes at the machine's pace as well, in steps of about 5 ms, whatever `advance`
   * adds; until the answer is called. It keeps no process alive.
   */
  run(): Cancel {
    let lastMs = monotonicMs();
    let isMoving = false;
    const step = async (): Promise<void> => {
      if (isMoving) return;
      isMoving = true;
      const nowMs = monotonicMs();
      const passedMs = nowMs - lastMs;
      lastMs = nowMs;
      // At the end of all time it stands still.
      await this.advance(passedMs).catch(nothing);
      isMoving = false;
    };
    const timer = setInterval(step, RUN_STEP_MS).unref();
    return () => clearInterval(timer);
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
