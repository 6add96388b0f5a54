/** The two model proofs again and again, from many seeds: minutes, not seconds. */
import { describe, test } from "vitest";
import { WORLDS as FIFO_WORLDS, runFifoModel } from "../model/fifo/fifoRun.ts";
import { runFifoThreads } from "../model/fifo/fifoThreads.ts";
import { runModel, WORLDS } from "../model/standard/modelRun.ts";
import { runThreads } from "../model/standard/threadsRun.ts";
import { chooseSeed } from "../support/seeded.ts";

const first = chooseSeed("stress");
const seeds = Array.from({ length: 20 }, (_, index) => first + index);

describe.each(seeds)("seed %i", (seed) => {
  test.each(WORLDS)("$name, $steps steps", (world) => runModel(world, seed));

  test.each(FIFO_WORLDS)("FIFO: $name, $steps steps", (world) => runFifoModel(world, seed));

  test("a million messages over 4 threads", () => runThreads(seed, 1_000_000));

  test("FIFO: 4 threads of which 500 are killed", async () => {
    await runFifoThreads({ seed, messages: 100_000, kills: 500 });
  });
});
