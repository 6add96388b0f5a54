/**
 * Debian's Chromium, without the network, for tests of pages: how one is opened, and what its charts must
 * hold.
 */
import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { expect } from "vitest";
import type { Chart } from "../../engine/report/chart.ts";
import { patience } from "../support/patience.ts";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];

/** Starts it; whoever called closes it. */
export function startBrowser(timeout: number): Promise<Browser> {
  const executablePath = PLACES.find((place) => existsSync(place)) ?? "chromium";
  // The sandbox needs rights that root in a container has not; what is opened are the tests' own pages.
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-background-networking", "--disable-gpu"],
    timeout,
  });
}

/** Opens the page without network, runs, and fails at whatever the browser complained of or asked for. */
export async function openOffline(
  browser: Browser,
  url: string,
  options: BrowserContextOptions,
  run: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ offline: true, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(patience());
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => requests.push(request.url()));
  try {
    await page.goto(url);
    await run(page);
    expect(complaints).toEqual([]);
    expect(requests).toEqual([url]);
  } finally {
    await context.close();
  }
}

/** Each chart of an open page, read back from what was plotted. */
export function plotsOf(page: Page): Promise<unknown> {
  return page.evaluate(
    "sluiceCharts.map(({ chart, plotted }) => ({ title: chart.title, ...plotted() }))",
  );
}

/** What `plotsOf` must be for these charts. */
export function expectedPlots(charts: readonly Chart[]): unknown {
  const plots = charts.map((chart) => ({ title: chart.title, ...Object(expectedOf(chart)) }));
  // As the page's JSON has them.
  return JSON.parse(JSON.stringify(plots));
}

/** What a chart's plot must hold, in the form that `plotted()` has. */
function expectedOf(chart: Chart): unknown {
  if (chart.kind === "heat") return { values: chart.cells.values };
  const places = [...new Set(chart.series.flatMap(({ x }) => x.map(String)))];
  const series = chart.series.map((one) => {
    // Bars are plotted in the order of their places.
    const order = [...one.x.keys()];
    if (chart.kind === "bars") {
      const place = (index: number) => places.indexOf(String(one.x[index]));
      order.sort((left, right) => place(left) - place(right));
    }
    const { low, high } = one;
    const ends =
      low && high ? { low: order.map((at) => low[at]), high: order.map((at) => high[at]) } : {};
    return {
      name: one.name,
      ...(one.run === undefined ? {} : { run: one.run }),
      x: order.map((at) => one.x[at]),
      y: order.map((at) => one.y[at]),
      ...ends,
    };
  });
  return { series };
}
