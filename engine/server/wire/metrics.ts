/**
 * What CloudWatch's requests and answers have in common: how a metric is named, which statistics there
 * are, and over which time. Pure functions and descriptions for schema.ts. Source: CloudWatch API
 * Reference 2010-08-01, GetMetricStatistics and GetMetricData.
 */
import { quoted } from "../../broker/described/quoted.ts";
import { SluiceError } from "../../errors.ts";
import { metricNamespace, queueDimension, queueMetrics } from "../../metricNames.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import type { Point, Stretch } from "../../metrics/points.ts";
import type { Context } from "./context.ts";
import type { Partly } from "./schema.ts";

const text = { type: "string" } as const;

/** A list of CloudWatch's, whose elements are `member` in forms and XML. */
export function listOf<const S>(of: S, max: number) {
  return { type: "list", of, each: "member", isWrapped: true, max } as const;
}

const dimension = { type: "structure", members: { Name: text, Value: text } } as const;
/** Most dimensions that a metric may have. */
export const dimensionsMax = 30;
export const dimensionsShape = listOf(dimension, dimensionsMax);

export type Dimension = Partly<(typeof dimension)["members"]>;

/** A statistic, and how it is got from a point. */
export const statistics = {
  SampleCount: ({ samples }: Point) => samples,
  Average: ({ samples, sum }: Point) => sum / samples,
  Sum: ({ sum }: Point) => sum,
  Minimum: ({ minimum }: Point) => minimum,
  Maximum: ({ maximum }: Point) => maximum,
} as const;

export type Statistic = keyof typeof statistics;

export const statisticNames = Object.keys(statistics) as readonly Statistic[];

const sizes = ["", "Kilo", "Mega", "Giga", "Tera"];
const amounts = sizes.flatMap((size) => {
  const [bytes, bits] = [
    size === "" ? "Bytes" : `${size}bytes`,
    size === "" ? "Bits" : `${size}bits`,
  ];
  return [bytes, bits, `${bytes}/Second`, `${bits}/Second`];
});
const times = ["Seconds", "Microseconds", "Milliseconds"];
const units: readonly string[] = [...times, ...amounts, "Percent", "Count", "Count/Second", "None"];

export function metricsOf({ metrics }: Context): Metrics {
  if (metrics !== undefined) return metrics;
  throw new SluiceError("InvalidAction", "This server keeps no metrics.");
}

export function invalidValue(name: string, value: unknown, reason: string): SluiceError {
  const shown = typeof value === "string" ? quoted(value) : String(value);
  return new SluiceError(
    "InvalidParameterValue",
    `The value ${shown} for parameter ${name} is invalid. Reason: ${reason}.`,
  );
}

export function invalidCombination(sentence: string): SluiceError {
  return new SluiceError("InvalidParameterCombination", sentence);
}

export function missingParameter(name: string): SluiceError {
  return new SluiceError("MissingParameter", `The request must contain the parameter ${name}.`);
}

/** Which metric a request means. */
export interface MetricRequest {
  readonly Namespace?: string | undefined;
  readonly MetricName?: string | undefined;
  readonly Dimensions?: readonly Dimension[] | undefined;
}

/** A metric that there may be: of that queue, by that name. */
export interface Asked {
  readonly queue: string;
  readonly metric: string;
  readonly unit: string;
}

/** Undefined for a metric that no queue has: another namespace's, or one of other dimensions. */
export function askedFor(request: MetricRequest, path: string): Asked | undefined {
  const { Namespace, MetricName, Dimensions = [] } = request;
  if (Namespace === undefined) throw missingParameter(`${path}Namespace`);
  if (MetricName === undefined) throw missingParameter(`${path}MetricName`);
  checkDimensions(Dimensions, path);
  const known = queueMetrics.find(({ name }) => name === MetricName);
  const [first, ...others] = Dimensions;
  const isQueues = first?.Name === queueDimension && others.length === 0;
  if (Namespace !== metricNamespace || known === undefined || !isQueues) return undefined;
  return { queue: first.Value ?? "", metric: known.name, unit: known.unit };
}

function checkDimensions(dimensions: readonly Dimension[], path: string): void {
  if (dimensions.length > dimensionsMax) {
    const count = dimensions.length;
    throw invalidValue(`${path}Dimensions`, count, `there may be ${dimensionsMax} of them`);
  }
  for (const [index, { Name, Value }] of dimensions.entries()) {
    const member = `${path}Dimensions.member.${index + 1}`;
    if (Name === undefined) throw missingParameter(`${member}.Name`);
    if (Value === undefined) throw missingParameter(`${member}.Value`);
  }
}

/** Whether a request for this unit has the metric; without one it has. */
export function hasUnit({ unit }: Asked, wanted: string | undefined, name: string): boolean {
  if (wanted !== undefined && !units.includes(wanted)) {
    throw invalidValue(name, wanted, `it must be one of ${units.join(", ")}`);
  }
  return wanted === undefined || wanted === unit;
}

/** Throws for what is no statistic that is kept. */
export function checkStatistic(value: string, name: string): Statistic {
  const found = statisticNames.find((statistic) => statistic === value);
  if (found !== undefined) return found;
  const names = statisticNames.join(", ");
  const reason = `it must be one of ${names}; percentiles and trimmed means are not kept`;
  throw invalidValue(name, value, reason);
}

const MINUTE_SECONDS = 60;
/** Far more than fifteen days. */
const PERIOD_MAX = 10_000_000;
/** The last second of the year 9999, which is as far as texts of ISO 8601 go. */
const MOMENT_MAX = 253_402_300_799;

/** Throws for a period that is none: SQS's metrics have one value a minute. */
export function checkPeriod(period: number, name: string): number {
  if (period >= MINUTE_SECONDS && period <= PERIOD_MAX && period % MINUTE_SECONDS === 0) {
    return period / MINUTE_SECONDS;
  }
  throw invalidValue(name, period, "it must be a multiple of 60, of seconds, and at least 60");
}

/** The minutes from a start, which is rounded down to a minute, to an end. Throws for no time at all. */
export function stretchOf(start: number, end: number, periodMinutes: number): Stretch {
  for (const [name, value] of [
    ["StartTime", start],
    ["EndTime", end],
  ] as const) {
    if (value >= 0 && value <= MOMENT_MAX) continue;
    throw invalidValue(name, value, "it must lie between the years 1970 and 9999");
  }
  if (start >= end) {
    const reason = "it must be less than the parameter EndTime";
    throw invalidValue("StartTime", new Date(start * 1_000).toISOString(), reason);
  }
  return {
    fromMinute: Math.floor(start / MINUTE_SECONDS),
    toMinute: Math.ceil(end / MINUTE_SECONDS),
    periodMinutes,
  };
}

/** How many datapoints a stretch has if it has all. */
export function datapointsOf({ fromMinute, toMinute, periodMinutes }: Stretch): number {
  return Math.ceil((toMinute - fromMinute) / periodMinutes);
}
