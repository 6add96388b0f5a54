/**
 * `latency`: how long a message takes from the moment at which it was to be sent until it is handled,
 * at 10 to 95 % of the rate that was sustained before, in the same process.
 */
import { acrossThreads } from "./specs.ts";
import type { Suite } from "./work.ts";

export const latency: Suite = {
  name: "latency",
  about: "10 to 95 % of what was sustained, at a fixed rate: percentiles to p99.99",
  works: () =>
    (["standard", "fifo"] as const).map((type) => ({
      kind: "latency",
      spec: acrossThreads({ type }),
      loads: [10, 25, 50, 75, 90, 95],
      percentiles: [50, 90, 99, 99.9, 99.99, 100],
    })),
};
