/**
 * Random kills: threads are ended at random moments, by all the ways in which one can end, while
 * others work on the same queues. After each round nothing is broken, held or lost. That this test
 * can fail is shown in test/stress/kills.test.ts, with a build that has a loop in a section.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectKills, Killing } from "../recovery/killsChild.ts";
import { chooseSeed } from "../support/seeded.ts";

const TIMEOUT_MS = 600_000;
const NEWER_NODE = "node@24";
const KILLS = 2000;
const NEWER_KILLS = 200;

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
