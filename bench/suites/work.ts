/**
 * What a suite has done: plain data that goes to a child process, which does it and answers samples.
 */
import type { FlowOutcome } from "../flow/flow.ts";
import type { InThreadOutcome } from "../flow/inThread.ts";
import type { Faults } from "../flow/tally.ts";
import type { FlowSpec } from "../flow/words.ts";
import type { Case, Row, Unit } from "../result/schema.ts";
import type { Window } from "../run/windows.ts";

export type Work =
  | { readonly kind: "flow"; readonly spec: FlowSpec; readonly units: readonly Unit[] }
  | { readonly kind: "inThread"; readonly spec: FlowSpec; readonly units: readonly Unit[] }
  /** Rates under a quota, all at the same time: they leave the machine idle. */
  | { readonly kind: "plateaus"; readonly specs: readonly FlowSpec[] }
  | { readonly kind: "metrics" }
  | { readonly kind: "promises" }
  | { readonly kind: "sdk" }
  | { readonly kind: "signatures" }
  | LatencyWork
  | ServerWork
  | { readonly kind: "simulator" }
  | SoakWork
  | TimersWork;

export interface LatencyWork {
  readonly kind: "latency";
  readonly spec: FlowSpec;
  /** Percents of what was sustained. */
  readonly loads: readonly number[];
  readonly percentiles: readonly number[];
}

export interface ServerWork {
  readonly kind: "server";
  readonly connections: number;
  readonly batch: number;
}

export interface TimersWork {
  readonly kind: "timers";
  /** Timers that are armed all the while. */
  readonly armed: number;
}

export interface SoakWork {
  readonly kind: "soak";
  readonly spec: FlowSpec;
  /** As fast as it goes, where none is given. */
  readonly perSecond?: number;
}

/** A row before its samples were put together. */
export type Sampled = Omit<Row, "suite" | "median" | "low" | "high">;

export interface Suite {
  readonly name: string;
  /** One line of help. */
  readonly about: string;
  works(): readonly Work[];
  /** One process is enough, since it lasts. */
  readonly isLong?: true;
}

/** A message was lost, doubled or spoilt: no figure can stand. */
export class Faulty extends Error {
  override readonly name = "Faulty";

  constructor({ count, named }: Faults, one: Case) {
    const list = named.map(({ kind, id }) => `${id} ${kind}`).join(", ");
    super(
      `${count} faults in ${JSON.stringify(one)}: ${list}${count > named.length ? ", ..." : ""}`,
    );
  }
}

/** Calls are those that send: all of them bring whole batches. */
function inUnit({ perSecond, sentPerSecond }: Window, unit: Unit, batch: number): number {
  if (unit === "calls/s") return sentPerSecond / batch;
  return unit === "ns/message" ? 1e9 / perSecond : perSecond;
}

export function rowsOf(
  one: Case & { readonly batch: number },
  outcome: FlowOutcome | InThreadOutcome,
  units: readonly Unit[],
  isAlone = true,
): Sampled[] {
  if (outcome.faults.count > 0) throw new Faulty(outcome.faults, one);
  const { measured, sent: messages, gcNsPerMessage } = outcome;
  const { isWarm, cpuNsPerMessage, residentBytes, residentBytesPerMessage } = measured;
  return units.map((unit) => {
    const samples = measured.windows.map((window) => inUnit(window, unit, one.batch));
    return {
      case: one,
      unit,
      max: Math.max(...samples),
      samples,
      ...("refused" in outcome && outcome.refused > 0 && { throttled: outcome.refused }),
      ...(isAlone && { cpuNsPerMessage, residentBytes, residentBytesPerMessage }),
      gcNsPerMessage,
      isWarm,
      messages,
    };
  });
}
