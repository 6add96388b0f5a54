/**
 * A file of comma separated values as a table: what its columns are called, and its rows. The first row
 * names the columns unless one of its cells is a number or a time; an export of the CloudWatch console
 * has several such rows. Columns are meant by name, or by number from 1 on.
 */
import { nearest } from "../../suggestion.ts";
import { listed } from "../scenario/sentences.ts";
import type { ColumnName } from "../scenario/trace.ts";
import { type CsvRecord, csvRecords } from "./csv.ts";
import { TimeReader } from "./time.ts";
import { TraceError } from "./traceError.ts";

/** Rows of names that an export of the console has at the most. */
const NAME_ROWS_MAX = 16;
const CONSOLE_MARK = /^(full label|label)$/i;
const TIME_NAMES = ["timestamp", "time", "datetime", "date", "ts"];
const COUNT_NAMES = ["count", "counts", "value", "values", "requests", "messages", "sum", "n"];
/** Names in an error's sentence. */
const NAMES_TOLD = 12;

export interface Table {
  readonly file: string;
  /** Rows of names; the last one first. */
  readonly names: readonly (readonly string[])[];
  readonly isConsole: boolean;
  /** Columns of the first row. */
  readonly width: number;
  /** Once: the rows, without those of names. */
  readonly rows: Iterable<CsvRecord>;
}

const times = new TimeReader({ momentOf: (ms) => ms });

function isTime(cell: string | undefined): boolean {
  return cell !== undefined && !Number.isNaN(times.read(cell));
}

/** Throws a TraceError for a file that has no row. */
export function openTable(file: string, isConsoleMeant: boolean): Table {
  const records = csvRecords(file);
  const begin: CsvRecord[] = [];
  const names: (readonly string[])[] = [];
  for (let next = records.next(); !next.done; next = records.next()) {
    const { cells } = next.value;
    const isConsole = isConsoleMeant || CONSOLE_MARK.test(names.at(-1)?.[0] ?? cells[0] ?? "");
    const isNames = isConsole ? !isTime(cells[0]) : names.length === 0 && !isData(cells);
    if (!isNames) {
      begin.push(next.value);
      break;
    }
    if (names.length === NAME_ROWS_MAX) {
      const sentence = `No row up to here begins with a time; it begins with ${quoted(cells[0])}.`;
      throw new TraceError(file, next.value.line, sentence);
    }
    names.unshift(cells);
  }
  const [first] = begin;
  if (first === undefined) {
    throw new TraceError(file, 0, names.length === 0 ? "It is empty." : "It has no rows.");
  }
  const isConsole = isConsoleMeant || CONSOLE_MARK.test(names.at(-1)?.[0] ?? "");
  const width = Math.max(first.cells.length, ...names.map(({ length }) => length));
  return { file, names, isConsole, width, rows: joined(begin, records) };
}

/** Names are neither numbers nor times. */
function isData(cells: readonly string[]): boolean {
  return cells.some((cell) => isTime(cell) || numberOf(cell) !== undefined);
}

function* joined(begin: readonly CsvRecord[], rest: Iterable<CsvRecord>): Generator<CsvRecord> {
  yield* begin;
  yield* rest;
}

export function numberOf(cell: string | undefined): number | undefined {
  const value = cell === undefined || cell === "" ? Number.NaN : Number(cell);
  return Number.isFinite(value) ? value : undefined;
}

export function quoted(cell: string | undefined): string {
  return cell === undefined ? "nothing" : JSON.stringify(cell.slice(0, 60));
}

/** Where a column is that was named, by its name or its number. Throws a TraceError. */
export function columnAt(table: Table, column: ColumnName): number {
  const wanted = String(column);
  const lower = wanted.toLowerCase();
  for (const row of table.names) {
    const exact = row.indexOf(wanted);
    const at = exact >= 0 ? exact : row.findIndex((name) => name.toLowerCase() === lower);
    if (at >= 0) return at;
  }
  const number = /^\d+$/.test(wanted) ? Number(wanted) : 0;
  if (number >= 1 && number <= table.width) return number - 1;
  throw new TraceError(table.file, 1, `It has no column ${wanted}${columnsOf(table, wanted)}`);
}

/** What columns there are, as the end of a sentence. */
export function columnsOf({ names, width }: Table, wanted?: string): string {
  const all = (names[0] ?? []).filter((name) => name !== "");
  if (all.length === 0) return `; its columns have no names but numbers: 1 to ${width}.`;
  const near = wanted === undefined ? undefined : nearest(wanted, all);
  if (near !== undefined) return `; did you mean ${near}?`;
  const told = all.slice(0, NAMES_TOLD);
  const more = all.length > told.length ? ", and more" : "";
  return `; there are ${more === "" ? listed(told, "and") : told.join(", ")}${more}.`;
}

/** Where the times are, if nobody says. */
export function timeColumnOf({ names, isConsole }: Table): number {
  if (isConsole) return 0;
  const named = (names[0] ?? []).findIndex((name) => TIME_NAMES.includes(name.toLowerCase()));
  return Math.max(0, named);
}

/**
 * Where counts are, if nobody says: the column with a name for it, or the only one beside the times.
 * Undefined where there is none.
 */
export function countColumnOf(table: Table, timeColumn: number): number | undefined {
  const names = table.names[0] ?? [];
  const named = COUNT_NAMES.map((name) => names.findIndex((own) => own.toLowerCase() === name));
  const known = named.find((at) => at >= 0 && at !== timeColumn);
  if (known !== undefined) return known;
  const isAlone = table.width === 2 && (names.length === 0 || table.isConsole);
  return isAlone ? 1 - timeColumn : undefined;
}
