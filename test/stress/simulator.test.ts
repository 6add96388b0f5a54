/**
 * The simulator, where it takes long: the cases of rows 3, 6, 12 and 25 of the formulas that `npm test`
 * leaves out, the document's table of all rows, the same bytes on a newer Node, and memory that does not
 * grow with the length of a run.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import type { PlannedLaw } from "../../engine/simulator/scenario/plan.ts";
import { expectAbout, expectSame, LONG, plainly, planWith } from "../simulator/against.ts";
import { simulateQueue } from "../simulator/near.ts";
import { exponentialOf, lognormalOf } from "../simulator/plain.ts";
import { exponential, fleetOf, planOf, producerOf } from "../simulator/plans.ts";
import { holdsRow3, holdsRow6, MORE_CONSUMERS, MORE_LAWS } from "../simulator/rows.ts";
import { NEWER_MAJOR, newerNode } from "../support/newerNode.ts";

const AT_ONCE: PlannedLaw = { kind: "deterministic", seconds: 0 };
const main = fileURLToPath(new URL("../../dist/engine/cli/main.js", import.meta.url));
const world = new URL("../../dist/engine/simulator/events/world.js", import.meta.url).href;
const reader = new URL("../../dist/engine/simulator/scenario/read.js", import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), "sluice-simulator-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("formulas", () => {
  test.each(MORE_CONSUMERS)("row 3: $c consumers, $perSecond a second", holdsRow3);
  test.each(MORE_LAWS)("%s (row %i)", async (...served) => holdsRow6(served));
});

test("row 12: Allen and Cunneen, ten consumers at load 0.9 that always take the same time", async () => {
  const always: PlannedLaw = { kind: "deterministic", seconds: 1 };
  const plan = planWith(12, exponential(1 / 9), fleetOf(10, always));
  const { waitSeconds } = await simulateQueue({ ...plan, horizon: LONG });
  expectAbout(waitSeconds, 0.334366);
  const model = { gap: exponentialOf(1 / 9), service: () => 1, consumers: 10 };
  expectSame(
    waitSeconds,
    plainly(model).map(({ wait }) => wait),
  );
});

test("row 12: Allen and Cunneen, ten consumers at load 0.9, bursts", async () => {
  // The formula knows two moments. Of the laws that have them it fits this one; of two branches with
  // balanced means, for example, the wait is an eighth longer than it says.
  const gap: PlannedLaw = { kind: "lognormal", meanSeconds: 1 / 9, cv: 2 };
  const plan = planWith(12, gap, fleetOf(10, exponential(1)));
  const { waitSeconds } = await simulateQueue({ ...plan, horizon: LONG });
  expectAbout(waitSeconds, 1.671829);
  const model = { gap: lognormalOf(1 / 9, 2), consumers: 10 };
  expectSame(
    waitSeconds,
    plainly(model).map(({ wait }) => wait),
  );
});

test("row 25: 120,000 in flight and 30 s each are 4,000 a second, exactly", async () => {
  const second = { kind: "deterministic", seconds: 1 / 5_000 } as const;
  const plan = planOf(25, {
    replications: 1,
    quotas: "aws",
    horizon: { messages: Number.POSITIVE_INFINITY, seconds: 114 },
    warmup: { messages: 0, seconds: 0 },
    producers: [producerOf(1, { arrivals: { kind: "renewal", gap: second, size: 1 } })],
    fleets: [fleetOf(125_000, { kind: "deterministic", seconds: 30 })],
  });
  const queue = await simulateQueue(plan);
  // Full after 24 s; from then on each of the 120,000 is followed by another one after 30 s.
  expect(queue.inFlight.max).toBe(120_000);
  expect(Math.abs(queue.inFlight.maxAtSeconds - 24)).toBeLessThanOrEqual(0.001);
  expect(Math.abs(queue.received - 120_000 - 90 * 4_000)).toBeLessThanOrEqual(1);
});

test("the document's table of measured errors is what these tests measure now", () => {
  const script = fileURLToPath(new URL("../simulator/measured.mjs", import.meta.url));
  execFileSync(process.execPath, [script, "--check"], { stdio: ["ignore", "ignore", "pipe"] });
});

test.each([
  ["a closed loop", { kind: "closedLoop", clients: 1, think: AT_ONCE }, 0],
  ["handling that fails", { kind: "renewal", gap: exponential(1), size: 1 }, 1],
] as const)(
  "%s in which no time passes is an error, not a run without end",
  async (_, arrivals, p) => {
    const fleet = fleetOf(1, AT_ONCE, {
      failure: { probability: p, poisonShare: 0, outages: [], isCrash: false },
      ...(p === 1 && { backoff: { baseSeconds: 0, factor: 1, maxSeconds: 0, jitter: "none" } }),
    });
    const plan = planOf(1, {
      replications: 1,
      producers: [producerOf(1, { arrivals })],
      fleets: [fleet],
    });
    const endless = { messages: Number.POSITIVE_INFINITY, seconds: 1_000 };
    await expect(simulateQueue({ ...plan, horizon: endless })).rejects.toThrow(
      /does not end: at second \d+.* takes no time/,
    );
  },
);

/** Every kind of law and arrivals, failures, pauses, groups, copies and round trips. */
const SCENARIO = {
  seed: 20,
  replications: 4,
  horizon: { messages: 20_000 },
  warmup: { messages: 1_000 },
  queues: {
    work: {
      VisibilityTimeout: 9,
      RedrivePolicy: { deadLetterTargetArn: "dead", maxReceiveCount: 3 },
    },
    dead: {},
    "ordered.fifo": { FifoQueue: true },
  },
  producers: {
    calm: { queue: "work", arrivals: { erlang: { shape: 3, perSecond: 3 } }, bodyBytes: 64 },
    rush: { queue: "work", arrivals: { hyperexponential: { perSecond: 2, cv: 3 } } },
    ordered: {
      queue: "ordered.fifo",
      arrivals: { poisson: { perSecond: 2 } },
      groups: { zipf: { count: 50, exponent: 1.1 } },
      duplicates: { probability: 0.05, afterSeconds: 2 },
    },
  },
  consumers: {
    gamma: {
      queue: "work",
      count: 6,
      service: { gamma: { meanSeconds: 1, cv: 2 } },
      roundTripMs: 7,
    },
    lognormal: {
      queue: "work",
      count: 6,
      batch: 10,
      service: { lognormal: { meanSeconds: 1, cv: 1.5 } },
      failure: { probability: 0.1 },
      backoffSeconds: { base: 1, factor: 1.7, max: 60, jitter: "full" },
    },
    weibull: {
      queue: "ordered.fifo",
      count: 8,
      service: { weibull: { meanSeconds: 1, shape: 0.7 } },
      failure: { probability: 0.02, kind: "crash" },
    },
  },
};

