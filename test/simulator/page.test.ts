/**
 * The pages of the simulator in a real browser without network: they open without a complaint, and each
 * chart holds what the page's JSON has: a run's series and percentiles, a sweep's cells, both runs of a
 * comparison. A run's page has all the pictures that a reader looks for.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PageContent } from "../../engine/report/content.ts";
import { page as pageOf } from "../../engine/report/page.ts";
import { advise } from "../../engine/simulator/questions/advise.ts";
import { compare } from "../../engine/simulator/questions/compare.ts";
import { sweep } from "../../engine/simulator/questions/sweep.ts";
import type { Comparison, Sweep } from "../../engine/simulator/questions/types.ts";
import { adviceContent } from "../../engine/simulator/show/adviceText.ts";
import { compareContent } from "../../engine/simulator/show/comparePage.ts";
import { reportContent } from "../../engine/simulator/show/reportPage.ts";
import { sweepContent } from "../../engine/simulator/show/sweepPage.ts";
import { simulate } from "../../engine/simulator/simulate.ts";
import type { SimulationResult } from "../../engine/simulator/simulationResult.ts";
import { expectedPlots, openOffline, plotsOf, startBrowser } from "../report/browser.ts";
import { patience } from "../support/patience.ts";
import { requireTool } from "../support/tools.ts";
import { busy } from "./questions/scenarios.ts";

interface Plot {
  readonly title: string;
  readonly series: readonly { name: string; run?: string; x: unknown[]; y: unknown[] }[];
  readonly values: readonly (readonly (number | null)[])[];
}

describe.skipIf(!requireTool("chromium"))("a page", { timeout: patience(120_000) }, () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-simulator-page-"));
  let browser: Browser;

  beforeAll(async () => {
    browser = await startBrowser(patience());
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What the browser plots, and the page's own data; all of it as the content has it. */
  async function opened<T>(
    name: string,
    content: PageContent,
  ): Promise<{ plots: Plot[]; data: T }> {
    const file = join(folder, `${name}.html`);
    writeFileSync(file, pageOf(content));
    let found: { plots: Plot[]; data: T } | undefined;
    await openOffline(browser, pathToFileURL(file).href, {}, async (page) => {
      const text = (await page.locator("#report").textContent()) ?? "";
      const plots = (await plotsOf(page)) as Plot[];
      const charts = content.sections.flatMap(({ charts: own = [] }) => own);
      expect(plots).toEqual(expectedPlots(charts));
      found = { plots, data: (JSON.parse(text) as { data: T }).data };
    });
    return found as { plots: Plot[]; data: T };
  }

  test("of a run plots its JSON: depth, in flight, age, percentiles, busy, cost", async () => {
    const result = await simulate(busy(), { threads: 1 });
    const { plots, data } = await opened<SimulationResult>("run", reportContent(result));
    const plot = (title: string) => plots.find((one) => one.title === title)?.series ?? [];
    const { queues, consumers, cost } = data;
    const { work } = queues;
    const series = work?.series;
    expect(plot("Messages that wait")[0]?.y).toEqual(series?.ApproximateNumberOfMessagesVisible);
    const inFlight = series?.ApproximateNumberOfMessagesNotVisible;
    expect(plot("Messages in flight")[0]?.y).toEqual(inFlight);
    expect(plot("Age of the oldest message")[0]?.y).toEqual(series?.ApproximateAgeOfOldestMessage);
    const { p50, p90, p95, p99, p999 } = work?.waitSeconds ?? {};
    expect(plot("Until first received")[0]?.y).toEqual([p50, p90, p95, p99, p999]);
    const busyShares = consumers.workers?.series.Utilisation.map((share) => 100 * share);
    expect(plot("How busy consumers are")[0]?.y).toEqual(busyShares);
    const parts = [cost.requestsUsd, cost.transferUsd, cost.consumersUsd];
    expect(plot("Cost of a month")[0]?.y).toEqual(parts);
  });

  test("of what handlings share plots its use, who waits and who is refused, and times end to end", async () => {
    const scenario = busy(200);
    const { workers } = scenario.consumers ?? {};
    Object.assign(workers ?? {}, { uses: "db", sends: [{ queue: "mails" }] });
    const invoked = { queue: "mails", autoscaler: { lambda: { accountConcurrency: 5 } } };
    const result = await simulate(
      {
        ...scenario,
        queues: { ...scenario.queues, mails: {} },
        resources: { db: { concurrency: 3, whenFull: "fail" } },
        consumers: {
          ...scenario.consumers,
          mails: { ...invoked, service: { exponential: { meanSeconds: 1 } } },
        },
      },
      { threads: 1, unstable: true },
    );
    const { plots, data } = await opened<SimulationResult>("shared", reportContent(result));
    const line = (title: string, name: string) =>
      plots.find((one) => one.title === title)?.series.find((one) => one.name === name)?.y;
    const [used, asked] = ["Resources in use and waited for", "Resources asked for in each period"];
    const { db } = data.resources;
    expect(line(used, "db, in use")).toEqual(db?.series.InUse);
    expect(line(used, "db, waiting")).toEqual(db?.series.Waiting);
    expect(line(asked, "db, asked")).toEqual(db?.series.NumberOfAttempts);
    expect(line(asked, "db, refused")).toEqual(db?.series.NumberRefused);
    expect(Math.max(...((line(asked, "db, refused") ?? []) as number[]))).toBeGreaterThan(0);
    const invokes = data.invokes.account?.series;
    expect(line(used, "the account's invokes, in use")).toEqual(invokes?.InUse);
    expect(line(used, "the account's invokes, waiting")).toEqual(invokes?.Waiting);
    const { p50, p90, p95, p99, p999 } = data.producers.web?.endToEndSeconds ?? {};
    const whole = [p50, p90, p95, p99, p999];
    expect(line("Until all that came of it is done", "web")).toEqual(whole);
  });

  test("of a fleet whose size changes plots how many there are", async () => {
    const scenario = busy();
    Object.assign(scenario.consumers?.workers ?? {}, {
      count: 1,
      autoscaler: {
        schedule: {
          entries: [
            { atSeconds: 0, count: 1 },
            { atSeconds: 20, count: 6 },
          ],
        },
      },
    });
    const result = await simulate(scenario, { threads: 1, unstable: true });
    const { plots, data } = await opened<SimulationResult>("fleet", reportContent(result));
    const [there] = plots.find(({ title }) => title === "Processes")?.series ?? [];
    expect(there?.y).toEqual(data.consumers.workers?.series.FleetSize);
    expect(Math.max(...((there?.y ?? []) as number[]))).toBe(6);
  });

  test("of a sweep plots its cells", async () => {
    const vary = [
      { path: "consumers.workers.count", values: [3, 4, 6] },
      { path: "queues.work.VisibilityTimeout", values: [2, 30] },
    ];
    const found = await sweep(busy(200), { vary, threads: 1 });
    const { plots, data } = await opened<Sweep>("sweep", sweepContent(found));
    const path = "queues.work.waitSeconds.p95";
    const value = (count: number, timeout: number): number | null =>
      data.cells.find(
        ({ values }) =>
          values["consumers.workers.count"] === count &&
          values["queues.work.VisibilityTimeout"] === timeout,
      )?.results?.[path]?.value ?? null;
    expect(plots.find(({ title }) => title === "Wait p95")?.values).toEqual(
      [2, 30].map((timeout) => [3, 4, 6].map((count) => value(count, timeout))),
    );
    const lines = await sweep(busy(200), { vary: vary.slice(0, 1), threads: 1 });
    const drawn = await opened<Sweep>("lines", sweepContent(lines));
    const waits = drawn.plots.find(({ title }) => title === "Wait")?.series ?? [];
    expect(waits.map(({ name }) => name)).toEqual(["wait p50", "wait p95", "wait p99"]);
    expect(waits[1]?.y).toEqual(
      drawn.data.cells.map(({ results }) => results?.[path]?.value ?? null),
    );
  });

  test("of a comparison plots both runs, and that of advice opens", async () => {
    const other = { ...busy(200), title: "Other" };
    Object.assign(other.consumers?.workers ?? {}, { count: 5 });
    const found = await compare(busy(200), other, { threads: 1, replications: 2 });
    const { plots, data } = await opened<Comparison>("compare", compareContent(found));
    const waits = plots.find(({ title }) => title === "Messages that wait")?.series ?? [];
    const ofWork = waits.filter(({ name }) => name === "work");
    expect(ofWork.map(({ run }) => run)).toEqual(["A", "Other"]);
    expect(ofWork.map(({ y }) => y)).toEqual(
      [data.results.a, data.results.b].map(
        ({ queues }) => queues.work?.series.ApproximateNumberOfMessagesVisible,
      ),
    );
    const goals = [{ kind: "wait", share: 0.95, seconds: 5 }] as const;
    const advice = await advise(busy(200), { goals, threads: 1, keep: ["batch"] });
    const told = await opened("advice", adviceContent(advice));
    expect(told.data).toEqual(JSON.parse(JSON.stringify(advice)));
  });
});
