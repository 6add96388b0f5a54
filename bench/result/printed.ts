/** A result as text or as Markdown. */
import { tableMarkdown, tableText } from "../../engine/report/table.ts";
import type { Result, Row } from "./schema.ts";
import { captionOf, environmentPairs, environmentText, tablesOf } from "./tables.ts";

/** The rows of each suite, in the order in which the suites were run. */
export function bySuite(rows: readonly Row[]): (readonly Row[])[] {
  const suites = [...new Set(rows.map(({ suite }) => suite))];
  return suites.map((suite) => rows.filter((row) => row.suite === suite));
}

export function textOf({ environment, rows, interrupted }: Result): string {
  const parts = bySuite(rows).map(
    (own) => `${captionOf(own)}\n\n${tablesOf(own).map(tableText).join("\n")}`,
  );
  const cut = interrupted ? ["Interrupted: what was finished.\n"] : [];
  return [`${environmentText(environment)}\n`, ...cut, ...parts].join("\n");
}

export function markdownOf({ environment, rows }: Result): string {
  const lines = environmentPairs(environment).map(([name, value]) => `- ${name}: ${value}`);
  const parts = bySuite(rows).map(
    (own) => `## ${captionOf(own)}\n\n${tablesOf(own).map(tableMarkdown).join("\n")}`,
  );
  return [`${lines.join("\n")}\n`, ...parts].join("\n");
}
