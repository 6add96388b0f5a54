/**
 * Random kills: threads are ended at random moments, by all the ways in which one can end, while
 * others work on the same queue. After each round nothing is broken, held or lost. That this test
 * can fail is shown with a build that has a loop in a section.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectKills, Killing } from "../recovery/killsChild.ts";
import { compileEntry } from "../support/compile.ts";
import { chooseSeed } from "../support/seeded.ts";

const TIMEOUT_MS = 180_000;
const NEWER_NODE = "node@24";
const KILLS = 2000;
const NEWER_KILLS = 200;
const LOOP_KILLS = 160;

const killing = new Killing();
const seed = chooseSeed("kills");

beforeAll(() => killing.prepare());
afterAll(() => killing.close());

test(
  `${KILLS} kills leave nothing held, broken or lost`,
  async () => {
    await expectKills(killing, { kills: KILLS, seed, timeoutMs: TIMEOUT_MS });
  },
  TIMEOUT_MS,
);

test(
  `${NEWER_KILLS} kills on a newer Node neither`,
  async () => {
    writeFileSync(join(killing.folder, "package.json"), '{ "private": true }\n');
    const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
    execFileSync("npm", ["install", NEWER_NODE, ...quiet], { cwd: killing.folder });
    const node = join(killing.folder, "node_modules", "node", "bin", "node");
    const wanted = { kills: NEWER_KILLS, seed, node, timeoutMs: TIMEOUT_MS };
    const report = await expectKills(killing, wanted);
    expect(report.node.split(".")[0]).toBe(NEWER_NODE.split("@")[1]);
  },
  TIMEOUT_MS,
);

/** The claim's ten steps, written as a loop. */
function withLoop(source: string): string {
  const steps = /(?:\s+last = Claim\.step\((?:[^;]*?)\b(\d),([^;]*?)\);){10}/;
  const step = /last = Claim\.step\(([^;]*?)\b0,([^;]*?)\);/.exec(source);
  const loop = `for (let i: u32 = 0; i < 10; i++) last = Claim.step(${step?.[1]} i, ${step?.[2]});`;
  expect(source).toMatch(steps);
  return source.replace(steps, `\n      ${loop}`);
}

test(
  "a build with a loop in a section is found: its dead hold locks",
  async () => {
    const path = "assembly/claim.ts";
    const source = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
    const engine = await compileEntry("assembly/index.ts", new Map([[path, withLoop(source)]]));
    const round = { driver: ["terminate", "terminate"] as const, script: [] };
    const wanted = { kills: LOOP_KILLS, seed, round, timeoutMs: TIMEOUT_MS };
    const { locksHeld } = await killing.run({ ...wanted, engine });
    console.log(`of ${LOOP_KILLS} dead ${locksHeld} held a lock`);
    expect(locksHeld).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);
