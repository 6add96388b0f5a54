/** What `simulate` resolves with: the outcome of the runs, what it costs and what it means. Types only. */
import type { Cost } from "./cost.ts";
import type { QueueLoad } from "./load.ts";
import type { Outcome } from "./result.ts";

/** What a simulation found: queues, consumers, cost and a verdict. Plain data, fit for JSON. */
export interface SimulationResult extends Outcome {
  readonly title: string | undefined;
  /** One line for a manager. */
  readonly verdict: string;
  /** What was known before it ran. */
  readonly load: readonly QueueLoad[];
  readonly cost: Cost;
}

/** What does not depend on the machine: another simulation of the same finds the same. */
export type Findings = Omit<SimulationResult, "speed">;
