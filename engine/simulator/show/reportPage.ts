/** A result as what a report's page says: its verdict, tables and charts. Pure. */
import type { PlotChart, Series } from "../../report/chart.ts";
import type { PageContent, Section } from "../../report/content.ts";
import { quantity } from "../../report/words.ts";
import type { Distribution, QueueResult, ResourceSeries } from "../result.ts";
import type { Findings, SimulationResult } from "../simulationResult.ts";
import {
  callsTable,
  consumersTable,
  costTable,
  depthsTable,
  messagesTable,
  resourcesTable,
  scalingTable,
  sharedByName,
  timesTable,
} from "./tables.ts";

type ResourceSeriesName = Exclude<keyof ResourceSeries, "periodSeconds">;
type SeriesName = Exclude<keyof QueueResult["series"], "periodSeconds">;

const time = { label: "time", scale: "time" } as const;
const messages = { label: "messages" };
const calls = { label: "calls" };
const age = { label: "age", unit: "s" };
const untitled = "A simulation";

function moments(length: number, periodSeconds: number): number[] {
  return Array.from({ length }, (_, index) => index * periodSeconds);
}

function over(name: string, values: readonly (number | null)[], periodSeconds: number): Series {
  return { name, x: moments(values.length, periodSeconds), y: values };
}

/** A chart of one of CloudWatch's metrics, which its note names; a line for each queue. */
function metric(
  { queues }: Findings,
  which: SeriesName,
  title: string,
  y: PlotChart["y"],
): PlotChart {
  const series = Object.entries(queues).map(([name, { series: own }]) =>
    over(name, own[which], own.periodSeconds),
  );
  return { kind: "line", title, note: `${which}.`, x: time, y, series };
}

/** Percentiles of a time with their confidence intervals. */
function percentiles(title: string, all: readonly (readonly [string, Distribution])[]): PlotChart {
  const points = [
    ["p50", 50],
    ["p90", 90],
    ["p95", 95],
    ["p99", 99],
    ["p999", 99.9],
  ] as const;
  const series = all
    .filter(([, { count }]) => count > 0)
    .map(([name, of]): Series => {
      const low: (number | null)[] = [];
      const high: (number | null)[] = [];
      for (const [point] of points) {
        const [value, half] = [of[point], of.halfWidths[point]];
        low.push(value === null || half === null ? null : Math.max(0, value - half));
        high.push(value === null || half === null ? null : value + half);
      }
      return {
        name,
        x: points.map(([, at]) => at),
        y: points.map(([point]) => of[point]),
        low,
        high,
      };
    });
  const note =
    "Of 100 messages so many take at most so long; the band is the 95 % confidence interval.";
  const x = { label: "share of the messages", unit: "%", scale: "percentile" } as const;
  return { kind: "line", title, note, x, y: { label: "time", unit: "s" }, series };
}

function queueSection(result: Findings): Section {
  return {
    heading: "Queues over time",
    text: "Metrics have CloudWatch's names; each value is the mean over the runs.",
    charts: [
      metric(result, "ApproximateNumberOfMessagesVisible", "Messages that wait", messages),
      metric(result, "ApproximateNumberOfMessagesNotVisible", "Messages in flight", messages),
      metric(result, "ApproximateAgeOfOldestMessage", "Age of the oldest message", age),
      metric(result, "NumberOfMessagesSent", "Messages sent in each period", messages),
      metric(result, "NumberOfEmptyReceives", "Empty receives in each period", calls),
    ],
    table: depthsTable(result),
  };
}

function consumerSection(result: Findings): Section {
  const busy = Object.entries(result.consumers).map(([name, { series }]) =>
    over(
      name,
      series.Utilisation.map((share) => 100 * share),
      series.periodSeconds,
    ),
  );
  const y = { label: "busy", unit: "%" };
  const title = "How busy consumers are";
  return {
    heading: "Consumers",
    charts: [{ kind: "line", title, x: time, y, series: busy }],
    table: consumersTable(result),
  };
}

