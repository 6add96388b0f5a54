/**
 * `sluice bench compare OLD.json NEW.json...`: what changed, row by row. A file is one result, or a
 * results file with one on each line, oldest first (`--append`). The last result is held against the
 * first of several files, of one results file against the one before it; with more than two the trend
 * is shown as well, by commit.
 *
 * A regression is a row that got worse by more than 5 %, with the 95 % interval of the ratio wholly on
 * that side. An improvement likewise. Anything else is noise, however large.
 */
import { readFile } from "node:fs/promises";
import type { Table } from "../../engine/report/table.ts";
import { tableText } from "../../engine/report/table.ts";
import { UsageError } from "../commandLine.ts";
import { caseText, keyOf, type Result, type Row, type Unit } from "./schema.ts";
import { type Interval, intervalOfRatio } from "./statistics.ts";

const REGRESSION = 0.05;

export type Verdict = "regression" | "improvement" | "same" | "noise";

export interface Comparison {
  readonly before: Row;
  readonly after: Row;
  /** after / before. */
  readonly ratio: number;
  readonly interval: Interval;
  readonly verdict: Verdict;
}

/** More a second is better, more time is worse. */
function isMoreBetter(unit: Unit): boolean {
  return unit.endsWith("/s");
}

function ratioOf(before: Row, after: Row): Interval {
  if (before.samples.length > 1 && after.samples.length > 1) {
    return intervalOfRatio(before.samples, after.samples);
  }
  // Nothing to draw from: as far apart as the rows' own intervals allow.
  return { low: after.low / before.high, high: after.high / before.low };
}

export function compareRows(before: Row, after: Row): Comparison {
  const ratio = after.median / before.median;
  const interval = ratioOf(before, after);
  const [betterRatio, worseRatio] = isMoreBetter(after.unit)
    ? [1 + REGRESSION, 1 - REGRESSION]
    : [1 - REGRESSION, 1 + REGRESSION];
  const isBeyond = (bound: number): boolean =>
    bound < 1 ? ratio < bound && interval.high < 1 : ratio > bound && interval.low > 1;
  const isNoise = Math.abs(ratio - 1) > REGRESSION;
  const verdict = isBeyond(worseRatio)
    ? "regression"
    : isBeyond(betterRatio)
      ? "improvement"
      : isNoise
        ? "noise"
        : "same";
  return { before, after, ratio, interval, verdict };
}

/** Rows that both have. */
export function compareResults(before: Result, after: Result): Comparison[] {
  const known = new Map(before.rows.map((row) => [keyOf(row), row]));
  return after.rows.flatMap((row) => {
    const old = known.get(keyOf(row));
    return old === undefined ? [] : [compareRows(old, row)];
  });
}

function percent(ratio: number): string {
  const change = (ratio - 1) * 100;
  return `${change > 0 ? "+" : ""}${change.toFixed(1)} %`;
}

function nameOf({ suite, case: one, unit }: Row): string {
  return `${suite}: ${caseText(one)}, ${unit}`;
}

function tableOf(comparisons: readonly Comparison[]): Table {
  return {
    columns: ["", "before", "after", "change", "95 % interval", ""].map((label) => ({ label })),
    rows: comparisons.map(({ before, after, ratio, interval, verdict }) => [
      nameOf(after),
      Number(before.median.toPrecision(4)),
      Number(after.median.toPrecision(4)),
      percent(ratio),
      `${percent(interval.low)} to ${percent(interval.high)}`,
      verdict === "same" ? "" : verdict,
    ]),
  };
}

/** The median of each row in each result, where at least two have it. */
function trendOf(results: readonly Result[]): Table {
  const byKey = results.map((result) => new Map(result.rows.map((row) => [keyOf(row), row])));
  const rows = new Map(results.flatMap(({ rows: all }) => all.map((row) => [keyOf(row), row])));
  const shared = [...rows].filter(([key]) => byKey.filter((one) => one.has(key)).length > 1);
  return {
    columns: [
      { label: "" },
      ...results.map(({ environment }) => ({ label: environment.commit, align: "right" as const })),
    ],
    rows: shared.map(([key, row]) => [
      nameOf(row),
      ...byKey.map((one) => {
        const found = one.get(key);
        return found === undefined ? null : Number(found.median.toPrecision(4));
      }),
    ]),
  };
}

function isResult(value: unknown): value is Result {
  const { rows, environment } = (value ?? {}) as Partial<Result>;
  return Array.isArray(rows) && typeof environment === "object" && environment !== null;
}

/** One result, or one a line. */
export function readResults(text: string, file: string): Result[] {
  let values: unknown[];
  try {
    values = [JSON.parse(text)];
  } catch {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    values = lines.map((line, index) => {
      try {
        return JSON.parse(line) as unknown;
      } catch {
        throw new UsageError(`${file}, line ${index + 1}: this is no JSON`);
      }
    });
  }
  const wrong = values.findIndex((value) => !isResult(value));
  if (wrong >= 0 || values.length === 0) {
    throw new UsageError(`${file}: result ${wrong + 1} is not what sluice bench --json writes`);
  }
  return values as Result[];
}

async function readAll(files: readonly string[]): Promise<Result[][]> {
  const texts = files.map(async (file) => {
    try {
      return await readFile(file, "utf8");
    } catch (error) {
      throw new UsageError(`${file} can't be read: ${(error as Error).message}`);
    }
  });
  return (await Promise.all(texts)).map((text, index) => readResults(text, files[index] ?? ""));
}

export async function compareFiles(files: readonly string[]): Promise<number> {
  const read = await readAll(files);
  const results = read.flat();
  const after = results.at(-1);
  const before = files.length === 1 ? results.at(-2) : results[0];
  if (before === undefined || after === undefined || results.length < 2) {
    throw new UsageError("compare needs two results: two files, or a results file of two lines");
  }
  const comparisons = compareResults(before, after);
  if (comparisons.length === 0) {
    throw new UsageError("these results have no row in common");
  }
  const parts = [tableText(tableOf(comparisons))];
  if (results.length > 2) parts.push(tableText(trendOf(results)));
  const count = (verdict: Verdict) => comparisons.filter((one) => one.verdict === verdict).length;
  const regressions = count("regression");
  const rest = comparisons.length - regressions - count("improvement");
  parts.push(
    `${before.environment.commit} to ${after.environment.commit}: ${regressions} regressions, ` +
      `${count("improvement")} improvements, ${rest} rows within noise or 5 %.\n`,
  );
  if (before.environment.processor !== after.environment.processor) {
    parts.push("These were measured on different processors.\n");
  }
  process.stdout.write(parts.join("\n"));
  return regressions > 0 ? 1 : 0;
}
