/**
 * The whole broker on a disk that crashes: calls of all kinds, the journal and its cleaning over a simulated
 * disk, stopped before calls that a seed chooses, with whatever was not synced kept, dropped, garbled or old. Each
 * time all that was acknowledged is there, nothing else is, and it is a prefix of what happened. Some go on from there
 * and crash again. `npm run stress` has every call (test/stress/crashes.test.ts).
 */
import { expect, test } from "vitest";
import { chooseSeed, Seeded } from "../../support/seeded.ts";
import { Campaign } from "./crashes/campaign.ts";

const CRASHES = 2_000;

test(`a broker whose disk crashes has all that it acknowledged, ${CRASHES} times`, async () => {
  const random = new Seeded(chooseSeed("broker crashes"));
  const extent = { steps: 300, crashes: 0.25, nextLives: 0.06, thorough: 0.25, most: CRASHES };
  const campaign = new Campaign(extent);
  while (campaign.tally.crashes < CRASHES) await campaign.run(random.between(0, 2 ** 31));
  const { counts, torn, ...tally } = campaign.tally;
  console.log(JSON.stringify({ ...tally, torn, ...counts }));
  // What was compared from outside alone is the exception.
  expect(torn).toBeLessThan(CRASHES / 10);
  expect(tally.cleaned).toBeGreaterThan(20);
  expect(Object.keys(counts)).toEqual(
    expect.arrayContaining([
      ...["send", "sendBatch", "send sync", "duplicate", "receive", "receive attempt", "delete"],
      ...["deleteBatch", "changeVisibility", "move task", "cancel", "purge", "deleteQueue"],
      ...["createQueue", "update", "flush"],
    ]),
  );
});
