/**
 * The steward's proofs hundreds of times: threads that die while the opening thread blocks, and
 * locks in the hands of the dead for which the steward sleeps.
 */
import { test } from "vitest";
import { CASES, dieTogether } from "../recovery/steward/deadlockRun.ts";
import { checkDeaths, type Death, raceDeaths } from "../recovery/steward/stewardRun.ts";
import { LONGEST_MS, summaryOf } from "../recovery/waking/wakeRun.ts";

const ROUNDS = 40;
const DEADLOCKS = 100;

function textOf(times: readonly number[]): string {
  const { count, p50, p99, max } = summaryOf(times);
  return `${count}: p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, longest ${max.toFixed(1)} ms`;
}

test(`${ROUNDS} rounds of eight deaths: all is free within ${LONGEST_MS} ms`, async () => {
  const rounds: Death[][] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await raceDeaths());
  const deaths = rounds.flat();
  for (const way of new Set(deaths.map((death) => death.way))) {
    const times = deaths.filter((death) => death.way === way).map(({ ms }) => ms);
    console.log(`${way}, ${textOf(times)}`);
  }
  for (const some of rounds) checkDeaths(some);
});

test.each(CASES)(`${DEADLOCKS} times $name lock in the hand of the second to die`, async (one) => {
  const times: number[] = [];
  for (let round = 0; round < DEADLOCKS; round++) times.push(await dieTogether(one));
  console.log(`${one.name} lock, ${textOf(times)}`);
});
