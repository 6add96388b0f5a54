/** Access logs of web servers, in the Common Log Format or the Combined one, which begins as it does. */
import { linesOf } from "./lines.ts";
import { Rows } from "./rows.ts";
import type { TimeReader } from "./time.ts";
import { TraceError } from "./traceError.ts";

/** Host, identity, user, time, request; status and bytes. */
const LINE = /^\S+ \S+ [^[]*\[([^\]]+)\] "(?:[^"\\]|\\.)*" (\d{3}|-) (\d+|-)(?: |$)/;
const COLUMNS: readonly string[] = ["status", "bytes"];

/** Whether a file that begins so is one. */
export function isAccessLog(head: string): boolean {
  return LINE.test((head.split("\n", 1)[0] as string).trimEnd());
}

function* entriesOf(file: string): Generator<{ line: number; found: RegExpExecArray }> {
  let line = 0;
  for (const text of linesOf(file)) {
    line++;
    if (text.trim() === "") continue;
    const found = LINE.exec(text);
    if (found === null) {
      const sentence =
        "It is no line of an access log, as in: " +
        '203.0.113.9 - - [29/Nov/2026:08:30:00 +0000] "GET / HTTP/1.1" 200 512';
      throw new TraceError(file, line, sentence);
    }
    yield { line, found };
  }
}

export function logRows(file: string, times: TimeReader): Rows {
  const rows = new Rows(file, false);
  for (const { line, found } of entriesOf(file)) {
    const atMs = times.read(found[1] as string);
    if (Number.isNaN(atMs)) throw new TraceError(file, line, `[${found[1]}] is no time.`);
    rows.push(atMs, 1, line, rows.length);
  }
  return rows;
}

/** A column of each entry: `status` or `bytes`; a log that has a dash there has 0. */
export function* logColumn(
  file: string,
  column: string,
): Generator<{ line: number; cell: string }> {
  const at = COLUMNS.indexOf(column);
  if (at < 0) {
    throw new TraceError(
      file,
      0,
      `An access log has no column ${column}; it has status and bytes.`,
    );
  }
  for (const { line, found } of entriesOf(file)) {
    const cell = found[2 + at] as string;
    yield { line, cell: cell === "-" ? "0" : cell };
  }
}
