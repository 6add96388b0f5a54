/**
 * `compare`: two scenarios meet the same traffic whatever else is in them, so that 3 % less service time
 * shows; and between equals that draw numbers of their own no difference is seen, but for as many
 * comparisons as its intervals allow (eight here, fifty in test/stress/).
 */
import { describe, expect, test } from "vitest";
import { overlay } from "../../../engine/report/overlay.ts";
import { compare } from "../../../engine/simulator/questions/compare.ts";
import type { Difference } from "../../../engine/simulator/questions/types.ts";
import { ScenarioError } from "../../../engine/simulator/scenario/scenarioError.ts";
import type { Scenario } from "../../../engine/simulator/scenario/types.ts";
import { compareCharts, compareTable } from "../../../engine/simulator/show/comparePage.ts";
import { comparisonVerdict } from "../../../engine/simulator/show/compareVerdict.ts";
import { reportSections } from "../../../engine/simulator/show/reportPage.ts";
import { t975, tWithin } from "../../../engine/simulator/statistics/student.ts";
import { patience } from "../../support/patience.ts";
import { alarmsAmong, differenceOf, expectFound, slow, smooth, stranger, wait } from "./rivals.ts";
import { busy } from "./scenarios.ts";

const TIMEOUT_MS = patience(120_000);

test("the verdict says what the better one has less of, and what it has more of", () => {
  const one = (label: string, a: number, b: number, unit: string): Difference => ({
    ...{ path: label, label, unit, a, b, difference: b - a, halfWidth: 0.01 },
    ...{ jointHalfWidth: 0.02, less: b < a ? "b" : "a", better: b < a ? "b" : "a" },
  });
  const differences = [
    one("wait mean", 2, 1, "s"),
    one("wait p95", 4, 3, "s"),
    one("cost a month", 100, 120, "USD"),
  ];
  const said = (all: readonly Difference[]): string =>
    comparisonVerdict({
      ...{ a: "A", b: "B", seed: 1, replications: 10, isComplete: true },
      differences: all,
    });
  expect(said(differences)).toBe(
    "B is better in 2 results and worse in 1: wait mean 1 s less (50 % of 2 s, ±20 ms), wait p95 1 s less (25 % of 4 s, ±20 ms); but worse: cost a month $20 more (20 % of $100, ±$0.02).",
  );
  const turned = differences.map(({ label, a, b, unit }) => one(label, b ?? 0, a ?? 0, unit ?? ""));
  expect(said(turned)).toContain(
    "A is better in 2 results and worse in 1: wait mean 1 s less (50 %",
  );
  expect(said(turned)).toContain("but worse: cost a month $20 more (20 % of $100");
});

