/**
 * Which clock a thread's broker runs on, and how moments reach it. The opener's clock is the
 * machine's or the one it was given; a thread that shares a broker under a VirtualClock reads that
 * clock's time from the shared memory and is rung when it moves. Own thread only.
 */
import type { Engine } from "../../bindings/index.ts";
import { type Alarm, type Cancel, SystemClock, VirtualClock } from "../clock.ts";
import type { Clock } from "../types.ts";

/** How the broker of one thread learns of time. */
export interface Timing {
  readonly clock: Alarm;
  /** True when threads read the time from the shared memory. */
  readonly isVirtual: boolean;
  /** True when other threads can't follow this clock. */
  readonly isPrivate: boolean;
  /** How long this thread may block until the clock says `atMs`; undefined: it must not. */
  blockMs(atMs: number): number | undefined;
  /** Something rang this thread: moments that were waited for may have come. */
  poke(): void;
  close(): void;
}

function nothing(): void {}

function timingOf(clock: SystemClock, isPrivate: boolean): Timing {
  return {
    clock,
    isVirtual: false,
    isPrivate,
    blockMs: (atMs) => Math.max(0, atMs - clock.nowMs()),
    poke: nothing,
    close: nothing,
  };
}

/** The timing of the thread that opens a broker. */
export function openTiming(clock: Clock | undefined): Timing {
  if (clock === undefined) return timingOf(new SystemClock(), false);
  if (!(clock instanceof VirtualClock)) {
    return timingOf(new SystemClock(() => clock.nowMs()), true);
  }
  return {
    clock,
    isVirtual: true,
    isPrivate: false,
    blockMs: () => undefined,
    poke: nothing,
    close: nothing,
  };
}

/** Lets the threads that share `engine` follow a virtual clock; answers how to end that. */
export function publishTime(clock: Alarm, engine: Engine): Cancel {
  if (!(clock instanceof VirtualClock)) return nothing;
  engine.virtualNowMs = clock.nowMs();
  return clock.watch((nowMs) => {
    engine.virtualNowMs = nowMs;
    engine.doorbell.ringOthers();
  });
}

/** The timing of a thread that attaches. */
export function attachTiming(engine: Engine): Timing {
  return engine.isClockVirtual ? new MemoryTiming(engine) : timingOf(new SystemClock(), false);
}

interface Scheduled {
  readonly atMs: number;
  readonly callback: () => void;
}

/** Reads virtual time from the shared memory; a ring tells it that time may have moved. */
class MemoryTiming implements Timing, Alarm {
  readonly clock: Alarm = this;
  readonly isVirtual = true;
  readonly isPrivate = false;
  readonly #engine: Engine;
  readonly #scheduled = new Set<Scheduled>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  nowMs(): number {
    return this.#engine.virtualNowMs;
  }

  schedule(atMs: number, callback: () => void): Cancel {
    const entry: Scheduled = { atMs, callback };
    this.#scheduled.add(entry);
    if (atMs <= this.nowMs()) setImmediate(() => this.poke());
    return () => this.#scheduled.delete(entry);
  }

  /** Virtual time moves only in the opener's thread, whose ring ends the block. */
  blockMs(): number {
    return Number.POSITIVE_INFINITY;
  }

  poke(): void {
    const nowMs = this.nowMs();
    const due = [...this.#scheduled].filter(({ atMs }) => atMs <= nowMs);
    for (const entry of due.sort((one, other) => one.atMs - other.atMs)) {
      if (this.#scheduled.delete(entry)) entry.callback();
    }
  }

  close(): void {
    this.#scheduled.clear();
  }
}