test("the same bytes on a newer Node, on one thread and on two", () => {
  const newer = join(newerNode(), "node");
  const version = execFileSync(newer, ["--version"], { encoding: "utf8" });
  expect(version.split(".")[0]).toBe(`v${NEWER_MAJOR}`);
  const scenario = join(folder, "scenario.json");
  writeFileSync(scenario, JSON.stringify(SCENARIO));
  const texts = [process.execPath, newer].flatMap((node) =>
    ["1", "2"].map((threads) => {
      const out = join(folder, "result.json");
      const words = ["simulate", "run", scenario, "--json", out, "--threads", threads];
      execFileSync(node, [main, ...words], { stdio: ["ignore", "ignore", "pipe"] });
      const { speed, ...result } = JSON.parse(readFileSync(out, "utf8"));
      expect(speed.messages).toBe(80_000);
      return JSON.stringify(result);
    }),
  );
  for (const text of texts) expect(text).toBe(texts[0]);
});

/** Ten messages a second, as long as is asked: what the process then holds, in bytes. */
const RUN = `
  import { World } from ${JSON.stringify(world)};
  import { readScenario } from ${JSON.stringify(reader)};
  const scenario = {
    horizon: { seconds: 1_000_000_000 },
    queues: { work: {} },
    producers: { web: { queue: "work", arrivals: { poisson: { perSecond: 10 } } } },
    consumers: { workers: { queue: "work", count: 13, service: { exponential: { meanSeconds: 1 } } } },
  };
  const run = await World.open(await readScenario(scenario), 0);
  const most = Number(process.argv[2]);
  const held = [];
  while (run.sent < 4 * most) {
    run.step(20_000);
    if (held.length === 0 ? run.sent >= most : run.sent >= 4 * most) {
      globalThis.gc();
      held.push(process.memoryUsage.rss());
    }
  }
  await run.close();
  console.log(JSON.stringify(held));
`;

test("a run that is four times as long holds no more memory, and far less than 300 MiB", () => {
  const program = join(folder, "run.mjs");
  writeFileSync(program, RUN);
  const said = execFileSync(process.execPath, ["--expose-gc", program, "2000000"], {
    encoding: "utf8",
  });
  const [short, long] = JSON.parse(said) as [number, number];
  expect(long / short).toBeLessThan(1.1);
  expect(long).toBeLessThan(300 * 2 ** 20);
});
