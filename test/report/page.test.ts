/**
 * The page of a report in a real browser without network: it opens without a complaint and asks for
 * nothing, each chart's plot holds the numbers of the report's JSON, and what a reader does with
 * pointer and keyboard works.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Chart } from "../../engine/report/chart.ts";
import { page as pageOf } from "../../engine/report/page.ts";
import { patience } from "../support/patience.ts";
import { requireTool } from "../support/tools.ts";
import { expectedPlots, openOffline, plotsOf, startBrowser } from "./browser.ts";
import { allCharts, depth, HOSTILE, sample } from "./sample.ts";

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
  let browser: Browser;

  beforeAll(async () => {
    writeFileSync(file, pageOf(sample));
    browser = await startBrowser(patience());
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (options: BrowserContextOptions, run: (page: Page) => Promise<void>) =>
    openOffline(browser, url, options, run);

  /** A sum over the pixels of a canvas: 0 where nothing was drawn. */
  const inked = (page: Page) =>
    page.evaluate(`[...document.querySelectorAll("canvas")].map((canvas) => canvas.getContext("2d")
      .getImageData(0, 0, canvas.width, canvas.height).data.reduce((sum, value) => sum + value, 0))`);

  test("plots what the JSON says, in every chart", async () => {
    await open({}, async (page) => {
      expect(await plotsOf(page)).toEqual(expectedPlots(allCharts));
      expect(await page.evaluate("window.broken")).toBeUndefined();
      expect(await page.locator("dd").last().textContent()).toBe(HOSTILE);
    });
  });

  test.each([
    ["light", 1280],
    ["dark", 420],
  ] as const)("fits and is drawn, %s and %i px wide", async (colorScheme, width) => {
    await open({ colorScheme, viewport: { width, height: 900 } }, async (page) => {
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
      const charts = page.locator(".u-wrap");
      expect(await charts.count()).toBe(allCharts.length);
      expect(await inked(page)).not.toContain(0);
      const background = await page.evaluate(
        "getComputedStyle(document.documentElement).backgroundColor",
      );
      expect(background).toBe(colorScheme === "dark" ? "rgb(18, 22, 29)" : "rgb(246, 247, 249)");
    });
  });

  const at = allCharts.findIndex(({ title }) => title === "ApproximateNumberOfMessagesVisible");
  const range = (page: Page) =>
    page.evaluate(`[sluiceCharts[${at}].plot.scales.x.min, sluiceCharts[${at}].plot.scales.x.max]`);

  test("is zoomed by dragging and shows all again at a double click", async () => {
    await open({ viewport: { width: 1280, height: 900 } }, async (page) => {
      const over = page.locator("figure").nth(at).locator(".u-over");
      await over.scrollIntoViewIfNeeded();
      const box = await over.boundingBox();
      if (box === null) throw new Error("the chart has no box");
      const [x, y] = [box.x + box.width / 4, box.y + box.height / 2];
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x + box.width / 4, y, { steps: 4 });
      await page.mouse.up();
      const [min, max] = (await range(page)) as [number, number];
      expect([Math.round(min / 3_600), Math.round(max / 3_600)]).toEqual([6, 12]);
      await page.mouse.dblclick(x, y);
      expect(await range(page)).toEqual([0, 86_400]);
    });
  });

  test("does not move under the pointer", async () => {
    await open({ viewport: { width: 1280, height: 900 } }, async (page) => {
      const figure = page.locator("figure").first();
      const over = figure.locator(".u-over");
      const before = await over.boundingBox();
      await over.hover();
      await expect.poll(() => figure.locator(".value").first().textContent()).not.toBe("");
      expect(await over.boundingBox()).toEqual(before);
    });
  });

  test("is read and zoomed by the keyboard", async () => {
    await open({}, async (page) => {
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
      expect(await range(page)).not.toEqual([0, 86_400]);
      await page.keyboard.press("0");
      expect(await range(page)).toEqual([0, 86_400]);
    });
  });

  test("hides a series, and all of a run", async () => {
    await open({}, async (page) => {
      const shown = (index: number) =>
        page.evaluate(`sluiceCharts[${index}].plot.series.slice(1).map(({ show }) => show)`);
      await page.locator("figure").nth(at).locator(".entry").first().click();
      expect(await shown(at)).toEqual([false, true]);
      await page.locator("#runs .entry").first().click();
      expect(await shown(allCharts.length - 2)).toEqual([false, false, true, true]);
      expect(await shown(allCharts.length - 1)).toEqual([false, true]);
    });
  });

  test("shows the numbers as a table, and saves the data", async () => {
    await open({ acceptDownloads: true }, async (page) => {
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
    });
  });

  test("is printed in light colours and no wider than the paper", async () => {
    await open({ colorScheme: "dark" }, async (page) => {
      await page.evaluate("dispatchEvent(new Event('beforeprint'))");
      expect(await page.evaluate("Math.max(...sluiceCharts.map(({ plot }) => plot.width))")).toBe(
        660,
      );
      expect(await page.evaluate("document.documentElement.dataset.theme")).toBe("light");
      await page.evaluate("dispatchEvent(new Event('afterprint'))");
      expect(await page.evaluate("document.documentElement.dataset.theme")).toBeUndefined();
      const pdf = await page.pdf();
      expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    });
  });
});
