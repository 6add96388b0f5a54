/** Proof that the engine does what a plain-array model says, section by section: 200,000 steps. */
import { describe, test } from "vitest";
import { chooseSeed } from "../../support/seeded.ts";
import { runModel, WORLDS } from "./modelRun.ts";

describe("a Standard queue does what plain arrays say", () => {
  const seed = chooseSeed("model");

  test.each(WORLDS)("$name, $steps steps", (world) => runModel(world, seed));
});
