/** The wake-up proofs with larger numbers: minutes, not seconds. */
import { expect, test } from "vitest";
import {
  LONGEST_MS,
  raceAborts,
  raceBusy,
  raceKills,
  raceSleep,
  textOf,
} from "../recovery/waking/wakeRun.ts";

test.each([
  ["blocking", 1_000_000],
  ["polling", 500_000],
] as const)("around the step from looking to sleeping: %s, %i times", async (role, rounds) => {
  const latencies = await raceSleep(role, rounds, 0.06);
  console.log(`${role}: ${textOf(latencies)}`);
  expect(latencies.max).toBeLessThan(LONGEST_MS);
});

test("a waiter that gives up around each of 30,000 sends", async () => {
  const { aborted, latencies } = await raceAborts(30_000);
  console.log(`${aborted} polls given up. ${textOf(latencies)}`);
  expect(latencies.max).toBeLessThan(LONGEST_MS);
});

test("a waiter that is killed around each of 1,000 sends", async () => {
  const { taken, latencies } = await raceKills(1_000);
  console.log(`${taken} had received already. ${textOf(latencies)}`);
  expect(latencies.max).toBeLessThan(LONGEST_MS);
});

test.each([1, 3, 8])("%i waiters that are rung first are blocked", async (count) => {
  const latencies = await raceBusy(count);
  console.log(textOf(latencies));
  expect(latencies.max).toBeLessThan(LONGEST_MS);
});
