/**
 * Figures of a result that a question asks for, by their paths in it (`queues.work.waitSeconds.p95`): their
 * names in a table, their units, and how sure they are. What a result has is not listed here: a run of one
 * message shows it, so that every number of a result can be asked for. Pure, but for that run.
 */

import { nearest } from "../../suggestion.ts";
import { type PriceBook, priceBook } from "../cost.ts";
import type { RunReport } from "../events/report.ts";
import { resultOf } from "../resultOf.ts";
import { simulatePlan } from "../run.ts";
import type { Plan } from "../scenario/plan.ts";
import { ScenarioError } from "../scenario/scenarioError.ts";
import type { SimulationResult } from "../simulationResult.ts";
import type { SeriesData } from "../statistics/meter.ts";
import { outcomeOf } from "../statistics/outcome.ts";
import { meanOf } from "../statistics/student.ts";
import type { Figure, Value } from "./types.ts";

const shares = new Set(["utilisation", "emptyShare", "load"]);
const words: Readonly<Record<string, string>> = {
  waitSeconds: "wait",
  sojournSeconds: "stay",
  serviceSeconds: "handling",
  ageOfOldestSeconds: "age of the oldest",
  ageOfNextSeconds: "age of the next",
  inFlight: "in flight",
  deadLettered: "dead letters",
  emptyReceives: "empty receives",
  emptyShare: "empty",
  utilisation: "busy",
  monthUsd: "cost a month",
  max: "most",
};

/** Segments of a path, where names may have dots in them: the longest name of a result that fits. */
function follow(tree: unknown, path: string): { segments: string[]; value: unknown } | string[] {
  const segments: string[] = [];
  let at = tree;
  for (let rest = path; rest !== ""; ) {
    const names = at !== null && typeof at === "object" ? Object.keys(at) : [];
    const own = names
      .filter((name) => rest === name || rest.startsWith(`${name}.`))
      .sort((one, other) => other.length - one.length)[0];
    if (own === undefined) return [rest, ...names];
    segments.push(own);
    at = (at as Record<string, unknown>)[own];
    rest = rest.slice(own.length + 1);
  }
  return { segments, value: at };
}

/** The number at a path; null where there is none. */
export function numberAt(tree: unknown, path: string): number | null {
  const found = follow(tree, path);
  if (Array.isArray(found) || typeof found.value !== "number") return null;
  return Number.isFinite(found.value) ? found.value : null;
}

function unitOf(segments: readonly string[]): string | undefined {
  if (segments.some((name) => shares.has(name))) return "%";
  const last = segments.at(-1) ?? "";
  if (/Usd$/.test(last)) return "USD";
  if (/Bytes$/.test(last)) return "bytes";
  // How many times were counted is no time.
  const isTime = segments.some((name) => /Seconds$/.test(name)) && last !== "count";
  return isTime ? "s" : undefined;
}

/** What a share is shown as: in percent. */
export function shownNumber(value: number | null, { unit }: Pick<Figure, "unit">): number | null {
  return value !== null && unit === "%" ? 100 * value : value;
}

/** Queues that consumers take from. */
export function consumedQueues(plan: Plan): string[] {
  const taken = new Set(plan.fleets.map(({ queue }) => queue));
  return plan.queues.filter((_, index) => taken.has(index)).map(({ name }) => name);
}

/** The label of a path: without the queue's or the fleet's name where there is one of them only. */
function labelOf(segments: readonly string[], plan: Plan): string {
  const [kind, name, ...others] = segments;
  const said = (all: readonly string[]): string => all.map((one) => words[one] ?? one).join(" ");
  if (kind === "cost") return said(segments.slice(1));
  const isOnlyQueue = kind === "queues" && consumedQueues(plan).join() === name;
  const isOnlyFleet = kind === "consumers" && plan.fleets.length === 1;
  if (isOnlyQueue || isOnlyFleet) return said(others);
  if (kind === "queues" || kind === "consumers" || kind === "producers") {
    return `${name}: ${said(others)}`;
  }
  return said(segments);
}

/** The paths that are shown where none are asked for. */
export function defaultPaths(plan: Plan): string[] {
  const ofQueues = consumedQueues(plan).flatMap((queue) =>
    [
      "waitSeconds.p50",
      "waitSeconds.p95",
      "waitSeconds.p99",
      "depth.max",
      "duplicates",
      "deadLettered",
    ].map((figure) => `queues.${queue}.${figure}`),
  );
  const ofFleets = plan.fleets.map(({ name }) => `consumers.${name}.utilisation`);
  return [...ofQueues, ...ofFleets, "cost.monthUsd"];
}

