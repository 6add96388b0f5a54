/** What questions are asked, and what they answer: plain data, fit for JSON. Types only. */
import type { Scenario } from "../scenario/types.ts";
import type { SimulateOptions } from "../simulate.ts";
import type { Findings } from "../simulationResult.ts";

/** A number of a result, and what it is called. */
export interface Figure {
  /** Where it is in a SimulationResult. */
  readonly path: string;
  /** As a table has it. */
  readonly label: string;
  /** As an axis has it (engine/report): `s`, `USD`, `bytes`, `%`; a share of 1 is shown in percent. */
  readonly unit?: string;
}

/** What it came to: null where it can't be known. Shares are of 1. */
export interface Value {
  readonly value: number | null;
  /** Of the 95 % confidence interval, over the runs. Null where there is one run, and for extremes. */
  readonly halfWidth: number | null;
}

export type VariedValue = number | string | boolean | null;

/** A field, and the values that it takes one after another. */
export interface Vary {
  /** As `consumers.workers.count` or `queues.work.VisibilityTimeout`. */
  readonly path: string;
  readonly values: readonly VariedValue[];
}

/** The values of a cell, by the paths of the fields. */
export type CellValues = Readonly<Record<string, VariedValue>>;

export interface SweepOptions extends SimulateOptions {
  /** The fields that vary: one or more, 10,000 cells at the most. */
  vary: readonly Vary[];
  /**
   * Paths of a SimulationResult, as `queues.work.waitSeconds.p95`; `queues.work.` may be left out where
   * consumers take from one queue. Default: waits, greatest depth, duplicates, dead letters, how busy
   * consumers are, and the cost of a month.
   */
  show?: readonly string[] | undefined;
}

export interface SweepCell {
  /** By the paths of the fields that vary. */
  readonly values: CellValues;
  /** Of its busiest queue: messages that come by those that can be handled. */
  readonly load: number;
  /** Why it was not simulated: a sentence for each queue that would grow without end. */
  readonly unstable: readonly string[];
  /** By the paths of what is shown; null where it was not simulated. */
  readonly results: Readonly<Record<string, Value>> | null;
}

/** What a sweep found. Plain data, the same bytes for the same scenario and seed. */
export interface Sweep {
  readonly title: string | undefined;
  readonly seed: number;
  readonly varied: readonly Vary[];
  readonly shown: readonly Figure[];
  /** In the order of the values, the last field's the fastest. */
  readonly cells: readonly SweepCell[];
  /** False when it was interrupted: the cells that were not done have no results. */
  readonly isComplete: boolean;
}

export interface CompareOptions extends SimulateOptions {
  /** Runs of each scenario, 2 to 10,000. Default: the larger of the two's, and 10 at least. */
  replications?: number | undefined;
  /**
   * Ten further runs each are made until the 95 % interval of the first difference reaches at most so many
   * percent of the first scenario's mean to either side: above 0 to 100. Default: no further ones.
   */
  precisionPercent?: number | undefined;
  /** Runs at which it ends in any case. Default 200. */
  replicationsMax?: number | undefined;
  /** Paths of a SimulationResult, as of a sweep. Default: waits, stays, depth, losses, busy, cost. */
  show?: readonly string[] | undefined;
}

/** One number of both results, run by run. */
export interface Difference extends Figure {
  /** Means over the runs; counts are of a run. */
  readonly a: number | null;
  readonly b: number | null;
  /** The mean of b - a, run by run. */
  readonly difference: number | null;
  /** Of the difference's 95 % interval by itself. */
  readonly halfWidth: number | null;
  /** Of intervals that hold for all differences together in 95 of 100 comparisons. */
  readonly jointHalfWidth: number | null;
  /** Which one is surely less, by the joint interval; null: no difference to be seen. */
  readonly less: "a" | "b" | null;
  /** Which one is surely better; null, too, where neither less nor more is better by itself. */
  readonly better: "a" | "b" | null;
}

/** What a comparison found; the same bytes for the same scenarios and seed, whatever the threads. */
export interface Comparison {
  /** What the scenarios are called: their files, or titles. */
  readonly a: string;
  readonly b: string;
  readonly seed: number;
  readonly replications: number;
  /** False when it was interrupted: the runs are those that both had made. */
  readonly isComplete: boolean;
  readonly differences: readonly Difference[];
  /** Which is better, and by how much, in words. */
  readonly verdict: string;
  readonly results: Readonly<Record<"a" | "b", Findings>>;
}

/** What a service level asks for. Shares are of 1, times in seconds. */
export type Goal =
  /** The share of the messages waits at most so long from available to the first receive. */
  | { readonly kind: "wait"; readonly share: number; readonly seconds: number }
  /** Of the messages that are deleted, the share is so at most so long after it was sent. */
  | { readonly kind: "stay"; readonly share: number; readonly seconds: number }
  /** At most the share of the handlings that go well was for nothing: somebody else had the message. */
  | { readonly kind: "duplicates"; readonly share: number }
  /** At most the share of the messages becomes dead letters. */
  | { readonly kind: "deadLetters"; readonly share: number };

/** What advice may change. */
export type Knob = "count" | "visibilityTimeout" | "batch" | "waitTimeSeconds" | "maxReceiveCount";

export interface AdviseOptions extends Omit<SimulateOptions, "unstable"> {
  /** One or more; all are to be met. */
  goals: readonly Goal[];
  /** The consumers that are asked about. May be left out where there is one fleet. */
  fleet?: string | undefined;
  /** What stays as it is. Default: nothing. */
  keep?: readonly Knob[] | undefined;
  /** Processes, at the most: 1 to 10,000. Default 1,000. */
  countMax?: number | undefined;
}

export interface GoalResult {
  readonly goal: Goal;
  /** Seconds or a share; null where it could not be measured. */
  readonly value: number | null;
  /**
   * Where its 95 % confidence interval over the runs ends, on the bad side: a goal is met when this meets
   * it. Null where there is one run; then the value decides.
   */
  readonly upTo: number | null;
  readonly isMet: boolean;
}

/** A field that is to be changed, or is right as it is. */
export interface AdvisedField {
  readonly path: string;
  readonly knob: Knob;
  /** What the scenario has; null: its default. */
  readonly from: VariedValue;
  readonly to: VariedValue;
  /** The formula with its numbers, and what was simulated around it. */
  readonly reason: string;
}

export interface Advice {
  readonly title: string | undefined;
  readonly fleet: string;
  readonly queue: string;
  readonly seed: number;
  /** Whether the goals are met as advised. */
  readonly isMet: boolean;
  /** Why they can't be met; empty where they are. */
  readonly obstacles: readonly string[];
  readonly fields: readonly AdvisedField[];
  /** What the simulation of the advised scenario found, or of the best one where none meets the goals. */
  readonly goals: readonly GoalResult[];
  /** Of the scenario as it is, where it is stable. */
  readonly before: { readonly goals: readonly GoalResult[]; readonly monthUsd: number } | null;
  readonly monthUsd: number | null;
  /** The scenario as advised. */
  readonly scenario: Scenario;
  /** Variants that were simulated. */
  readonly simulated: number;
  /** Runs of each: the scenario's, or 4 where it says nothing. */
  readonly replications: number;
  /** False when it was interrupted: it is the best of what was simulated by then. */
  readonly isComplete: boolean;
  /** In words. */
  readonly verdict: string;
}
