/**
 * A wall clock that a test sets: that of this thread, and of each that is given its `words`. It runs
 * on as the machine's does. The monotonic clock is not touched, as when a person sets a clock.
 */
export interface SettableWall {
  readonly words: Float64Array<SharedArrayBuffer>;
  /** From now on the wall clock shows this much more, in milliseconds, than the machine's. */
  set(shiftMs: number): void;
  /** This thread has its own again. */
  restore(): void;
}

export function fakeWall(
  words: Float64Array<SharedArrayBuffer> = new Float64Array(new SharedArrayBuffer(8)),
): SettableWall {
  const { now } = Date;
  Date.now = () => now.call(Date) + (words[0] as number);
  return {
    words,
    set: (shiftMs) => {
      words[0] = shiftMs;
    },
    restore: () => {
      Date.now = now;
    },
  };
}
