/**
 * Comma separated values as RFC 4180 has them: quotes around a cell, doubled within, lines that end within
 * quotes. Semicolons and tabs separate as well, where the first line has more of them than commas.
 * Plain code: a library would be the larger part of what is loaded for so little.
 */
import { headOf, linesOf } from "./lines.ts";
import { TraceError } from "./traceError.ts";

export interface CsvRecord {
  /** The line it begins in, from 1 on. */
  readonly line: number;
  readonly cells: readonly string[];
}

const SEPARATORS = [",", ";", "\t"] as const;
/** Quotes that are never closed would make one cell of the rest of the file. */
const RECORD_MAX = 1_048_576;

function separatorOf(head: string): string {
  const first = head.split("\n", 1)[0] as string;
  const counts = SEPARATORS.map((separator) => first.split(separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))] as string;
}

/** Its records; lines with nothing in them are none. */
export function* csvRecords(file: string): Generator<CsvRecord> {
  const separator = separatorOf(headOf(file));
  const cell = cellPattern(separator);
  let [number, began, open] = [0, 0, ""];
  for (const line of linesOf(file)) {
    number++;
    if (open === "") began = number;
    const text = open === "" ? line : `${open}\n${line}`;
    open = isClosed(text) ? "" : text;
    if (open.length > RECORD_MAX) break;
    if (open !== "" || text.trim() === "") continue;
    const isPlain = !text.includes('"');
    const cells = isPlain ? plainCells(text, separator) : cellsOf(text, cell, file, began);
    yield { line: began, cells };
  }
  if (open !== "") throw new TraceError(file, began, "Quotes are opened here and not closed.");
}

/** Each quote within quotes is doubled, so a whole record has an even number. */
function isClosed(text: string): boolean {
  return !text.includes('"') || text.split('"').length % 2 === 1;
}

function plainCells(text: string, separator: string): string[] {
  return text.split(separator).map((cell) => cell.trim());
}

function cellPattern(separator: string): RegExp {
  return new RegExp(` *(?:"((?:[^"]|"")*)" *|([^"${separator}]*))(${separator}|$)`, "y");
}

function cellsOf(text: string, cell: RegExp, file: string, line: number): string[] {
  const cells: string[] = [];
  cell.lastIndex = 0;
  for (;;) {
    const found = cell.exec(text);
    if (found === null) {
      const sentence =
        "Quotes stand within a cell: they are around the whole cell, doubled within.";
      throw new TraceError(file, line, sentence);
    }
    const [, quoted, plain = "", end] = found;
    cells.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    if (end === "") return cells;
  }
}
