/**
 * The debug build, whose functions assert what they rely on (assembly/must.ts), in short worlds of the
 * model, under cuts and under kills. `npm run stress` runs all of those tests with it: see `debug` in
 * vitest.config.ts.
 */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { cutEverywhere, OPERATIONS } from "../recovery/cuts/fifoCuts.ts";
import { Killing } from "../recovery/kills/killsChild.ts";
import { MIXED } from "../recovery/kills/killsRun.ts";
import { testedBuild } from "../support/builds.ts";
import { patience } from "../support/patience.ts";
import { chooseSeed } from "../support/seeded.ts";
import { WORLDS as FIFO_WORLDS, runFifoModel } from "./fifo/fifoRun.ts";
import { runModel, WORLDS } from "./standard/modelRun.ts";

// Before the imports, which compile the build that it names.
vi.hoisted(() => vi.stubEnv("SLUICE_ENGINE", "debug"));

const STEPS = 1_500;
const KILLS = 16;
const CUT = /^(delete the first of a group|receive from several groups)$/;
const TIMEOUT_MS = patience(600_000);
const killing = new Killing();
const seed = chooseSeed("debug build");

beforeAll(async () => {
  expect(testedBuild()).toBe("debug");
  await killing.prepare();
}, TIMEOUT_MS);

afterAll(() => {
  killing.close();
  vi.unstubAllEnvs();
});

test.each(WORLDS.filter(({ moves }) => moves !== true).slice(0, 2))(
  "a Standard queue asserts nothing false: $name",
  (world) => runModel({ ...world, steps: STEPS }, seed),
);

test.each(FIFO_WORLDS.slice(0, 2))("a FIFO queue asserts nothing false: $name", (world) =>
  runFifoModel({ ...world, steps: STEPS }, seed),
);

test.each(OPERATIONS.filter(({ name }) => CUT.test(name)))(
  "and nothing false when it is cut: $name",
  (operation) => {
    expect(cutEverywhere(operation, 1, 9)).toBeGreaterThan(20);
  },
);

test(
  "and nothing false when threads are killed",
  async () => {
    const report = await killing.run({ kills: KILLS, seed, round: MIXED, timeoutMs: TIMEOUT_MS });
    expect(report.kills).toBeGreaterThanOrEqual(KILLS);
  },
  TIMEOUT_MS,
);
