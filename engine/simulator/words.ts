/** What a simulation and its threads tell each other. Types only. */
import type { MessagePort } from "node:worker_threads";
import type { Plan } from "./scenario/plan.ts";

/** One run, for a thread; it answers with its report. */
export interface Task {
  readonly plan: Plan;
  readonly run: number;
  /** Over it comes word to stop, and goes how far the run is: of 1. */
  readonly port: MessagePort;
}

export type Order = "stop";

/** How far a run is. */
export interface Advance {
  /** Of 1. */
  readonly share: number;
  readonly sent: number;
}
