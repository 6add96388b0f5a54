/**
 * Which clock a thread's broker runs on, and how moments reach it. The opener's clock is the
 * machine's or the one it was given. All threads of a broker have one time: that of the machine's
 * monotonic count from the anchor that the opener left in the shared memory, or, under a
 * VirtualClock, what the opener writes there whenever it moves; it then rings those that wait for a
 * moment which has come. Own thread only.
 */
import type { Engine } from "../../../bindings/index.ts";
import {
  type Alarm,
  anchored,
  type Cancel,
  isMoment,
  MOMENT_MS_MAX,
  readAnchorMs,
  SystemClock,
  VirtualClock,
  Wall,
} from "../../clock.ts";
import { SluiceError } from "../../errors.ts";
import type { Clock } from "../../types.ts";

/** How the broker of one thread learns of time. */
export interface Timing {
  readonly clock: Alarm;
  /** True when threads read the time from the shared memory. */
  readonly isVirtual: boolean;
  /** True when other threads can't follow this clock. */
  readonly isPrivate: boolean;
  /** What other threads need to have the same time, when they read the machine's clock. */
  readonly anchorMs: number | undefined;
  /** How long this thread may block until the clock says `atMs`; undefined: it must not. */
  blockMs(atMs: number): number | undefined;
  /** What to add to a moment of the broker's time to show it to people; 0: the clock is theirs. */
  wallShiftMs(): number;
  /** Something rang this thread: moments that were waited for may have come. */
  poke(): void;
  close(): void;
}

function nothing(): void {}

function unshifted(): number {
  return 0;
}

/** A clock that runs by itself: a thread may block for as long as it has to run. */
function runningTiming(read: () => number): Pick<Timing, "clock" | "blockMs" | "poke" | "close"> {
  const clock = new SystemClock(read);
  const blockMs = (atMs: number): number => Math.max(0, atMs - clock.nowMs());
  return { clock, blockMs, poke: nothing, close: nothing };
}

/** The machine's monotonic clock from this anchor. */
function anchoredTiming(anchorMs: number): Timing {
  const read = anchored(anchorMs);
  const wall = new Wall(read);
  const wallShiftMs = (): number => wall.shiftMs();
  return { ...runningTiming(read), isVirtual: false, isPrivate: false, anchorMs, wallShiftMs };
}

/** A clock of the program's own, which answers what it likes. */
function givenTiming(given: Clock): Timing {
  if (typeof given?.nowMs !== "function") {
    throw invalidClock(`clock is an object with nowMs(), such as a VirtualClock, not ${given}.`);
  }
  const read = (): number => {
    const nowMs: unknown = given.nowMs();
    if (isMoment(nowMs)) return nowMs;
    throw invalidClock(
      `The clock that this broker was opened with answered ${describe(nowMs)}. nowMs() answers ` +
        `milliseconds since 1970: a number from 0 to ${MOMENT_MS_MAX}.`,
    );
  };
  read();
  const shared = { isVirtual: false, isPrivate: true, anchorMs: undefined };
  return { ...runningTiming(read), ...shared, wallShiftMs: unshifted };
}

function invalidClock(text: string): SluiceError {
  return new SluiceError("InvalidParameterValue", text);
}

/** What is no number is told from one that reads the same. */
function describe(value: unknown): string {
  return typeof value === "number" ? String(value) : `${String(value)} (${typeof value})`;
}

/** The timing of the thread that opens a broker; InvalidParameterValue for what is no clock. */
export function openTiming(clock: Clock | undefined): Timing {
  if (clock === undefined) return anchoredTiming(readAnchorMs());
  if (!(clock instanceof VirtualClock)) return givenTiming(clock);
  return {
    clock,
    isVirtual: true,
    isPrivate: false,
    anchorMs: undefined,
    blockMs: () => undefined,
    wallShiftMs: unshifted,
    poke: nothing,
    close: nothing,
  };
}

/** Lets the threads that share `engine` have the opener's time; answers how to end that. */
export function publishTime({ clock, anchorMs }: Timing, engine: Engine): Cancel {
  if (anchorMs !== undefined) engine.time.anchorMs = anchorMs;
  if (!(clock instanceof VirtualClock)) return nothing;
  engine.time.virtualNowMs = clock.nowMs();
  return clock.watch((nowMs) => {
    engine.time.virtualNowMs = nowMs;
    engine.doorbell.ringDue(nowMs);
  });
}

/** The timing of a thread that attaches. */
export function attachTiming(engine: Engine): Timing {
  return engine.time.isVirtual ? new MemoryTiming(engine) : anchoredTiming(engine.time.anchorMs);
}

interface Scheduled {
  readonly atMs: number;
  readonly callback: () => void;
}

/**
 * Reads virtual time from the shared memory. Says there for which moment the thread waits; the opener
 * rings it when that has come.
 */
class MemoryTiming implements Timing, Alarm {
  readonly clock: Alarm = this;
  readonly isVirtual = true;
  readonly isPrivate = false;
  readonly anchorMs = undefined;
  readonly #engine: Engine;
  readonly #scheduled = new Set<Scheduled>();

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#setAlarm();
  }

  nowMs(): number {
    return this.#engine.time.virtualNowMs;
  }

  schedule(atMs: number, callback: () => void): Cancel {
    const entry: Scheduled = { atMs, callback };
    this.#scheduled.add(entry);
    this.#setAlarm();
    if (atMs <= this.nowMs()) setImmediate(() => this.poke());
    return () => {
      this.#scheduled.delete(entry);
      this.#setAlarm();
    };
  }

  /** Virtual time moves only in the opener's thread, whose ring ends the block. */
  blockMs(atMs: number): number {
    this.#setAlarm(atMs);
    return atMs <= this.nowMs() ? 0 : Number.POSITIVE_INFINITY;
  }

  wallShiftMs(): number {
    return 0;
  }

  poke(): void {
    const nowMs = this.nowMs();
    const due = [...this.#scheduled].filter(({ atMs }) => atMs <= nowMs);
    for (const entry of due.sort((one, other) => one.atMs - other.atMs)) {
      if (this.#scheduled.delete(entry)) entry.callback();
    }
    this.#setAlarm();
  }

  close(): void {
    this.#scheduled.clear();
  }

  /** The first moment that this thread waits for; `atMs`: for which it blocks. */
  #setAlarm(atMs = Number.POSITIVE_INFINITY): void {
    let firstMs = atMs;
    for (const entry of this.#scheduled) firstMs = Math.min(firstMs, entry.atMs);
    this.#engine.doorbell.alarmMs = firstMs;
  }
}
