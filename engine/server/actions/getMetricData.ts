/** GetMetricData, of CloudWatch: many metrics at once, by pages. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Metrics } from "../../metrics/metrics.ts";
import type { Point } from "../../metrics/points.ts";
import { action } from "../action.ts";
import { zoneOf } from "../wire/metricLabels.ts";
import {
  checkQueries,
  type MetricQuery,
  type Place,
  placeOf,
  queriesShape,
  tokenOf,
} from "../wire/metricQueries.ts";
import { invalidValue, metricsOf, statistics } from "../wire/metrics.ts";
import { ownerMeant } from "../wire/owners.ts";
import { onEverything } from "../wire/targets.ts";

const text = { type: "string" } as const;

/** Most datapoints of a page. */
const datapointsMax = 100_800;

const messages = {
  type: "list",
  each: "member",
  isWrapped: true,
  of: { type: "structure", members: { Code: text, Value: text } },
} as const;

const wire = {
  members: {
    MetricDataQueries: { ...queriesShape, required: true },
    StartTime: { type: "timestamp", required: true },
    EndTime: { type: "timestamp", required: true },
    NextToken: text,
    ScanBy: text,
    MaxDatapoints: { type: "integer", range: { min: 1, max: datapointsMax } },
    LabelOptions: { type: "structure", members: { Timezone: text } },
  },
  result: {
    MetricDataResults: {
      type: "list",
      each: "member",
      isWrapped: true,
      of: {
        type: "structure",
        members: {
          Id: text,
          Label: text,
          Timestamps: { type: "list", each: "member", isWrapped: true, of: { type: "timestamp" } },
          Values: { type: "list", each: "member", isWrapped: true, of: { type: "double" } },
          StatusCode: text,
        },
      },
    },
    NextToken: text,
    Messages: messages,
  },
} as const;

interface Result {
  readonly Id: string;
  readonly Label: string;
  readonly Timestamps: number[];
  readonly Values: number[];
  readonly StatusCode: "Complete" | "PartialData";
}

/** Other requests have their turn between two queries. */
export const getMetricData = action(wire, onEverything, async (context, input) => {
  const { MetricDataQueries, StartTime, EndTime, ScanBy, LabelOptions } = input;
  const { MaxDatapoints = datapointsMax, NextToken } = input;
  const isAscending = ascends(ScanBy);
  const zoneMinutes = zoneOf(LabelOptions?.Timezone);
  const queries = checkQueries(MetricDataQueries, StartTime, EndTime);
  const metrics = metricsOf(context);
  const { account } = context;
  const { region } = context.broker;
  const results: Result[] = [];
  let place: Place | undefined = placeOf(NextToken, queries.length);
  let left = MaxDatapoints;
  while (place !== undefined && left > 0) {
    if (results.length > 0) await nextTurn();
    const query = queries[place.query] as MetricQuery;
    // Of another account's queues nobody is told here.
    const isOurs = ownerMeant(context, query.owner) === account;
    const all = isOurs ? pointsOf(metrics, account, query) : [];
    const label = labelled(query, all, { zoneMinutes, AccountId: account, Region: region });
    const points = behindMs(all, isAscending, place.afterMs);
    const taken = points.slice(0, left);
    left -= taken.length;
    const isWhole = taken.length === points.length;
    results.push(resultOf(query, label, taken, isWhole));
    place = isWhole
      ? behind(place.query, queries.length)
      : { query: place.query, afterMs: (taken.at(-1) as Point).startMs };
  }
  return {
    MetricDataResults: results,
    ...(place !== undefined && { NextToken: tokenOf(place) }),
    Messages: [],
  };
});

function ascends(order = "TimestampDescending"): boolean {
  if (order === "TimestampAscending" || order === "TimestampDescending") {
    return order === "TimestampAscending";
  }
  throw invalidValue("ScanBy", order, "it must be TimestampDescending or TimestampAscending");
}

function behind(query: number, count: number): Place | undefined {
  return query + 1 < count ? { query: query + 1, afterMs: undefined } : undefined;
}

function pointsOf(metrics: Metrics, account: string, { asked, stretch }: MetricQuery): Point[] {
  return asked === undefined ? [] : metrics.points(asked.queue, asked.metric, stretch, account);
}

/** In the order that is wanted, those that follow on that moment. */
function behindMs(points: Point[], isAscending: boolean, afterMs: number | undefined): Point[] {
  if (!isAscending) points.reverse();
  if (afterMs === undefined) return points;
  return points.filter(({ startMs }) => (isAscending ? startMs > afterMs : startMs < afterMs));
}

/** What the query's label says of all that was found, which is in order of time. */
function labelled(
  { label, properties, statistic }: MetricQuery,
  points: readonly Point[],
  { zoneMinutes, ...more }: { zoneMinutes: number; AccountId: string; Region: string },
): string {
  const value = statistics[statistic];
  return label({
    values: points.map((point) => value(point)),
    startsMs: points.map(({ startMs }) => startMs),
    zoneMinutes,
    properties: { ...properties, ...more },
  });
}

function resultOf(
  query: MetricQuery,
  label: string,
  points: readonly Point[],
  isWhole: boolean,
): Result {
  const value = statistics[query.statistic];
  return {
    Id: query.id,
    Label: label,
    Timestamps: points.map(({ startMs }) => startMs / 1_000),
    Values: points.map((point) => value(point)),
    StatusCode: isWhole ? "Complete" : "PartialData",
  };
}
