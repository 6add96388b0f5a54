/**
 * Any prefix of what a long history says to the log makes the memory that it was then: messages with all
 * that belongs to them, in order, what is between two queues, what FIFO queues remember.
 */
import { expect, test } from "vitest";
import { chooseSeed, Seeded } from "../support/seeded.ts";
import { checkPrefix, History } from "./logHistory.ts";

const STEPS = 1500;
const PREFIXES = 12;

test("a memory of any prefix is what it was", async () => {
  const seed = chooseSeed("history of the log");
  const random = new Seeded(seed + 1);
  const history = await History.begin(seed);
  for (let step = 0; step < STEPS; step++) {
    history.step();
    // Everything that was not in the log by then is forgotten.
    if (step === STEPS / 3 || step === (STEPS / 3) * 2) await history.restart();
  }
  history.drainAll();
  const { told } = history;
  for (let left = PREFIXES; left > 0; left--) {
    const length = random.between(1, told.length);
    await checkPrefix(history, told.slice(0, length), random.chance(0.3));
  }
  const last = await checkPrefix(history, told);
  last.nowMs += 60_000;
  last.advance();
  expect(last.verify()).toBe(0);
  console.log(`${told.length} parts`, JSON.stringify(history.counts));
});
