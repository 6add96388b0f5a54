/**
 * The part of Amazon CloudWatch that shares the port: what happened in queues. Source: CloudWatch API
 * Reference 2010-08-01.
 */
import { quoted } from "../broker/described/quoted.ts";
import { SluiceError } from "../errors.ts";
import type { Action } from "./action.ts";
import { getMetricData } from "./actions/getMetricData.ts";
import { getMetricStatistics } from "./actions/getMetricStatistics.ts";
import { listMetrics } from "./actions/listMetrics.ts";

const actions: ReadonlyMap<string, Action> = new Map([
  ["GetMetricData", getMetricData],
  ["GetMetricStatistics", getMetricStatistics],
  ["ListMetrics", listMetrics],
]);

/** Throws InvalidAction for all that CloudWatch does besides: alarms, dashboards, metrics of others. */
export function findCloudWatchAction(name: string | undefined, how: string): Action {
  const found = actions.get(name ?? "");
  if (found !== undefined) return found;
  const which =
    name === undefined ? `The request names no action; ${how}` : `${quoted(name)} is not here`;
  throw new SluiceError(
    "InvalidAction",
    `${which}. Of CloudWatch there are ${[...actions.keys()].join(", ")}, for the metrics of queues; ` +
      "there are no alarms, no dashboards and no metrics of others.",
  );
}

/** The names of all actions. */
export const cloudWatchActionNames: readonly string[] = [...actions.keys()];
