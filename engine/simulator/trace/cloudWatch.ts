/**
 * What `aws cloudwatch get-metric-data` prints: MetricDataResults, each with Timestamps and Values, newest
 * first. Lines are looked up for mistakes alone.
 */
import { readFileSync, statSync } from "node:fs";
import { Setting } from "../../broker/described/setting.ts";
import { nearest } from "../../suggestion.ts";
import { listed } from "../scenario/sentences.ts";
import { Rows } from "./rows.ts";
import { quoted } from "./table.ts";
import { TIME_EXAMPLE, type TimeReader } from "./time.ts";
import { TraceError } from "./traceError.ts";

const RESULTS = "MetricDataResults";
const BYTES_MAX = 268_435_456;

interface MetricResult {
  readonly Id?: unknown;
  readonly Label?: unknown;
  readonly StatusCode?: unknown;
  readonly Timestamps: readonly unknown[];
  readonly Values: readonly unknown[];
}

/** @param metric the Id or the Label of the one that is meant. */
export function cloudWatchRows(file: string, metric: string | undefined, times: TimeReader): Rows {
  const results = resultsOf(file);
  const index = meant(results, metric, file);
  const { Timestamps, Values, StatusCode } = results[index] as MetricResult;
  const wrong = (path: readonly string[], sentence: string): TraceError =>
    new TraceError(file, lineOf(file, [RESULTS, String(index), ...path]), sentence);
  if (StatusCode !== undefined && StatusCode !== "Complete") {
    throw wrong(
      ["StatusCode"],
      `It is ${StatusCode}, so data is missing: get all of it (NextToken).`,
    );
  }
  if (Timestamps.length !== Values.length) {
    throw wrong(["Values"], `There are ${Values.length} for ${Timestamps.length} timestamps.`);
  }
  const rows = new Rows(file, true);
  for (const [at, time] of Timestamps.entries()) {
    const atMs = times.read(String(time));
    const count = Values[at];
    if (Number.isNaN(atMs)) {
      const sentence = `${quoted(String(time))} is no time; a time is as ${TIME_EXAMPLE}.`;
      throw wrong(["Timestamps", String(at)], sentence);
    }
    if (typeof count !== "number" || count < 0) {
      const sentence = `${JSON.stringify(count)} is no number of messages; that is a number from 0 on.`;
      throw wrong(["Values", String(at)], sentence);
    }
    rows.push(atMs, count, 0, at);
  }
  return rows;
}

function resultsOf(file: string): MetricResult[] {
  let whole: unknown;
  try {
    if (statSync(file).size > BYTES_MAX) throw new Error("it is larger than 256 MiB");
    whole = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new TraceError(file, 0, `It can't be read as JSON: ${(error as Error).message}.`);
  }
  const results = (whole as Record<string, unknown> | null)?.[RESULTS];
  const isAll =
    Array.isArray(results) &&
    results.every((one) => Array.isArray(one?.Timestamps) && Array.isArray(one?.Values));
  if (isAll && results.length > 0) return results as MetricResult[];
  const sentence =
    `It has no ${RESULTS} with Timestamps and Values, ` +
    "as what aws cloudwatch get-metric-data prints has.";
  throw new TraceError(file, 0, sentence);
}

function meant(results: readonly MetricResult[], metric: string | undefined, file: string): number {
  const names = results.map(({ Id, Label }) => String(Id ?? Label));
  if (metric === undefined) {
    if (results.length === 1) return 0;
    const sentence = `It has ${results.length} metrics; name the one that is meant: metric: ${listed(names)}.`;
    throw new TraceError(file, 0, sentence);
  }
  const found = results.filter(({ Id, Label }) => Id === metric || Label === metric);
  if (found.length === 1) return results.indexOf(found[0] as MetricResult);
  if (found.length > 1) {
    throw new TraceError(
      file,
      0,
      `${found.length} metrics are called ${metric}; give the Id of one.`,
    );
  }
  const near = nearest(metric, names);
  const hint =
    near === undefined ? `; there are ${listed(names, "and")}.` : `; did you mean ${near}?`;
  throw new TraceError(file, 0, `It has no metric ${metric}${hint}`);
}

function lineOf(file: string, path: readonly string[]): number {
  return Setting.read(file).root?.at(path).error("").line ?? 0;
}
