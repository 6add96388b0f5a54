/**
 * `sweep`: each cell is what `simulate` says of its scenario, whatever the threads; every message of every
 * cell is accounted for; what can't be stable is marked; an interrupted sweep keeps what is done; and
 * what is wrong is told in a sentence each.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { gridOf, openScenario, readVary } from "../../../engine/simulator/questions/grid.ts";
import { sweep } from "../../../engine/simulator/questions/sweep.ts";
import type { Sweep, Vary } from "../../../engine/simulator/questions/types.ts";
import { ScenarioError } from "../../../engine/simulator/scenario/scenarioError.ts";
import { sweepCharts, sweepVerdict } from "../../../engine/simulator/show/sweepPage.ts";
import { sweepCsv, sweepTable } from "../../../engine/simulator/show/sweepTable.ts";
import { simulate } from "../../../engine/simulator/simulate.ts";
import { patience } from "../../support/patience.ts";
import { busy } from "./scenarios.ts";

const TIMEOUT_MS = patience(60_000);
const count: Vary = { path: "consumers.workers.count", values: [3, 4, 6] };
const timeout: Vary = { path: "queues.work.VisibilityTimeout", values: [2, 30] };

/** The sentences of what it rejects with. */
async function mistakes(work: Promise<unknown> | (() => unknown)): Promise<readonly string[]> {
  try {
    await (typeof work === "function" ? work() : work);
  } catch (error) {
    if (error instanceof ScenarioError) return error.mistakes;
    throw error;
  }
  return [];
}

