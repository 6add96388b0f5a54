/** As fifoFaults.test.ts: the operations that settle messages, let them go, and make or give room. */
import { describe, expect, test } from "vitest";
import { chooseSeed, Seeded } from "../../support/seeded.ts";
import { cutEverywhere, GOING } from "./fifoCuts.ts";

describe("a FIFO operation that is cut before any of its stores", () => {
  const random = new Seeded(chooseSeed("FIFO faults"));

  test.each(GOING)("$name", (operation) => {
    const every = operation.every ?? 1;
    const stores = cutEverywhere(operation, random.between(1, every), every);
    expect(stores).toBeGreaterThan(0);
    console.log(`${operation.name}: ${stores} stores, cut before one in ${every}`);
  });
});
