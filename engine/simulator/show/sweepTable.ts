/** A sweep as a table, a row a cell, for a terminal, Markdown and a page; and as CSV. Pure. */
import type { Cell, Column, Table } from "../../report/table.ts";
import { bare } from "../../report/words.ts";
import { shownNumber } from "../questions/figures.ts";
import type { Figure, Sweep, SweepCell, Value } from "../questions/types.ts";

/** The last names of the fields' paths, where they tell them apart. */
export function fieldLabels(paths: readonly string[]): string[] {
  const short = paths.map((path) => path.split(".").at(-1) ?? path);
  return new Set(short).size === short.length ? short : [...paths];
}

export function sweepTable({ varied, shown, cells }: Sweep): Table {
  const right = { align: "right" } as const;
  const columns: Column[] = [
    ...fieldLabels(varied.map(({ path }) => path)).map((label) => ({ label, ...right })),
    { label: "load", ...right },
    ...shown.map(({ label }) => ({ label, ...right })),
  ];
  const rows = cells.map((cell): Cell[] => [
    ...varied.map(({ path }) => String(cell.values[path])),
    Number(cell.load.toPrecision(3)),
    ...shown.map((figure, index) => cellText(cell, figure, index)),
  ]);
  return { caption: "Cells (± is the 95 % confidence interval over the runs)", columns, rows };
}

function cellText(cell: SweepCell, figure: Figure, index: number): Cell {
  if (cell.results !== null) return valueText(cell.results[figure.path], figure);
  if (index > 0) return null;
  return cell.unstable.length > 0 ? "unstable" : "not simulated";
}

/** `1.2 s ±40 ms`. */
export function valueText(found: Value | undefined, figure: Figure): Cell {
  const value = shownNumber(found?.value ?? null, figure);
  const half = shownNumber(found?.halfWidth ?? null, figure);
  if (value === null) return null;
  const text = bare(value, figure.unit, "full");
  return half === null
    ? text
    : `${text} ±${bare(Number(half.toPrecision(2)), figure.unit, "full")}`;
}

/** One value of CSV (RFC 4180). */
function quoted(value: unknown): string {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A line a cell; each figure has a column and one of its half width, in the JSON's units. */
export function sweepCsv({ varied, shown, cells }: Sweep): string {
  const head = [
    ...varied.map(({ path }) => path),
    "load",
    "isUnstable",
    ...shown.flatMap(({ path }) => [path, `${path} halfWidth`]),
  ];
  const rows = cells.map(({ values, load, unstable, results }) => [
    ...varied.map(({ path }) => values[path]),
    load,
    unstable.length > 0,
    ...shown.flatMap(({ path }) => [results?.[path]?.value, results?.[path]?.halfWidth]),
  ]);
  return [head, ...rows].map((row) => `${row.map(quoted).join(",")}\n`).join("");
}
