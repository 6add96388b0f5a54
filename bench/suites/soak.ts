/**
 * `soak`: minutes of the same, and whether rate and memory stay what they are. Standard as fast as it
 * goes; FIFO at the rate that AWS lets through, since at its own its window of deduplication ids, which
 * it keeps for five minutes, would fill the memory. Slopes are of the second half.
 */
import { acrossThreads } from "./specs.ts";
import type { Suite } from "./work.ts";

const FIFO_PER_SECOND = 3_000;

export const soak: Suite = {
  name: "soak",
  about: "ten minutes (--minutes) of the same: slope of rate and memory",
  isLong: true,
  works: () => [
    { kind: "soak", spec: acrossThreads({ load: "soak" }) },
    {
      kind: "soak",
      spec: acrossThreads({ type: "fifo", load: "soak" }),
      perSecond: FIFO_PER_SECOND,
    },
  ],
};
