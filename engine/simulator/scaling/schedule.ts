/** As many processes as its timetable says, entry by entry. */
import type { PlannedSchedule } from "../scenario/planScaling.ts";
import type { Autoscaler, Reading, Standing } from "./autoscaler.ts";

export class Schedule implements Autoscaler {
  readonly periodsSeconds: readonly number[] = [];
  readonly moments: { readonly atSeconds: readonly number[]; readonly periodSeconds: number };
  readonly #counts: readonly number[];

  constructor({ entries, periodSeconds }: PlannedSchedule) {
    this.moments = { atSeconds: entries.map(({ atSeconds }) => atSeconds), periodSeconds };
    this.#counts = entries.map(({ count }) => count);
  }

  decide(_: Reading, { desired }: Standing, look: number): number {
    return this.#counts[look] ?? desired;
  }
}
