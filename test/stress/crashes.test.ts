/**
 * The whole broker, crashed before every call of the disk in whole lives, each with next lives that crash, too
 * (test/broker/durable/crashes/).
 */
import { expect, test } from "vitest";
import { Campaign } from "../broker/durable/crashes/campaign.ts";
import { patience } from "../support/patience.ts";
import { chooseSeed, Seeded } from "../support/seeded.ts";

/** Two have some 10,000 calls with the lives that go on from them. */
const LIVES = 2;

test("a broker is whole after a crash at every call of the disk", {
  timeout: patience(1_800_000),
}, async () => {
  const random = new Seeded(chooseSeed("broker crashes at every call"));
  const most = Number.POSITIVE_INFINITY;
  const campaign = new Campaign({ steps: 400, crashes: 1, nextLives: 0.1, thorough: 1, most });
  for (let life = 0; life < LIVES; life++) await campaign.run(random.between(0, 2 ** 31));
  const { counts, ...tally } = campaign.tally;
  expect(tally.crashes).toBeGreaterThan(2_000);
  console.log(JSON.stringify({ ...tally, ...counts }));
});
