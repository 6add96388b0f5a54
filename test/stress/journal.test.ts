/**
 * The file log under stress: a crash at every call of the disk, in always and in relaxed durability, by
 * power and by kill, each with another crash in the recovery; and a hundred processes killed.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { history, type LifePlan } from "../journal/history.ts";
import { killAgain } from "../journal/kills.ts";
import { patience } from "../support/patience.ts";
import { chooseSeed, Seeded } from "../support/seeded.ts";

const STEPS = 120;
const SEEDS = 12;
const ENDS = ["power", "kill"] as const;

/** A crash at one call, then one at each of the first calls of the recovery in turn. */
async function crash(seed: number, crashAt: number, relaxed: boolean): Promise<void> {
  for (const end of ENDS) {
    const first: LifePlan = { steps: STEPS, crashAt, end, relaxed };
    const second: LifePlan = {
      steps: 20,
      crashAt: 1 + (crashAt % 25),
      end: "power",
    };
    await history(seed + crashAt, [first, second]).catch((error: unknown) => {
      throw new Error(JSON.stringify({ seed, first, second }), {
        cause: error,
      });
    });
  }
}

describe("a journal", { timeout: patience(600_000) }, () => {
  test("is whole after a crash at every call of the disk", async () => {
    const random = new Seeded(chooseSeed("journal crashes at every call"));
    let crashes = 0;
    for (let round = 0; round < SEEDS; round++) {
      const seed = random.between(0, 2 ** 31);
      for (const relaxed of [false, true]) {
        const [life] = await history(seed, [{ steps: STEPS, end: "power", relaxed }]);
        const calls = life?.calls ?? 0;
        expect(calls).toBeGreaterThan(100);
        for (let at = 1; at <= calls; at++) await crash(seed, at, relaxed);
        crashes += ENDS.length * calls;
      }
    }
    console.log(`${crashes} crashes, each followed by another in the recovery`);
  });

  test("of processes that are killed has all that was acknowledged", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sluice-journal-kills-"));
    try {
      const random = new Seeded(chooseSeed("journal kills"));
      const rounds = await killAgain(join(folder, "data"), 100, random);
      const last = rounds.at(-1);
      expect(last?.lives).toBe(100);
      // Old segments went, and what they held was let go.
      expect(last?.begin).toBeGreaterThan(0);
      console.log(`${last?.end} records, the last ${(last?.end ?? 0) - (last?.begin ?? 0)} kept`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
