/**
 * Random kills, five times as many as in killsShort.test.ts, and the proof that
 * such a test can fail: a build that has a loop in a section leaves locks in the hands of its dead.
 */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectKills, Killing } from "../recovery/killsChild.ts";
import type { Round } from "../recovery/killsRun.ts";
import { compileEntry } from "../support/compile.ts";
import { chooseSeed } from "../support/seeded.ts";

const KILLS = 10_000;
const LOOP_KILLS = 160;
const TIMEOUT_MS = 1_500_000;
const killing = new Killing();
const seed = chooseSeed("kills");

beforeAll(() => killing.prepare());
afterAll(() => killing.close());

test(`${KILLS} kills leave nothing held, broken or lost`, async () => {
  await expectKills(killing, { kills: KILLS, seed, timeoutMs: TIMEOUT_MS });
});

/** The claim's ten steps, written as a loop. */
function withLoop(source: string): string {
  const steps = /(?:\s+last = Claim\.step\((?:[^;]*?)\b(\d),([^;]*?)\);){10}/;
  const step = /last = Claim\.step\(([^;]*?)\b0,([^;]*?)\);/.exec(source);
  const loop = `for (let i: u32 = 0; i < 10; i++) last = Claim.step(${step?.[1]} i, ${step?.[2]});`;
  expect(source).toMatch(steps);
  return source.replace(steps, `\n      ${loop}`);
}

test("a build with a loop in a section is found: its dead hold locks", async () => {
  const path = "assembly/claim.ts";
  const source = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  const engine = await compileEntry("assembly/index.ts", new Map([[path, withLoop(source)]]));
  const round: Round = { kinds: ["plain"], driver: ["terminate", "terminate"], script: [] };
  const wanted = { kills: LOOP_KILLS, seed, round, timeoutMs: TIMEOUT_MS };
  const { locksHeld } = await killing.run({ ...wanted, engine });
  console.log(`of ${LOOP_KILLS} dead ${locksHeld} held a lock`);
  expect(locksHeld).toBeGreaterThan(0);
});
