/**
 * Random kills: threads are ended at random moments, by all the ways in which one can end, while
 * others work on the same queues. After each round nothing is broken, held or lost. That this test
 * can fail is shown in test/stress/kills.test.ts, with a build that has a loop in a section; there
 * it also runs twenty times as long, and on a newer Node.
 */
import { afterAll, beforeAll, test } from "vitest";
import { patience } from "../../support/patience.ts";
import { chooseSeed } from "../../support/seeded.ts";
import { expectKills, Killing } from "./killsChild.ts";

const TIMEOUT_MS = patience(1_800_000);
/** Four rounds and more of each kind of queue. */
const KILLS = 500;

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
