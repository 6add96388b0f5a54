/** Proof that a FIFO queue does what a plain-array model says, section by section: 200,000 steps. */
import { describe, test } from "vitest";
import { chooseSeed } from "../../support/seeded.ts";
import { runFifoModel, WORLDS } from "./fifoRun.ts";

describe("a FIFO queue does what plain arrays say", () => {
  const seed = chooseSeed("FIFO model");

  test.each(WORLDS)("$name, $steps steps", (world) => runFifoModel(world, seed));
});
