/**
 * Random kills, twenty times as many as in test/recovery/kills/kills.test.ts; 2,000 on a newer Node;
 * and the proof that such a test can fail: a build that has a loop in
 * a section leaves locks in the hands of its dead.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectKills, Killing } from "../recovery/kills/killsChild.ts";
import type { Round } from "../recovery/kills/killsRun.ts";
import { compileEntry } from "../support/compile.ts";
import { NEWER_MAJOR, newerNode } from "../support/newerNode.ts";
import { chooseSeed } from "../support/seeded.ts";

const KILLS = 10_000;
const NEWER_KILLS = 2_000;
const LOOP_KILLS = 160;
const TIMEOUT_MS = 1_500_000;
const killing = new Killing();
const seed = chooseSeed("kills");

beforeAll(() => killing.prepare());
afterAll(() => killing.close());

test(`${KILLS} kills leave nothing held, broken or lost`, async () => {
  await expectKills(killing, { kills: KILLS, seed, timeoutMs: TIMEOUT_MS });
});

test(`${NEWER_KILLS} kills on a newer Node neither`, async () => {
  const node = join(newerNode(), "node");
  const wanted = { kills: NEWER_KILLS, seed, node, timeoutMs: TIMEOUT_MS };
  const report = await expectKills(killing, wanted);
  expect(report.node.split(".")[0]).toBe(NEWER_MAJOR);
});

/** The claim's ten steps, left as a loop. */
function withLoop(source: string): string {
  const unrolled = "step < UNROLLED";
  expect(source).toContain(unrolled);
  return source.replaceAll(unrolled, "step < 10");
}

test("a build with a loop in a section is found: its dead hold locks", async () => {
  const path = "assembly/sections/claim.ts";
  const source = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  const engine = await compileEntry("assembly/index.ts", new Map([[path, withLoop(source)]]));
  const round: Round = { kinds: ["plain"], driver: ["terminate", "terminate"], script: [] };
  const wanted = { kills: LOOP_KILLS, seed, round, timeoutMs: TIMEOUT_MS };
  const { locksHeld } = await killing.run({ ...wanted, engine });
  console.log(`of ${LOOP_KILLS} dead ${locksHeld} held a lock`);
  expect(locksHeld).toBeGreaterThan(0);
});
