/** Random kills, five times as many as on every change; what a round looks at stands there. */
import { afterAll, beforeAll, test } from "vitest";
import { expectKills, Killing } from "../recovery/killsChild.ts";
import { chooseSeed } from "../support/seeded.ts";

const KILLS = 10_000;
const TIMEOUT_MS = 900_000;
const killing = new Killing();

beforeAll(() => killing.prepare());
afterAll(() => killing.close());

test(`${KILLS} kills leave nothing held, broken or lost`, async () => {
  await expectKills(killing, { kills: KILLS, seed: chooseSeed("kills"), timeoutMs: TIMEOUT_MS });
});
