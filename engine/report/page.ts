/**
 * One self-contained HTML page of a report: text, tables and charts that can be zoomed, read with the
 * pointer or the keyboard, and printed. It carries uPlot and all else it needs and forbids itself the
 * network. The charts are drawn in the browser from the JSON in the page, which is the report itself.
 * Called on any thread, seldom: it reads files of the package.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { checkChart } from "./chart.ts";
import type { PageContent, Section } from "./content.ts";
import { escapeMarkup, scriptJson } from "./escape.ts";
import { DARK, LIGHT, properties } from "./palette.ts";
import { tableHtml } from "./table.ts";

export type { PageContent, Section } from "./content.ts";

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/** From a build and a package, and run from sources. */
const SCRIPT_PLACES = ["./browser.js", "../../dist/engine/report/browser.js"];

const packageFile = createRequire(import.meta.url);

function own(...places: string[]): string {
  const files = places.map((place) => new URL(place, import.meta.url));
  const found = files.find((file) => existsSync(file));
  if (found !== undefined) return readFileSync(found, "utf8");
  const names = files.map((file) => fileURLToPath(file)).join(" or ");
  throw new Error(`The report's page is not built: there is no ${names}. Run "npm run build".`);
}

function library(name: string): string {
  return readFileSync(packageFile.resolve(`uplot/dist/${name}`), "utf8");
}

/** A script's text, which nothing in it can end early. */
function script(code: string): string {
  return `<script>${code.replace(/<\/(script)/gi, "<\\/$1").replace(/<!--/g, "<\\!--")}</script>\n`;
}

function sectionHtml({ heading, text, charts = [], table }: Section): string {
  const figures = charts.map(({ title, note }) => {
    const words = note === undefined ? "" : `<p>${escapeMarkup(note)}</p>`;
    return `<figure>\n<figcaption><h3>${escapeMarkup(title)}</h3>${words}</figcaption>\n</figure>\n`;
  });
  const paragraph = text === undefined ? "" : `<p>${escapeMarkup(text)}</p>\n`;
  const grid = figures.length === 0 ? "" : `<div class="charts">\n${figures.join("")}</div>\n`;
  const rows = table === undefined ? "" : `<div class="scroll">\n${tableHtml(table)}</div>\n`;
  return `<section>\n<h2>${escapeMarkup(heading)}</h2>\n${paragraph}${grid}${rows}</section>\n`;
}

function environmentHtml(environment: PageContent["environment"] = []): string {
  if (environment.length === 0) return "";
  const facts = environment.map(
    ([name, value]) => `<div><dt>${escapeMarkup(name)}</dt><dd>${escapeMarkup(value)}</dd></div>\n`,
  );
  return `<dl class="environment">\n${facts.join("")}</dl>\n`;
}

function style(): string {
  const colours = `:root { ${properties(LIGHT)} }
@media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) { ${properties(DARK)} } }`;
  return `<style>\n${library("uPlot.min.css")}\n${colours}\n${own("./page.css")}</style>\n`;
}

/** The page's text. Throws a TypeError where a chart or a table of the report can't be shown truly. */
export function page(content: PageContent): string {
  for (const { charts = [] } of content.sections) for (const chart of charts) checkChart(chart);
  const title = escapeMarkup(content.title);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title}</title>
${style()}</head>
<body>
<main>
<header>
<h1>${title}</h1>
<p class="lead">${escapeMarkup(content.lead)}</p>
${environmentHtml(content.environment)}<div id="runs" hidden></div>
</header>
<noscript><p>The charts need JavaScript; the tables do not.</p></noscript>
${content.sections.map(sectionHtml).join("")}<footer>
<p>Drag across a chart to zoom, double-click to see all of it. With the keyboard: Tab to a chart, arrows to read it, + and − to zoom, 0 to see all. <a id="save" download="report.json" hidden>Save the data as JSON</a></p>
</footer>
</main>
<script type="application/json" id="report">${scriptJson(content)}</script>
${script(library("uPlot.iife.min.js"))}${script(own(...SCRIPT_PLACES))}</body>
</html>
`;
}
