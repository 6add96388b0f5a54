/** The kills of test/broker/durable/, many times over; prints how long restarts took. */
import { expect, test } from "vitest";
import { Directory } from "../broker/durable/kept.ts";
import { Recorder } from "../broker/durable/kills.ts";
import { chooseSeed, Seeded } from "../support/seeded.ts";

const ROUNDS = Number(process.env.SLUICE_KILLS ?? 200);

test(`${ROUNDS} kills lose nothing that was acknowledged`, async () => {
  using directory = new Directory();
  const recorder = new Recorder(directory.path, new Seeded(chooseSeed("durable kills")));
  const restarts: number[] = [];
  let acknowledged = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const outcome = await recorder.round();
    acknowledged += outcome.acknowledged;
    restarts.push(outcome.restartMs);
  }
  restarts.sort((one, other) => one - other);
  const at = (share: number): string =>
    (restarts[Math.floor(share * (ROUNDS - 1))] ?? 0).toFixed(0);
  console.log(`${acknowledged} acknowledged; restart ms: median ${at(0.5)}, most ${at(1)}`);
  expect(acknowledged).toBeGreaterThan(ROUNDS);
});
