/**
 * The page of `sluice bench --html` in a real browser without network: it opens without a complaint, and
 * each chart of each suite holds the medians that the page's JSON has.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chartsOf } from "../../bench/result/charts.ts";
import { htmlOf } from "../../bench/result/html.ts";
import type { Result } from "../../bench/result/schema.ts";
import { SUITES } from "../../bench/suites/catalogue.ts";
import { expectedPlots, openOffline, plotsOf, startBrowser } from "../report/browser.ts";
import { patience } from "../support/patience.ts";
import { requireTool } from "../support/tools.ts";
import { resultOf, rowsOf } from "./rows.ts";

describe.skipIf(!requireTool("chromium"))("the page of a benchmark", () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-bench-page-"));
  const suites = [...SUITES.values()].map(rowsOf);
  const result = resultOf(suites.flat());
  let browser: Browser;

  beforeAll(async () => {
    browser = await startBrowser(patience());
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("plots every suite as its JSON has it", async () => {
    const file = join(folder, "bench.html");
    writeFileSync(file, htmlOf(result));
    await openOffline(browser, pathToFileURL(file).href, {}, async (page) => {
      const text = (await page.locator("#report").textContent()) ?? "";
      const { data } = JSON.parse(text) as { readonly data: Result };
      expect(data.rows).toEqual(result.rows);
      const charts = suites.flatMap((rows) => chartsOf(rows));
      expect(charts.length).toBeGreaterThanOrEqual(suites.length);
      expect(await plotsOf(page)).toEqual(expectedPlots(charts));
    });
  });
});
