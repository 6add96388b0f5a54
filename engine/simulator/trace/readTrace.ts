/**
 * Reads traces: arrivals from a file of one of several formats, and numbers of a column. The format is seen
 * by the file's beginning, unless it is named. Throws TraceErrors. Called before anything runs.
 */

import { sharedNumbers } from "../../broker/messages/sharedNumbers.ts";
import type { ColumnName } from "../scenario/trace.ts";
import { isAccessLog, logColumn, logRows } from "./accessLog.ts";
import { cloudWatchRows } from "./cloudWatch.ts";
import { Column } from "./column.ts";
import { csvRows } from "./csvRows.ts";
import { headOf } from "./lines.ts";
import { played } from "./order.ts";
import { ROWS_MAX } from "./rows.ts";
import { columnAt, numberOf, openTable, quoted } from "./table.ts";
import { TimeReader } from "./time.ts";
import { TraceError } from "./traceError.ts";
import type { PlayedTrace, TraceRequest } from "./traceRequest.ts";

/** A log tells whole seconds. */
const LOG_WIDTH_MS = 1_000;

export function readTrace(request: TraceRequest): PlayedTrace {
  const { file, metric, zone } = request;
  const head = headOf(file);
  if (head.trim() === "") throw new TraceError(file, 0, "It is empty.");
  const times = new TimeReader(zone);
  const { format = formatOf(head) } = request;
  if (format === "cloudWatchJson") {
    return played(cloudWatchRows(file, metric, times), { ...request, sorts: true });
  }
  if (format === "accessLog") {
    // A line is written when its request is over: those of long ones stand behind later ones.
    return played(logRows(file, times), { ...request, sorts: true }, LOG_WIDTH_MS);
  }
  return played(csvRows(request, times), request);
}

/** Undefined for comma separated values, whose first rows say more. */
function formatOf(head: string): "cloudWatchJson" | "accessLog" | undefined {
  if (head.trimStart().startsWith("{")) return "cloudWatchJson";
  return isAccessLog(head) ? "accessLog" : undefined;
}

/** A column's numbers, times `scale`, as the file's rows have them. Each is 0 or more. */
export function readColumn(file: string, column: ColumnName, scale: number): Float64Array {
  const values = new Column();
  for (const { line, cell } of cellsOf(file, column)) {
    const value = numberOf(cell);
    if (value === undefined || value < 0) {
      const sentence = `${quoted(cell)} in column ${column} is no number from 0 on.`;
      throw new TraceError(file, line, sentence);
    }
    if (values.length === ROWS_MAX) {
      throw new TraceError(file, line, `A trace has at most ${ROWS_MAX} rows; take a part of it.`);
    }
    values.push(value * scale);
  }
  if (values.length === 0) throw new TraceError(file, 0, "It has no rows.");
  const all = sharedNumbers(values.length);
  all.set(values.values);
  return all;
}

function* cellsOf(
  file: string,
  column: ColumnName,
): Generator<{ line: number; cell: string | undefined }> {
  const head = headOf(file);
  if (head.trimStart().startsWith("{")) {
    const sentence = "Of JSON, no column is read: rows of comma separated values have columns.";
    throw new TraceError(file, 0, sentence);
  }
  if (isAccessLog(head)) {
    yield* logColumn(file, String(column));
    return;
  }
  const table = openTable(file, false);
  const at = columnAt(table, column);
  for (const { line, cells } of table.rows) yield { line, cell: cells[at] };
}
