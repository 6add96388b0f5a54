/**
 * The same seed gives the same bytes: on one thread and on two, and again. Numbers are drawn by integers
 * and by functions that have one value on every version of Node.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { Law } from "../../engine/simulator/random/law.ts";
import { Stream } from "../../engine/simulator/random/stream.ts";
import { simulatePlan } from "../../engine/simulator/run.ts";
import type { PlannedLaw } from "../../engine/simulator/scenario/plan.ts";
import { withoutLiterals } from "../support/source.ts";
import { exponential, fleetOf, planOf, producerOf, queueOf } from "./plans.ts";

const plan = planOf(7, {
  replications: 5,
  horizon: { messages: 4_000, seconds: Number.POSITIVE_INFINITY },
  warmup: { messages: 500, seconds: 0 },
  queues: [queueOf({ deadLetters: { queue: 1, maxReceiveCount: 3 } }), queueOf({ name: "dead" })],
  producers: [producerOf(8, { sizes: { kind: "uniform", minBytes: 1, maxBytes: 200_000 } })],
  fleets: [
    fleetOf(
      5,
      { kind: "gamma", meanSeconds: 1, cv: 0.7 },
      {
        batch: 10,
        handler: "parallel",
        failure: { probability: 0.1, poisonShare: 0.01, outages: [], isCrash: false },
        backoff: { baseSeconds: 1, factor: 2, maxSeconds: 60, jitter: "full" },
        roundTripMs: 12,
      },
    ),
  ],
});

async function text(threads: number): Promise<string> {
  const { speed, ...outcome } = await simulatePlan(plan, { threads });
  expect(speed.messages).toBe(20_000);
  return JSON.stringify(outcome);
}

test("on one thread and on two", async () => {
  const one = await text(1);
  expect(await text(2)).toBe(one);
  expect(await text(1)).toBe(one);
});

test("an interval that is to be so narrow is reached by the same runs", async () => {
  const precise = { ...plan, precision: { halfWidthPercent: 20, queue: 0, replicationsMax: 40 } };
  const one = await simulatePlan({ ...precise, replications: 2 }, { threads: 1 });
  const two = await simulatePlan({ ...precise, replications: 2 }, { threads: 2 });
  expect(one.replications).toBe(two.replications);
  expect(one.queues).toEqual(two.queues);
  const { mean, halfWidth } = one.queues.work?.waitSeconds ?? { mean: 0, halfWidth: 0 };
  expect(halfWidth ?? 0).toBeLessThanOrEqual((mean ?? 0) * 0.2);
});

test.each([1, 2])(
  "a signal ends it: there is what was simulated by then, on %i threads",
  async (threads) => {
    const controller = new AbortController();
    const outcome = await simulatePlan(
      { ...plan, horizon: { messages: Number.POSITIVE_INFINITY, seconds: 1e9 } },
      {
        threads,
        signal: controller.signal,
        onProgress: ({ messages }) => messages > 0 && controller.abort(),
      },
    );
    expect(outcome.isComplete).toBe(false);
    expect(outcome.queues.work?.sent).toBeGreaterThan(0);
  },
);

/** What the laws drew when this was written, of streams 0 to 9 of seed 11: their bits must stay. */
const LAWS: readonly PlannedLaw[] = [
  exponential(1),
  { kind: "uniform", minSeconds: 1, maxSeconds: 3 },
  { kind: "erlang", shape: 3, meanSeconds: 1 },
  { kind: "erlang", shape: 50, meanSeconds: 1 },
  { kind: "lognormal", meanSeconds: 1, cv: 2 },
  { kind: "gamma", meanSeconds: 1, cv: 2 },
  { kind: "weibull", meanSeconds: 1, shape: 0.7 },
  { kind: "pareto", meanSeconds: 1, shape: 2.5 },
  { kind: "hyperexponential", meanSeconds: 1, cv: 3 },
  { kind: "empirical", seconds: [1, 2, 3], weights: [1, 5, 2] },
];

describe("the laws", () => {
  test.each(LAWS)("$kind has its mean", (law) => {
    const drawn = new Law(law, Stream.of(11, 0, 0));
    const count = 200_000;
    let sum = 0;
    let squares = 0;
    for (let index = 0; index < count; index++) {
      const seconds = drawn.draw() / 1_000;
      sum += seconds;
      squares += seconds * seconds;
    }
    const exact = law.kind === "uniform" ? 2 : law.kind === "empirical" ? 2.125 : 1;
    const mean = sum / count;
    const error = Math.sqrt((squares / count - mean * mean) / count);
    expect(Math.abs(mean - exact)).toBeLessThan(4 * error + 1e-9);
  });

  test("draw the same bits as ever", () => {
    const first = LAWS.map((law, index) => {
      const drawn = new Law(law, Stream.of(11, 0, index));
      for (let skipped = 0; skipped < 1_000; skipped++) drawn.draw();
      return drawn.draw();
    });
    expect(first).toMatchInlineSnapshot(`
      [
        1631.508155006654,
        1431.6569176199325,
        2126.6340107390292,
        1029.4120741636757,
        154.2007505709564,
        1226.7028089179669,
        139.61094999373674,
        894.408200066882,
        485.99381893080846,
        2000,
      ]
    `);
  });
});

test("no power, no random number of the machine's in engine/simulator", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const list = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "engine/simulator"], {
    cwd: root,
    encoding: "utf8",
  });
  const files = list.split("\n").filter((path) => path.endsWith(".ts"));
  expect(files.length).toBeGreaterThan(20);
  const forbidden =
    /\*\*|Math\.(pow|random|sin|cos|tan|cbrt|hypot|expm1|log1p|log2|log10|sinh|cosh|tanh)\b/;
  expect(forbidden.test(withoutLiterals("const a = 2 ** 3;"))).toBe(true);
  expect(
    files.filter((path) => forbidden.test(withoutLiterals(readFileSync(`${root}${path}`, "utf8")))),
  ).toEqual([]);
});
