/**
 * The runs of one plan: which of them are still to be made, and when they are enough. Whoever makes them
 * (run.ts) asks for one after another, on as many threads as there are; the first ones are the answer, by
 * their numbers, whichever was quickest.
 */
import type { RunReport, TimesReport } from "./events/report.ts";
import type { RunHost } from "./runOne.ts";
import type { Plan } from "./scenario/plan.ts";
import { meanOf } from "./statistics/student.ts";

export type Runner = (plan: Plan, run: number, host: RunHost) => Promise<RunReport>;

export class Simulation {
  readonly plan: Plan;
  readonly #isAborted: () => boolean;
  readonly #onAdvance: () => void;
  readonly #most: number;
  readonly #reports: (RunReport | undefined)[] = [];
  readonly #shares: number[] = [];
  readonly #sent: number[] = [];
  #next = 0;
  /** Runs that are being made. */
  #open = 0;
  /** So many runs, the first ones, are the outcome; undefined: not known yet. */
  #enough: number | undefined;
  #checked = 0;

  /** `isAborted` ends the runs that are being made; `onAdvance` is called when they got on. */
  constructor(plan: Plan, isAborted: () => boolean, onAdvance: () => void) {
    this.plan = plan;
    this.#isAborted = isAborted;
    this.#onAdvance = onAdvance;
    this.#most = runsMaxOf(plan);
  }

  /** Whether all runs that the plan asks for are there. */
  get isEnough(): boolean {
    return this.#enough !== undefined;
  }

  /** Whether no run is being made, nor will be. */
  get isOver(): boolean {
    return this.#open === 0 && (this.isEnough || this.#next >= this.#most);
  }

  /** How far it is, of 1, and what was sent by now. */
  get share(): number {
    if (this.isEnough) return 1;
    return total(this.#shares) / Math.max(this.plan.replications, this.#shares.length);
  }

  get sent(): number {
    return total(this.#sent);
  }

  /** The reports of the first runs that are there. */
  get reports(): RunReport[] {
    const there = this.#reports.slice(0, this.#enough ?? this.#reports.length);
    return there.filter((report) => report !== undefined);
  }

  /** Forgets the reports, which take much memory. */
  release(): void {
    this.#reports.length = 0;
  }

  /** The number of the next run, which the caller makes now; undefined where there is none. */
  take(): number | undefined {
    if (this.isEnough || this.#next >= this.#most) return undefined;
    this.#open++;
    return this.#next++;
  }

  /** Makes a run that was taken. */
  async make(run: number, runner: Runner): Promise<void> {
    try {
      this.#reports[run] = await runner(this.plan, run, {
        isStopped: () => this.isEnough || this.#isAborted(),
        tell: ({ share, sent }) => {
          this.#shares[run] = Math.min(1, share);
          this.#sent[run] = sent;
          this.#onAdvance();
        },
      });
    } finally {
      this.#open--;
    }
    this.#check();
  }

  /** Whether the first runs are enough, one more at a time: what others are quicker does not count. */
  #check(): void {
    while (this.#enough === undefined && this.#reports[this.#checked] !== undefined) {
      this.#checked++;
      if (this.#checked < this.plan.replications) continue;
      const isLast = this.#checked === this.#most || this.#isPrecise(this.#checked);
      if (isLast && this.#isWhole(this.#checked)) this.#enough = this.#checked;
    }
  }

  #isWhole(count: number): boolean {
    return this.#reports.slice(0, count).every((report) => report?.isComplete === true);
  }

  #isPrecise(count: number): boolean {
    const { precision, queues } = this.plan;
    if (precision === undefined) return true;
    if (count < 2) return false;
    const reports = this.#reports.slice(0, count) as RunReport[];
    const asked = precision.queue === undefined ? queues.map((_, at) => at) : [precision.queue];
    return asked.every((queue) => {
      const waits = reports.map((report) => waitOf(report, queue));
      const { mean, halfWidth } = meanOf(waits);
      // A queue from which nothing was received has no wait to be sure of.
      return Number.isNaN(mean) || halfWidth * 100 <= precision.halfWidthPercent * mean;
    });
  }
}

/** So many runs a plan may take. */
export function runsMaxOf({ replications, precision }: Plan): number {
  return Math.max(replications, precision?.replicationsMax ?? 0);
}

function waitOf({ queues }: RunReport, queue: number): number {
  const { sum, total: count } = (queues[queue] as { readonly wait: TimesReport }).wait;
  return sum / count;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + (value ?? 0), 0);
}
