/** How long things are measured: by the whole, for a look, or for the answer of one minute. */
export interface Pace {
  readonly isQuick: boolean;
  /** Processes one after the other; each of them measures each case once. */
  readonly repetitions: number;
  readonly windows: number;
  readonly windowMs: number;
  /** Of a rate under a quota, which is the same in every process. */
  readonly quotaRepetitions: number;
  readonly quotaWindows: number;
  readonly quotaWindowMs: number;
  readonly warmUpMs: number;
  /** No repetition begins later than this. */
  readonly mostMs: number;
  /** Of the suite soak. */
  readonly soakMinutes: number;
}

const SOAK_MINUTES = 10;
/** A look at it. */
const SOAK_MINUTES_QUICK = 0.1;

/** Fewer can't bound a median with 95 %. */
const REPETITIONS = 6;

export const WHOLE: Pace = {
  isQuick: false,
  repetitions: REPETITIONS,
  windows: 5,
  windowMs: 300,
  quotaRepetitions: REPETITIONS,
  quotaWindows: 5,
  quotaWindowMs: 1_000,
  warmUpMs: 2_500,
  mostMs: Number.POSITIVE_INFINITY,
  soakMinutes: SOAK_MINUTES,
};

export const QUICK: Pace = {
  isQuick: true,
  repetitions: 1,
  windows: 5,
  windowMs: 120,
  quotaRepetitions: 1,
  quotaWindows: 8,
  quotaWindowMs: 1_000,
  warmUpMs: 300,
  mostMs: Number.POSITIVE_INFINITY,
  soakMinutes: SOAK_MINUTES_QUICK,
};

/** `sluice bench` alone: about a minute, and at most 90 seconds with what comes before and behind. */
export const MINUTE: Pace = {
  isQuick: false,
  repetitions: REPETITIONS,
  windows: 5,
  windowMs: 150,
  quotaRepetitions: 1,
  quotaWindows: 6,
  quotaWindowMs: 1_000,
  warmUpMs: 600,
  mostMs: 60_000,
  soakMinutes: SOAK_MINUTES,
};

/** A quick suite takes so long; what each case needs before it is measured is not counted in it. */
const QUICK_SUITE_MS = 9_000;
/** Many cases share that: fewer windows and shorter ones, but code must be compiled before. */
const LEAST = { windows: 3, windowMs: 50, warmUpMs: 150 };

export function paceFor(pace: Pace, works: readonly unknown[]): Pace {
  if (!pace.isQuick) return pace;
  const share = Math.min(1, QUICK_SUITE_MS / (works.length * (pace.windows * pace.windowMs)));
  return {
    ...pace,
    windows: Math.max(LEAST.windows, Math.round(pace.windows * share)),
    windowMs: Math.max(LEAST.windowMs, pace.windowMs * share),
    warmUpMs: Math.max(LEAST.warmUpMs, pace.warmUpMs * share),
  };
}