/** How many processes there are, and how many there are to be; none where their number never changes. */
function scalingSection(result: Findings): Section[] {
  const table = scalingTable(result);
  if (table === undefined) return [];
  const names = new Set(table.rows.map(([name]) => name));
  const series = Object.entries(result.consumers)
    .filter(([name]) => names.has(name))
    .flatMap(([name, { series: own }]) => [
      over(`${name}, there`, own.FleetSize, own.periodSeconds),
      over(`${name}, wanted`, own.DesiredSize, own.periodSeconds),
    ]);
  const note = "There: up, or draining. Wanted: what the autoscaler asks for.";
  const y = { label: "processes" };
  return [
    {
      heading: "Fleet size",
      charts: [{ kind: "line", title: "Processes", note, x: time, y, series }],
      table,
    },
  ];
}

function resourceSection(result: Findings): Section[] {
  const table = resourcesTable(result);
  if (table === undefined) return [];
  const text = "What handlings share: how much of it is used, and how long they wait for it.";
  const all = sharedByName(result);
  const lines = (which: ResourceSeriesName, what: string): Series[] =>
    all.map(([name, { series }]) => over(`${name}, ${what}`, series[which], series.periodSeconds));
  const y = { label: "handlings" };
  const used = [...lines("InUse", "in use"), ...lines("Waiting", "waiting")];
  const asked = [...lines("NumberOfAttempts", "asked"), ...lines("NumberRefused", "refused")];
  const charts: PlotChart[] = [
    { kind: "line", title: "Resources in use and waited for", x: time, y, series: used },
    { kind: "line", title: "Resources asked for in each period", x: time, y, series: asked },
  ];
  return [{ heading: "Resources", text, charts, table }];
}

/** What a month is made of. */
function costChart({ cost }: Findings): PlotChart {
  const parts = [
    ["requests", cost.requestsUsd],
    ["data out of the region", cost.transferUsd],
    ["processes", cost.consumersUsd],
    ...(cost.monthPollerHours === 0 ? [] : [["provisioned pollers", cost.pollersUsd] as const]),
  ] as const;
  return {
    kind: "bars",
    title: "Cost of a month",
    x: { label: "for" },
    y: { label: "cost", unit: "USD" },
    series: [{ name: "a month", x: parts.map(([name]) => name), y: parts.map(([, usd]) => usd) }],
  };
}

/** Tables and charts of a result, in their order. */
export function reportSections(result: Findings): Section[] {
  const queues = Object.entries(result.queues);
  const waits = queues.map(([name, { waitSeconds }]) => [name, waitSeconds] as const);
  const stays = queues.map(([name, { sojournSeconds }]) => [name, sojournSeconds] as const);
  const whole = Object.entries(result.producers).flatMap(([name, { endToEndSeconds }]) =>
    endToEndSeconds === null ? [] : [[name, endToEndSeconds] as const],
  );
  return [
    { heading: "Messages", table: messagesTable(result) },
    {
      heading: "How long messages take",
      charts: [
        percentiles("Until first received", waits),
        percentiles("Until deleted", stays),
        ...(whole.length === 0 ? [] : [percentiles("Until all that came of it is done", whole)]),
      ],
      table: timesTable(result),
    },
    queueSection(result),
    consumerSection(result),
    ...scalingSection(result),
    ...resourceSection(result),
    { heading: "Calls", table: callsTable(result) },
    { heading: "Cost", charts: [costChart(result)], table: costTable(result) },
  ];
}

/** What `page` of engine/report makes a page of. */
export function reportContent(result: SimulationResult): PageContent {
  return {
    title: result.title ?? untitled,
    lead: result.verdict,
    environment: [
      ["runs", String(result.replications)],
      ["seed", String(result.seed)],
      ["simulated", quantity(result.runSeconds, "s")],
      ["complete", result.isComplete ? "yes" : "no, it was interrupted"],
      ["speed", quantity(result.speed.messagesPerSecond, "messages/s", "words")],
    ],
    sections: reportSections(result),
    data: result,
  };
}
