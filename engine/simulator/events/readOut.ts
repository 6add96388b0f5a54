/** Reads out what the parts of a run have measured, at its end. */
import { lambdaOf } from "../scenario/planScaling.ts";
import type { Histogram } from "../statistics/histogram.ts";
import type { Fleet } from "./fleet.ts";
import type { Limiter } from "./limiter.ts";
import type { Producer } from "./producer.ts";
import {
  type FleetReport,
  type LevelReport,
  levelOf,
  type ProducerReport,
  type QueueReport,
  type ResourceReport,
  timesOf,
} from "./report.ts";
import type { Scaler } from "./scaler.ts";
import type { SimQueue } from "./simQueue.ts";

export function reportOfQueue(queue: SimQueue): QueueReport {
  const { meter, flow, traffic, counts } = queue;
  const series = meter.series();
  const { visible, inFlight, delayed, moved, expired } = traffic;
  return {
    counts,
    initial: queue.initial,
    moved,
    redriven: queue.redriven,
    expired,
    left: visible + inFlight + delayed,
    wait: timesOf(queue.wait),
    sojourn: timesOf(queue.sojourn),
    levels: [...[0, 1, 2, 3].map((which) => levelOf(meter, which, series)), ageOfNext(queue)],
    drainedAtMs: flow.drainedAtMs,
    series,
  };
}

function ageOfNext({ flow, meter }: SimQueue): LevelReport {
  const mean = flow.nextArea / meter.measuredMs;
  return { mean, halfWidth: Number.NaN, max: flow.nextMax, maxAtMs: flow.nextMaxAtMs };
}

export function reportOfFleet(fleet: Fleet, scaler: Scaler | undefined): FleetReport {
  const { handling, processes } = fleet;
  fleet.touch();
  fleet.see();
  const series = fleet.meter.series();
  return {
    busy: levelOf(fleet.meter, 0, series),
    size: levelOf(fleet.meter, 1, series),
    service: timesOf(handling.service),
    handled: handling.handled,
    failed: handling.failed,
    sentOn: fleet.sentOn,
    unsent: handling.unsent,
    crashed: processes.crashed,
    // A function costs while it runs, not while it is waited for.
    processMs: fleet.invoker === undefined ? processes.ranMs : fleet.meter.area(0),
    pollerMs: lambdaOf(fleet.plan)?.isProvisioned === true ? processes.ranMs : 0,
    throttled: fleet.invoker?.throttled ?? 0,
    outs: scaler?.outs ?? 0,
    ins: scaler?.ins ?? 0,
    restarted: processes.restarted,
    killed: processes.killed,
    abandoned: processes.abandoned,
    series,
  };
}

export function reportOfProducer(
  { sent, copies, calls, unsent, sendWait }: Producer,
  journeys: Histogram | undefined,
): ProducerReport {
  const times = {
    sendWait: sendWait && timesOf(sendWait),
    journeys: journeys && timesOf(journeys),
  };
  return { sent, copies, calls, unsent, ...times };
}

export function reportOfResource(limiter: Limiter): ResourceReport {
  limiter.settle();
  const { meter, wait, attempts, refused } = limiter;
  const series = meter.series();
  return {
    attempts,
    refused,
    measuredMs: meter.measuredMs,
    used: levelOf(meter, 0, series),
    waiting: levelOf(meter, 1, series),
    wait: timesOf(wait),
    series,
  };
}
