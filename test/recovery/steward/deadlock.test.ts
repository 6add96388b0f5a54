/**
 * Locks in the hands of the dead whom nobody has seen die yet. The steward sleeps for a lock when
 * its owner dies; it must not sleep for ever, whichever lock it is.
 */
import { test } from "vitest";
import { CASES, dieTogether } from "./deadlockRun.ts";

test.each(CASES)(
  "two threads die, the second with $name lock, for which the steward sleeps",
  async (one) => void (await dieTogether(one)),
);
