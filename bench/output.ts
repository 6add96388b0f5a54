/** What becomes of a result: files that were asked for, and what is printed. */
import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { svg } from "../engine/report/svg.ts";
import { tableText } from "../engine/report/table.ts";
import { terminalChart, terminalOptions } from "../engine/report/terminal.ts";
import { type Options, UsageError } from "./commandLine.ts";
import { answerOf } from "./result/answer.ts";
import { chartsOf } from "./result/charts.ts";
import { readResults } from "./result/compare.ts";
import { htmlOf } from "./result/html.ts";
import { bySuite, markdownOf, textOf } from "./result/printed.ts";
import type { Result } from "./result/schema.ts";
import { environmentText, tablesOf } from "./result/tables.ts";

/** `types-1.svg`: the first chart of the suite types. */
async function writeCharts(result: Result, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const rows of bySuite(result.rows)) {
    for (const [index, chart] of chartsOf(rows).entries()) {
      await writeFile(join(folder, `${rows[0]?.suite}-${index + 1}.svg`), svg(chart));
    }
  }
}

export async function writeFiles(result: Result, { json, append, html, svg }: Options) {
  if (json !== undefined) await writeFile(json, `${JSON.stringify(result, null, 2)}\n`);
  if (append !== undefined) await appendFile(append, `${JSON.stringify(result)}\n`);
  if (html !== undefined) await writeFile(html, htmlOf(result));
  if (svg !== undefined) await writeCharts(result, svg);
}

/** The answer, a picture and a table, on one screen. */
function oneScreen(result: Result): string {
  const options = terminalOptions(process.stdout);
  const charts = chartsOf(result.rows).map((chart) => terminalChart(chart, options));
  const rates = result.rows.filter(({ unit }) => unit === "messages/s");
  return [
    `${answerOf(result.rows)}\n`,
    ...charts,
    ...tablesOf(rates).map(tableText),
    `${environmentText(result.environment)}\n`,
  ].join("\n");
}

export function print(
  result: Result,
  { isMarkdown, html, isShort }: Options & { isShort: boolean },
) {
  const words = answerOf(result.rows);
  if (isMarkdown) process.stdout.write(markdownOf(result));
  else if (isShort && !result.interrupted) process.stdout.write(oneScreen(result));
  else process.stdout.write(words === "" ? textOf(result) : `${words}\n\n${textOf(result)}`);
  if (html !== undefined && !isMarkdown) process.stdout.write(`\nPage: ${resolve(html)}\n`);
}

/** `sluice bench show RESULT.json`: prints and draws again what was measured before. */
export async function show(files: readonly string[], options: Options): Promise<number> {
  const [file, ...more] = files;
  if (file === undefined || more.length > 0) throw new UsageError("show takes one result's file");
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError(`${file} can't be read: ${(error as Error).message}`);
  }
  const result = readResults(text, file).at(-1) as Result;
  await writeFiles(result, { ...options, json: undefined, append: undefined });
  print(result, { ...options, isShort: false });
  return 0;
}
