/** Rows of comma separated values: moments, or buckets with a count. */
import { Rows } from "./rows.ts";
import {
  columnAt,
  columnsOf,
  countColumnOf,
  numberOf,
  openTable,
  quoted,
  type Table,
  timeColumnOf,
} from "./table.ts";
import { TIME_EXAMPLE, type TimeReader } from "./time.ts";
import { TraceError } from "./traceError.ts";
import type { TraceRequest } from "./traceRequest.ts";

export function csvRows(request: TraceRequest, times: TimeReader): Rows {
  const { file, format, timeColumn } = request;
  const table = openTable(file, format === "cloudWatchCsv");
  const timeAt = timeColumn === undefined ? timeColumnOf(table) : columnAt(table, timeColumn);
  const countAt = countsAt(table, timeAt, request);
  const rows = new Rows(file, countAt !== undefined);
  let place = 0;
  for (const { line, cells } of table.rows) {
    const atMs = times.read(cells[timeAt] ?? "", countAt !== undefined);
    if (Number.isNaN(atMs)) {
      const sentence = `${quoted(cells[timeAt])} is no time; a time is as ${TIME_EXAMPLE}.`;
      throw new TraceError(file, line, sentence);
    }
    const cell = countAt === undefined ? "1" : cells[countAt];
    // Of several metrics of an export, one may have no value at a time.
    if (cell !== "" || !table.isConsole) rows.push(atMs, countOf(cell, file, line), line, place);
    place++;
  }
  return rows;
}

/** Where the counts are; undefined: each row is a message. */
function countsAt(table: Table, timeAt: number, request: TraceRequest): number | undefined {
  const { format, countColumn } = request;
  if (countColumn !== undefined) return columnAt(table, countColumn);
  if (format === "timestamps") return undefined;
  const found = countColumnOf(table, timeAt);
  if (found !== undefined || (format === undefined && !table.isConsole)) return found;
  const sentence = `It has no column that is known to count${columnsOf(table)} Name it: countColumn.`;
  throw new TraceError(table.file, 1, sentence);
}

export function countOf(cell: string | undefined, file: string, line: number): number {
  const count = numberOf(cell);
  if (count !== undefined && count >= 0) return count;
  const sentence = `${quoted(cell)} is no number of messages; that is a number from 0 on.`;
  throw new TraceError(file, line, sentence);
}
