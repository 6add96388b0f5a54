/**
 * The page of a report in a real browser without network: it opens without a complaint and asks for
 * nothing, each chart's plot holds the numbers of the report's JSON, and what a reader does with
 * pointer and keyboard works.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Chart } from "../../engine/report/chart.ts";
import { page as pageOf } from "../../engine/report/page.ts";
import { patience } from "../support/patience.ts";
import { requireTool } from "../support/tools.ts";
import { startBrowser } from "./browser.ts";
import { allCharts, depth, HOSTILE, sample } from "./sample.ts";

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

describe("the text of a page", () => {
  const html = pageOf(sample);

  test("names nothing outside of itself", () => {
    // What uPlot says of itself in a comment is no address that is asked for.
    const attributes = html.match(/\b(?:src|href|srcset|action)\s*=\s*"[^"]*"/g);
    expect(attributes).toEqual(['href="data:,"']);
    expect(html).not.toMatch(/@import|url\(/);
    expect(html).toContain("default-src 'none'");
  });

  test("carries the report as JSON, whatever names are in it", () => {
    const [, json = ""] =
      /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(html) ?? [];
    expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(sample)));
  });

  test("is refused where a chart could not be drawn truly", () => {
    const broken = {
      ...sample,
      sections: [
        { heading: "a", charts: [{ ...allCharts[0], x: { label: "x", scale: "log" } } as Chart] },
      ],
    };
    expect(() => pageOf(broken)).toThrow(/In the chart "Messages a second/);
  });
});

describe.skipIf(!requireTool("chromium"))("a page in the browser", () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-page-"));
  const file = join(folder, "report.html");
  const url = pathToFileURL(file).href;
  const complaints: string[] = [];
  const requests: string[] = [];
  let browser: Browser;
  /** One for all tests, without network; each leaves it as it was. */
  let page: Page;

  beforeAll(async () => {
    writeFileSync(file, pageOf(sample));
    browser = await startBrowser(patience());
    const viewport = { width: 1280, height: 900 };
    const context = await browser.newContext({ offline: true, acceptDownloads: true, viewport });
    page = await context.newPage();
    page.setDefaultTimeout(patience());
    page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(url);
  });

  afterEach(() => {
    expect(complaints).toEqual([]);
    expect(requests).toEqual([url]);
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A sum over the pixels of each chart, read from a copy: 0 where nothing was drawn. */
  const inked = () =>
    page.evaluate(`[...document.querySelectorAll("canvas")].map((canvas) => {
      const copy = new OffscreenCanvas(canvas.width, canvas.height);
      const context = copy.getContext("2d", { willReadFrequently: true });
      context.drawImage(canvas, 0, 0);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      return data.reduce((sum, value) => sum + value, 0);
    })`);

  test("plots what the JSON says, in every chart", async () => {
    const expected = allCharts.map((chart) => ({
      title: chart.title,
      ...Object(expectedOf(chart)),
    }));
    const plotted = await page.evaluate(
      "sluiceCharts.map(({ chart, plotted }) => ({ title: chart.title, ...plotted() }))",
    );
    expect(plotted).toEqual(JSON.parse(JSON.stringify(expected)));
    expect(await page.evaluate("window.broken")).toBeUndefined();
    expect(await page.locator("dd").last().textContent()).toBe(HOSTILE);
  });

  test("fits and is drawn, wide and narrow, and anew when light and dark change places", async () => {
    const background = () =>
      page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
    const width = () => page.evaluate("document.documentElement.scrollWidth");
    expect(await page.locator(".u-wrap").count()).toBe(allCharts.length);
    const light = await inked();
    expect(light).toHaveLength(allCharts.length);
    expect(light).not.toContain(0);
    expect([await width(), await background()]).toEqual([1280, "rgb(246, 247, 249)"]);
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(background).toBe("rgb(18, 22, 29)");
    const dark = (await inked()) as number[];
    expect(dark.filter((sum, index) => sum === (light as number[])[index])).toEqual([]);
    await page.setViewportSize({ width: 420, height: 900 });
    await expect.poll(width).toBe(420);
    expect(await inked()).not.toContain(0);
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1280, height: 900 });
    await expect.poll(inked).toEqual(light);
  });

  const at = allCharts.findIndex(({ title }) => title === "ApproximateNumberOfMessagesVisible");
  const range = () =>
    page.evaluate(`[sluiceCharts[${at}].plot.scales.x.min, sluiceCharts[${at}].plot.scales.x.max]`);

  test("is zoomed by dragging and shows all again at a double click", async () => {
    const over = page.locator("figure").nth(at).locator(".u-over");
    await over.scrollIntoViewIfNeeded();
    const box = await over.boundingBox();
    if (box === null) throw new Error("the chart has no box");
    const [x, y] = [box.x + box.width / 4, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + box.width / 4, y, { steps: 4 });
    await page.mouse.up();
    const [min, max] = (await range()) as [number, number];
    expect([Math.round(min / 3_600), Math.round(max / 3_600)]).toEqual([6, 12]);
    await page.mouse.dblclick(x, y);
    expect(await range()).toEqual([0, 86_400]);
  });

  test("does not move under the pointer", async () => {
    const figure = page.locator("figure").first();
    const over = figure.locator(".u-over");
    await over.scrollIntoViewIfNeeded();
    const before = await over.boundingBox();
    await over.hover();
    await expect.poll(() => figure.locator(".value").first().textContent()).not.toBe("");
    expect(await over.boundingBox()).toEqual(before);
  });

  test("is read and zoomed by the keyboard", async () => {
    const figure = page.locator("figure").nth(at);
    await figure.locator(".plot").focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Shift+ArrowRight");
    // Eleven places of five minutes each, from 0.
    await expect.poll(() => figure.locator(".place").textContent()).toBe("55 min");
    const value = await figure.locator(".value").first().textContent();
    expect(value).toBe(`${depth.series[0]?.y[11]?.toLocaleString("en")} messages`);
    await page.keyboard.press("+");
    expect(await range()).not.toEqual([0, 86_400]);
    await page.keyboard.press("0");
    expect(await range()).toEqual([0, 86_400]);
  });

  test("hides a series and all of a run, and brings them back", async () => {
    const shown = (index: number) =>
      page.evaluate(`sluiceCharts[${index}].plot.series.slice(1).map(({ show }) => show)`);
    const series = page.locator("figure").nth(at).locator(".entry").first();
    await series.click();
    expect(await shown(at)).toEqual([false, true]);
    await series.click();
    expect(await shown(at)).toEqual([true, true]);
    const run = page.locator("#runs .entry").first();
    await run.click();
    expect(await shown(allCharts.length - 2)).toEqual([false, false, true, true]);
    expect(await shown(allCharts.length - 1)).toEqual([false, true]);
    await run.click();
    expect(await shown(allCharts.length - 1)).toEqual([true, true]);
  });

  test("shows the numbers as a table, and saves the data", async () => {
    await page.locator("summary").first().click();
    const cells = page.locator("figure").first().locator("tbody tr").first().locator("td");
    await expect.poll(() => cells.allTextContents()).toContain("4,120,000");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.locator("#save").click(),
    ]);
    const saved = join(folder, "saved.json");
    await download.saveAs(saved);
    expect(JSON.parse(readFileSync(saved, "utf8"))).toEqual(sample.data);
    // What the browser wrote is the page's own; it came over no network.
    requests.splice(1);
  });

  test("is printed in light colours and no wider than the paper", async () => {
    const widest = () => page.evaluate("Math.max(...sluiceCharts.map(({ plot }) => plot.width))");
    const theme = () => page.evaluate("document.documentElement.dataset.theme");
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    expect([await widest(), await theme()]).toEqual([660, "light"]);
    await page.evaluate("dispatchEvent(new Event('afterprint'))");
    expect(await theme()).toBeUndefined();
    expect(await widest()).toBeGreaterThan(660);
  });
});
