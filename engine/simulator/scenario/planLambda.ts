/** Lambda's event source mapping as the plan has it, and how it is made of a scenario. Part of planScaling.ts. */
import { lambdaLimits as limits } from "../scaling/lambdaLimits.ts";
import type { Lambda } from "./lambda.ts";

export interface PlannedLambda {
  readonly kind: "lambda";
  readonly isProvisioned: boolean;
  /** More invokes, or pollers, in a minute. */
  readonly perMinute: number;
  /** Infinity where the function takes from what others leave. */
  readonly reservedConcurrency: number;
  readonly accountConcurrency: number;
  readonly windowSeconds: number;
  readonly timeoutSeconds: number;
}

export interface LambdaSize {
  readonly first: number;
  readonly min: number;
  readonly max: number;
}

export function planLambda(given: Lambda): PlannedLambda {
  const perPoller = limits.invokesPerPoller.value;
  const isProvisioned = given.provisioned !== undefined;
  return {
    kind: "lambda",
    isProvisioned,
    perMinute: isProvisioned
      ? limits.provisionedPerMinute.value / perPoller
      : limits.concurrencyPerMinute.value,
    reservedConcurrency: given.reservedConcurrency ?? Number.POSITIVE_INFINITY,
    accountConcurrency: given.accountConcurrency ?? limits.accountConcurrency.value,
    windowSeconds: given.maximumBatchingWindow ?? 0,
    timeoutSeconds: given.timeout ?? limits.timeoutSeconds.value,
  };
}

/** Invokes, or pollers: at first, and how many there may be. With a maximum concurrency idle ones stay. */
export function lambdaSize({ maximumConcurrency, provisioned }: Lambda): LambdaSize {
  if (provisioned !== undefined) {
    const { minimumPollers = limits.pollersMinimum.value, maximumPollers } = provisioned;
    const max = maximumPollers ?? limits.pollersMaximum.value;
    return { first: minimumPollers, min: minimumPollers, max };
  }
  const max = maximumConcurrency ?? limits.concurrencyMax.value;
  const first = Math.min(limits.concurrencyAtFirst.value, max);
  return {
    first,
    min: maximumConcurrency === undefined ? limits.concurrencyIdle.value : first,
    max,
  };
}

/** Invokes side by side of one of them. */
export function invokesEach({ provisioned }: Lambda): number {
  return provisioned === undefined ? 1 : limits.invokesPerPoller.value;
}