describe("a sweep", { timeout: TIMEOUT_MS }, () => {
  test("has in each cell what its scenario simulated by itself has, on one thread and on two", async () => {
    const vary = [count, timeout];
    const one = await sweep(busy(), { vary, threads: 1 });
    expect(JSON.stringify(await sweep(busy(), { vary, threads: 2 }))).toBe(JSON.stringify(one));
    expect(one.cells.map(({ values }) => Object.values(values))).toEqual([
      ...[3, 4, 6].flatMap((processes) => [2, 30].map((seconds) => [processes, seconds])),
    ]);
    const scenario = busy();
    Object.assign(scenario.consumers?.workers ?? {}, { count: 6 });
    Object.assign(scenario.queues.work ?? {}, { VisibilityTimeout: 2 });
    const { queues, consumers, cost } = await simulate(scenario, { threads: 1 });
    const { waitSeconds, duplicates, depth } = queues.work as (typeof queues)[string];
    expect(one.cells[4]?.results).toMatchObject({
      "queues.work.waitSeconds.p95": {
        value: waitSeconds.p95,
        halfWidth: waitSeconds.halfWidths.p95,
      },
      "queues.work.depth.max": { value: depth.max, halfWidth: null },
      "queues.work.duplicates": { value: duplicates, halfWidth: expect.any(Number) },
      "consumers.workers.utilisation": {
        value: consumers.workers?.utilisation,
        halfWidth: consumers.workers?.utilisationHalfWidth,
      },
      "cost.monthUsd": { value: cost.monthUsd, halfWidth: expect.any(Number) },
    });
  });

  test("marks what can't be stable, and simulates it where that is asked for", async () => {
    const vary = [count];
    const marked = await sweep(busy(), { vary, threads: 1 });
    expect(marked.cells[0]).toEqual({
      values: { "consumers.workers.count": 3 },
      load: expect.closeTo(1.1, 9),
      unstable: [expect.stringMatching(/^work: the queue grows by 0\.273 messages a second/)],
      results: null,
    });
    expect(marked.isComplete).toBe(true);
    expect(sweepVerdict(marked)).toMatch(/^2 of 3 cells simulated, 1 can't be stable\. Wait p95: /);
    expect(sweepTable(marked).rows[0]).toEqual(["3", 1.1, "unstable", ...Array(7).fill(null)]);
    const forced = await sweep(busy(), { vary, threads: 1, unstable: true });
    expect(forced.cells[0]?.results).not.toBeNull();
    expect(forced.cells[1]).toEqual(marked.cells[1]);
  });

  test("accounts for every message of every cell", async () => {
    const show = ["sent", "movedIn", "deleted", "deadLettered", "expired", "purged", "left"];
    const both = ["work", "dead"].flatMap((queue) => show.map((one) => `queues.${queue}.${one}`));
    const found = await sweep(busy(), { vary: [count, timeout], show: both, threads: 1 });
    let moved = 0;
    for (const { results } of found.cells) {
      if (results === null) continue;
      const number = (path: string) => results[path]?.value as number;
      for (const queue of ["work", "dead"]) {
        const of = (one: string) => number(`queues.${queue}.${one}`);
        const gone = of("deleted") + of("deadLettered") + of("expired") + of("purged");
        expect(of("sent") + of("movedIn")).toBe(gone + of("left"));
      }
      moved += number("queues.dead.movedIn");
      expect(number("queues.work.sent")).toBe(1_200);
    }
    expect(moved).toBeGreaterThan(0);
  });

  test("finds a scenario's trace where the scenario is, and reads it once for all cells", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sluice-grid-"));
    writeFileSync(join(folder, "times.txt"), "0\n1\n2.5\n");
    const file = join(folder, "scenario.json");
    const web = { queue: "work", arrivals: { trace: { file: "times.txt" } } };
    writeFileSync(
      file,
      JSON.stringify({ ...busy(), horizon: { seconds: 60 }, producers: { web } }),
    );
    try {
      const found = await sweep(file, { vary: [count], show: ["sent"], threads: 1 });
      const sent = found.cells.map(({ results }) => results?.["queues.work.sent"]?.value);
      expect(sent).toEqual([9, 9, 9]);
      const plans = (await gridOf(await openScenario(file), [count])).map(({ plan }) => plan);
      const arrivals = plans.map(({ producers }) => producers[0]?.arrivals);
      expect(new Set(arrivals.map((one) => one?.kind === "trace" && one.played.atMs)).size).toBe(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("keeps the cells that were done when it is interrupted", async () => {
    const vary = [{ ...count, values: [4, 5, 6, 7, 8] }];
    const whole = await sweep(busy(2_000), { vary, threads: 1 });
    const stop = new AbortController();
    const part = await sweep(busy(2_000), {
      ...{ vary, threads: 1, signal: stop.signal },
      onProgress: ({ share }) => share > 0.5 && stop.abort(),
    });
    const done = part.cells.filter(({ results }) => results !== null);
    expect(part.isComplete).toBe(false);
    expect(done.length).toBeGreaterThan(0);
    expect(done.length).toBeLessThan(5);
    expect(done).toEqual(whole.cells.slice(0, done.length));
    expect(sweepVerdict(part)).toMatch(/^Interrupted: \d of 5 cells simulated\./);
  });
});

describe("what is wrong with a sweep", () => {
  test.each([
    [
      ["consumers.wrkers.count"],
      "consumers.wrkers.count (consumers is right): The scenario has no wrkers there; did you mean workers?",
    ],
    [
      ["consumers.workers.cuont"],
      "consumers.workers.cuont (consumers.workers is right): There is no such field; did you mean count?",
    ],
    [["sed"], "sed: There is no such field; did you mean seed?"],
    [
      ["consumers.workers.count.x"],
      "consumers.workers.count.x (consumers.workers.count is right): It is a value and has no fields.",
    ],
    [["seed", "seed"], "seed: It is there twice."],
  ])("%j", async (paths, sentence) => {
    const vary = paths.map((path) => ({ path, values: [1] }));
    expect(await mistakes(sweep(busy(), { vary }))).toEqual([`vary: ${sentence}`]);
  });

  test("is told of every value that the schema refuses", async () => {
    const vary = [
      { ...count, values: [-1, 4] },
      { ...timeout, values: [-1, 1, "x"] },
    ];
    const range = "it is a whole number from 0 to 43200, not";
    expect(await mistakes(sweep(busy(), { vary }))).toEqual([
      expect.stringMatching(
        /^consumers\.workers\.count=-1: consumers\.workers\.count: It is a whole number from \d to 10000, not -1\.$/,
      ),
      expect.stringContaining(`${range} "-1".`),
      expect.stringContaining(`${range} "x".`),
    ]);
  });

  test("is told of what is not in a result, before anything runs", async () => {
    const show = ["waitSeconds.p96", "queues.work", "cost.monthUds"];
    const onProgress = () => expect.unreachable();
    expect(await mistakes(sweep(busy(), { vary: [count], show, onProgress }))).toEqual([
      "show: waitSeconds.p96: A result has no p96 there; did you mean p90?",
      expect.stringMatching(/^show: queues\.work: It is no number; name one in it: isFifo, /),
      "show: cost.monthUds: A result has no monthUds there; did you mean monthUsd?",
    ]);
  });

  test.each([
    ["count", "It is PATH=VALUES, as in consumers.workers.count=1..8, not count."],
    ["count=8..1", "count=8..1: A range ascends: 1..8."],
    ["count=1..8:0", "count=1..8:0: A range's step is above 0, as in 1..8:2."],
    ["count=1..20000", "count=1..20000: It has 20000 values; 10000 are the most."],
    ["count=1.2.3..8", "count=1.2.3..8: A range is two numbers, as in 1..8."],
  ])("%s", async (text, sentence) => {
    expect(await mistakes(() => readVary(text))).toEqual([`vary: ${sentence}`]);
  });

  test("is more than can be simulated", async () => {
    const values = Array.from({ length: 101 }, (_, index) => index + 1);
    const vary = [
      { ...count, values },
      { ...timeout, values },
    ];
    expect(await mistakes(sweep(busy(), { vary }))).toEqual([
      "vary: That is 10201 cells; 10000 are the most.",
    ]);
  });
});

describe("values of a field", () => {
  test.each([
    ["a.b=1..4", [1, 2, 3, 4]],
    ["a.b=0.1..0.5:0.2", [0.1, 0.3, 0.5]],
    ["a.b=30, 60,1e2", [30, 60, 100]],
    ["a.b=1..3,10", [1, 2, 3, 10]],
    ["a.b=one,parallel", ["one", "parallel"]],
    ["a.b=true,false,null", [true, false, null]],
    ["a.b=-2..0", [-2, -1, 0]],
  ])("%s", (text, values) => {
    expect(readVary(text)).toEqual({ path: "a.b", values });
  });

  test("are set below names with dots, and in what is not there yet", async () => {
    const scenario = busy();
    const queues = { "work.fifo": { VisibilityTimeout: 4, FifoQueue: true } };
    for (const part of [scenario.producers?.web, scenario.consumers?.workers]) {
      Object.assign(part ?? {}, { queue: "work.fifo" });
    }
    const vary = [
      { path: "queues.work.fifo.VisibilityTimeout", values: [60] },
      { path: "producers.web.groups.uniform.count", values: [2, 50] },
    ];
    const show = ["sent", "queues.work.fifo.received"];
    const found = await sweep({ ...scenario, queues }, { vary, show, threads: 1 });
    expect(found.shown.map(({ path }) => path)).toEqual([
      "queues.work.fifo.sent",
      "queues.work.fifo.received",
    ]);
    expect(found.cells.map(({ unstable }) => unstable.length)).toEqual([1, 0]);
  });
});

describe("how a sweep is shown", () => {
  const paths = ["queues.work.waitSeconds.p95", "consumers.workers.utilisation"] as const;
  const shown = [
    { path: paths[0], label: "wait p95", unit: "s" },
    { path: paths[1], label: "busy", unit: "%" },
  ];
  const cell = (values: Record<string, number>, wait: number | null) => ({
    values,
    load: 0.5,
    unstable: wait === null ? ["It grows."] : [],
    results:
      wait === null
        ? null
        : {
            [paths[0]]: { value: wait, halfWidth: 1 },
            [paths[1]]: { value: 0.25, halfWidth: null },
          },
  });
  const head = { title: undefined, seed: 1, shown, isComplete: true };
  const lines: Sweep = {
    ...head,
    varied: [{ path: "a.b", values: [1, 2, 4] }],
    cells: [cell({ "a.b": 1 }, null), cell({ "a.b": 2 }, 5), cell({ "a.b": 4 }, 0.5)],
  };
  const field: Sweep = {
    ...head,
    varied: [
      { path: "a.b", values: [1, 2] },
      { path: "c", values: [7, 8] },
    ],
    cells: [1, 2].flatMap((b) => [7, 8].map((c) => cell({ "a.b": b, c }, b === 1 ? null : c))),
  };

  test("as lines, where one field varies: gaps where nothing is known, shares in percent", () => {
    expect(sweepCharts(lines)).toMatchObject([
      {
        title: "Wait p95",
        x: { label: "a.b", scale: "linear" },
        series: [{ x: [1, 2, 4], y: [null, 5, 0.5], low: [null, 4, 0], high: [null, 6, 1.5] }],
      },
      { title: "Busy", y: { unit: "%" }, series: [{ y: [null, 25, 25] }] },
    ]);
  });

  test("as heat maps, where two do", () => {
    expect(sweepCharts(field)).toMatchObject([
      {
        kind: "heat",
        cells: {
          x: ["1", "2"],
          y: ["7", "8"],
          values: [
            [null, 7],
            [null, 8],
          ],
        },
      },
      {
        kind: "heat",
        cells: {
          values: [
            [null, 25],
            [null, 25],
          ],
        },
      },
    ]);
  });

  test("as CSV, with half widths of their own", () => {
    expect(sweepCsv(lines)).toBe(
      `a.b,load,isUnstable,${paths[0]},${paths[0]} halfWidth,${paths[1]},${paths[1]} halfWidth
1,0.5,true,,,,
2,0.5,false,5,1,0.25,
4,0.5,false,0.5,1,0.25,
`,
    );
  });
});