/** A result with all that the results of a plan have, made of next to nothing. */
async function blankResult(plan: Plan): Promise<SimulationResult> {
  const least: Plan = {
    ...plan,
    replications: 1,
    horizon: { messages: 1, seconds: 1 },
    warmup: { messages: 0, seconds: 0 },
    precision: undefined,
    queues: plan.queues.map((queue) => ({ ...queue, backlog: undefined })),
  };
  return resultOf(least, await simulatePlan(least, { threads: 1 }), priceBook());
}

/**
 * The figures at these paths. Throws a ScenarioError that has a sentence for each path at which a result
 * has no number. A path may leave out `queues.NAME` where consumers take from one queue.
 */
export async function figuresAt(paths: readonly string[], plan: Plan): Promise<Figure[]> {
  const blank = await blankResult(plan);
  const mistakes: string[] = [];
  const figures = paths.flatMap((path): Figure[] => {
    const [queue, ...more] = consumedQueues(plan);
    const whole = more.length === 0 && queue !== undefined ? `queues.${queue}.${path}` : path;
    const found = [path, whole].map((one) => follow(blank, one));
    const hit = found.find((one) => !Array.isArray(one));
    if (hit === undefined || Array.isArray(hit)) {
      // Of the two the one that led farther.
      const [one, other] = found as [string[], string[]];
      const isFirst = (one[0] as string).length < (other[0] as string).length;
      mistakes.push(unknownFigure(path, isFirst ? one : other));
      return [];
    }
    if (typeof hit.value !== "number" && hit.value !== null) {
      mistakes.push(noNumber(path, hit.value));
      return [];
    }
    const { segments } = hit;
    const unit = unitOf(segments);
    const figure = { path: segments.join("."), label: labelOf(segments, plan) };
    return [unit === undefined ? figure : { ...figure, unit }];
  });
  if (mistakes.length > 0) throw new ScenarioError(mistakes);
  return figures;
}

function unknownFigure(path: string, [rest = "", ...names]: readonly string[]): string {
  const wrong = rest.split(".")[0] ?? rest;
  const near = nearest(wrong, names);
  const others = names.length === 0 ? "" : `; there are ${names.join(", ")}`;
  const hint = near === undefined ? others : `; did you mean ${near}?`;
  return `show: ${path}: A result has no ${wrong} there${hint}${near === undefined ? "." : ""}`;
}

function noNumber(path: string, value: unknown): string {
  if (typeof value !== "object") return `show: ${path}: It is no number.`;
  const names = Object.keys(value ?? {});
  return `show: ${path}: It is no number; name one in it: ${names.join(", ")}.`;
}

/** Results of the runs one by one, and of all together. */
export interface Results {
  readonly all: SimulationResult;
  readonly runs: readonly SimulationResult[];
}

export function resultsOf(plan: Plan, reports: readonly RunReport[], book: PriceBook): Results {
  const of = (some: readonly RunReport[]) => resultOf(plan, outcomeOf(plan, some, 0), book);
  const runs = reports.length < 2 ? [] : reports.map((one) => of([withoutSeries(one)]));
  return { all: of(reports), runs };
}

/** Of a run alone nobody asks what there was when, and it is most of what there is to be made. */
function withoutSeries(report: RunReport): RunReport {
  const empty = <T extends { readonly series: SeriesData }>(part: T): T => ({
    ...part,
    series: { ...part.series, values: new Float64Array(0) },
  });
  return {
    ...report,
    queues: report.queues.map(empty),
    fleets: report.fleets.map(empty),
    resources: report.resources.map(empty),
    invokes: report.invokes.map(empty),
  };
}

/** A figure's value, with its half width: the result's own, or by the runs; of a sum that of the sum. */
export function figureOf({ all, runs }: Results, { path }: Figure): Value {
  const value = numberAt(all, path);
  if (value === null || /\.max\w*$/.test(path)) return { value, halfWidth: null };
  const own = ownHalfWidth(all, path);
  if (own !== null || runs.length < 2) return { value, halfWidth: own };
  const values = runs.map((run) => numberAt(run, path) ?? Number.NaN);
  const { halfWidth } = meanOf(values);
  const sum = values.reduce((total, one) => total + one, 0);
  const isSum = Math.abs(sum - value) <= 1e-9 * Math.abs(sum);
  const half = isSum ? halfWidth * runs.length : halfWidth;
  return { value, halfWidth: Number.isFinite(half) ? half : null };
}

/** What stands beside the figure in the result. */
function ownHalfWidth(all: SimulationResult, path: string): number | null {
  const [, above, name] = /^(.*?)\.?([^.]+)$/.exec(path) ?? [];
  if (name === "mean") return numberAt(all, `${above}.halfWidth`);
  return numberAt(all, `${above}.halfWidths.${name}`) ?? numberAt(all, `${path}HalfWidth`);
}
