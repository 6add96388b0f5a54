/**
 * A table as plain data: what the benchmark and the simulator print, write as Markdown and show in
 * their pages, the same rows each time. Text of any kind may stand in it; each form escapes it.
 */
import { escapeMarkdown, escapeMarkup, printable } from "./escape.ts";
import { axisTitle, bare } from "./words.ts";

/** A text, a number as people read it (`4,123,000`), or nothing. */
export type Cell = string | number | null;

export interface Column {
  readonly label: string;
  /** As an axis has it (chart.ts); one that its numbers don't show stands behind the label. */
  readonly unit?: string;
  /** To the right where all of the column's cells are numbers or nothing, if not given. */
  readonly align?: "left" | "right";
}

export interface Table {
  readonly caption?: string;
  readonly columns: readonly Column[];
  /** In each row a cell for each column. */
  readonly rows: readonly (readonly Cell[])[];
}

interface Written {
  readonly head: readonly string[];
  readonly body: readonly (readonly string[])[];
  readonly isRight: readonly boolean[];
}

/** Throws a TypeError where a row has not a cell for each column. */
function write({ caption, columns, rows }: Table): Written {
  for (const row of rows) {
    if (row.length === columns.length) continue;
    const where = caption === undefined ? "a table" : `the table ${JSON.stringify(caption)}`;
    throw new TypeError(
      `In ${where} a row has ${row.length} cells for ${columns.length} columns: ${JSON.stringify(row)}.`,
    );
  }
  return {
    head: columns.map(({ label, unit }) => axisTitle(label, unit)),
    body: rows.map((row) => row.map((cell, index) => cellText(cell, columns[index]?.unit))),
    isRight: columns.map(({ align }, index) =>
      align === undefined ? isNumeric(rows, index) : align === "right",
    ),
  };
}

function isNumeric(rows: Table["rows"], index: number): boolean {
  return rows.length > 0 && rows.every((row) => typeof row[index] !== "string");
}

function cellText(cell: Cell, unit: string | undefined): string {
  if (cell === null) return "–";
  return typeof cell === "string" ? cell : bare(cell, unit, "full");
}

function lengthOf(text: string): number {
  return [...text].length;
}

function pad(text: string, width: number, isRight: boolean | undefined): string {
  const space = " ".repeat(Math.max(0, width - lengthOf(text)));
  return isRight ? space + text : text + space;
}

/** Lines of aligned text, each with a newline; the caption, if any, stands above. */
export function tableText(table: Table): string {
  const { head, body, isRight } = write(table);
  const rows = [head, ...body].map((row) => row.map(printable));
  const widths = head.map((_, index) => Math.max(...rows.map((row) => lengthOf(row[index] ?? ""))));
  const lines = rows.map((row) =>
    row.map((text, index) => pad(text, widths[index] ?? 0, isRight[index])).join("  "),
  );
  lines.splice(1, 0, widths.map((width) => "─".repeat(width)).join("  "));
  if (table.caption !== undefined) lines.unshift(printable(table.caption), "");
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

/** A table of GitHub's Markdown, under its caption in bold. */
export function tableMarkdown(table: Table): string {
  const { head, body, isRight } = write(table);
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  const rows = [head, ...body].map((row) => line(row.map(escapeMarkdown)));
  rows.splice(1, 0, line(isRight.map((right) => (right ? "---:" : "---"))));
  const caption = table.caption === undefined ? "" : `**${escapeMarkdown(table.caption)}**\n\n`;
  return caption + rows.join("");
}

/** A table element of HTML; cells that stand to the right have the class `right`. */
export function tableHtml(table: Table): string {
  const { head, body, isRight } = write(table);
  const row = (tag: string, cells: readonly string[]): string => {
    const written = cells.map((text, index) => {
      const kind = isRight[index] ? ' class="right"' : "";
      const scope = tag === "th" ? ' scope="col"' : "";
      return `<${tag}${scope}${kind}>${escapeMarkup(text)}</${tag}>`;
    });
    return `<tr>${written.join("")}</tr>\n`;
  };
  const caption =
    table.caption === undefined ? "" : `<caption>${escapeMarkup(table.caption)}</caption>\n`;
  const rows = body.map((cells) => row("td", cells)).join("");
  return `<table>\n${caption}<thead>\n${row("th", head)}</thead>\n<tbody>\n${rows}</tbody>\n</table>\n`;
}
