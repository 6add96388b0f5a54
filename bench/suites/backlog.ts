/**
 * `backlog`: what messages that wait cost those that pass, in one thread and across two, and how fast
 * they are drained while producers go on at half the consumer's rate.
 */
import { acrossThreads, inThread } from "./specs.ts";
import type { Suite, Work } from "./work.ts";

const BACKLOGS = [0, 100_000, 1_000_000];
const units = ["messages/s", "ns/message"] as const;

export const backlog: Suite = {
  name: "backlog",
  about: "0, 100,000 and 1,000,000 messages waiting, steady and drained",
  works: () =>
    (["standard", "fifo"] as const).flatMap((type) =>
      BACKLOGS.flatMap((waiting): Work[] => {
        const given = { type, backlog: waiting, load: "steady" } as const;
        const steady: Work[] = [
          { kind: "inThread", spec: inThread(given), units },
          { kind: "flow", spec: acrossThreads(given), units },
        ];
        if (waiting === 0) return steady;
        const drained = acrossThreads({ ...given, load: "drained" });
        return [...steady, { kind: "flow", spec: drained, units }];
      }),
    ),
};
