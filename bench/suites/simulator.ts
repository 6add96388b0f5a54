/**
 * `simulator`: what a simulated message costs beside the same calls in a bare loop, and beside the row of
 * single 64 B messages of `messages`. Rates are of the process's time in a thread of its own, so that
 * the ratios of the rows mean something on a machine that others use, too.
 */
import { inThread } from "./specs.ts";
import type { Suite } from "./work.ts";

export const simulator: Suite = {
  name: "simulator",
  about: "a simulated message beside the same calls by hand, alone and in tens",
  works: () => [
    { kind: "simulator" },
    {
      kind: "inThread",
      spec: inThread({ bodyBytes: 64, batch: 1 }),
      units: ["messages/s", "ns/message"],
    },
  ],
};