describe("a comparison", { timeout: TIMEOUT_MS }, () => {
  test("finds that handlings take 3 % less, for every seed", async () => {
    await expectFound([1, 2]);
  });

  test("would not find it with numbers of their own", async () => {
    const [one, other] = [smooth(1), smooth(0.97)];
    const paired = differenceOf(await compare(one, other, { threads: 1 }), wait);
    const apart = differenceOf(await compare(one, stranger(other), { threads: 1 }), wait);
    expect(apart.better).toBeNull();
    expect((apart.halfWidth ?? 0) / (paired.halfWidth ?? 1)).toBeGreaterThan(3);
  });

  test("sees no difference between equals, but as often as it says", async () => {
    await alarmsAmong(8);
  });

  test("is of the same traffic, whatever else there is", async () => {
    const first = { ...busy(), horizon: { seconds: 100 } };
    const { web } = first.producers ?? {};
    const { workers } = first.consumers ?? {};
    if (web === undefined || workers === undefined) throw new Error("They are there.");
    const second: Scenario = {
      ...first,
      queues: { before: {}, ...first.queues },
      producers: { early: { ...web, queue: "before" }, web },
      consumers: { early: { ...workers, queue: "before" }, workers },
    };
    const found = await compare(first, second, { threads: 1, show: ["sent", wait, "received"] });
    expect(found.differences.map(({ difference, halfWidth }) => [difference, halfWidth])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    expect(found.differences[0]?.a).toBeGreaterThan(100);
    expect(found.verdict).toMatch(/^No difference to be seen, in any of 3 .* run by run\.$/);
  });

  test("is the same bytes on one thread and on two, and balances", async () => {
    const [one, other] = [slow(1), slow(0.9)];
    const found = await compare(one, other, { threads: 1, replications: 4 });
    const again = await compare(one, other, { threads: 2, replications: 4 });
    expect(JSON.stringify(again)).toBe(JSON.stringify(found));
    for (const { queues } of Object.values(found.results)) {
      for (const queue of Object.values(queues)) {
        const gone = queue.deleted + queue.deadLettered + queue.expired + queue.purged;
        expect(queue.sent + queue.movedIn).toBe(gone + queue.left);
      }
    }
    expect(found.results.a.replications).toBe(4);
  });

  test("goes on until the difference is known as well as is asked for", async () => {
    const [one, other] = [slow(1), slow(0.5)];
    const { difference, a, halfWidth } = differenceOf(
      await compare(one, other, { threads: 1 }),
      wait,
    );
    const reached = (100 * (halfWidth ?? 0)) / (a ?? 1);
    expect(difference).toBeLessThan(0);
    const enough = await compare(one, other, { threads: 1, precisionPercent: reached * 1.01 });
    expect(enough.replications).toBe(10);
    const finer = { threads: 1, precisionPercent: reached * 0.75 };
    const more = await compare(one, other, finer);
    expect(more.replications).toBeGreaterThan(10);
    const last = differenceOf(more, wait);
    expect((100 * (last.halfWidth ?? 0)) / (last.a ?? 1)).toBeLessThanOrEqual(reached * 0.75);
    // Ten and then more are the same runs as all of them at once.
    const atOnce = await compare(one, other, { threads: 1, replications: more.replications });
    expect(JSON.stringify(atOnce)).toBe(JSON.stringify(more));
    const ended = await compare(one, other, {
      ...finer,
      replicationsMax: 15,
      precisionPercent: 0.01,
    });
    expect(ended.replications).toBe(15);
  });

  test.each([
    [{ replications: 1 }, "replications: It is a whole number from 2 to 10000, not 1."],
    [{ precisionPercent: 0 }, "precisionPercent: It is a number above 0, at most 100, not 0."],
    [{ show: ["waitSeconds"] }, /^show: waitSeconds: It is no number; name one in it: mean, /],
    [{ seed: -1 }, /^seed: It is a whole number from 0 /],
  ])("says what is wrong: %j", async (options, sentence) => {
    const wrong = compare(busy(), busy(), options).catch((error: unknown) => error);
    const error = (await wrong) as ScenarioError;
    expect(error).toBeInstanceOf(ScenarioError);
    expect(error.mistakes).toEqual([expect.stringMatching(sentence)]);
  });

  test("names the scenario whose queue would grow", async () => {
    const wrong = compare(busy(), { ...slow(2), title: "Slow" }, { threads: 1 });
    await expect(wrong).rejects.toThrow(/^Slow: work: the queue grows by /);
  });

  test("lays both runs over each other, chart by chart", async () => {
    const found = await compare(slow(1), { ...slow(0.9), title: "Quick" }, { threads: 1 });
    const charts = ["a", "b"].map((which) =>
      reportSections(found.results[which as "a" | "b"]).flatMap(({ charts: own = [] }) => own),
    );
    expect(charts[0]?.length).toBeGreaterThan(6);
    expect(compareCharts(found)).toEqual(
      overlay([
        { name: "A", charts: charts[0] ?? [] },
        { name: "Quick", charts: charts[1] ?? [] },
      ]),
    );
    expect(compareTable(found).rows[0]?.slice(-1)).toEqual(["better"]);
  });
});

describe("Student's t for any share", () => {
  test.each([1, 2, 5, 9, 30, 200])("agrees with the table, %i degrees", (degrees) => {
    expect(tWithin(0.05, degrees)).toBeCloseTo(t975(degrees), 4);
  });

  test("agrees with tables of other shares", () => {
    expect(tWithin(0.01, 9)).toBeCloseTo(3.249836, 5);
    expect(tWithin(0.005, 4)).toBeCloseTo(5.597568, 5);
    expect(tWithin(0.1, 1)).toBeCloseTo(6.313752, 5);
  });
});
