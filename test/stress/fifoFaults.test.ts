/** As test/recovery/cuts/fifoFaults.test.ts, but really before every store, of the long operations too. */
import { describe, expect, test } from "vitest";
import { cutEverywhere, OPERATIONS } from "../recovery/cuts/fifoCuts.ts";

describe("a long FIFO operation that is cut before any of its stores", () => {
  test.each(OPERATIONS.filter(({ every }) => every !== undefined))("$name", (operation) => {
    expect(cutEverywhere(operation, 1, 1)).toBeGreaterThan(1000);
  });
});
