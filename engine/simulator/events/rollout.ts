/**
 * Deploys: each replaces all processes that there are when it begins, the oldest first, so many at a time.
 * The next one goes when the one that takes the place of a former one is up. A deploy that begins before
 * the last is through takes over.
 */
import type { PlannedRestarts } from "../scenario/planScaling.ts";
import type { Agenda } from "./agenda.ts";
import type { Processes } from "./processes.ts";

export class Rollout {
  readonly #plan: PlannedRestarts;
  readonly #processes: Processes;
  readonly #agenda: Agenda;
  /** Those that are to go yet, by their births. */
  #old: number[] = [];
  #away = 0;

  constructor(plan: PlannedRestarts, processes: Processes, agenda: Agenda) {
    this.#plan = plan;
    this.#processes = processes;
    this.#agenda = agenda;
  }

  start(): void {
    const { atSeconds, everySeconds } = this.#plan;
    for (const seconds of atSeconds) this.#agenda.after(seconds, () => this.#begin());
    if (everySeconds < Number.POSITIVE_INFINITY) {
      this.#agenda.every(everySeconds, () => this.#begin());
    }
  }

  #begin(): void {
    this.#old = this.#processes.births();
    this.#goOn();
  }

  #goOn(): void {
    while (this.#away < this.#plan.maxUnavailable) {
      const birth = this.#old.shift();
      if (birth === undefined) return;
      this.#away++;
      const isDone = () => {
        this.#away--;
        this.#goOn();
      };
      if (!this.#processes.renew(birth, isDone)) this.#away--;
    }
  }
}
