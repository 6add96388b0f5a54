/** `groups`: what a FIFO queue costs over few groups and many, across threads and in one. */
import { acrossThreads, inThread } from "./specs.ts";
import type { Suite, Work } from "./work.ts";

const GROUPS = [1, 1_000, 100_000];

export const groups: Suite = {
  name: "groups",
  about: "FIFO over 1, 1,000 and 100,000 groups",
  works: () =>
    GROUPS.flatMap((count): Work[] => {
      const given = { type: "fifo", groups: count } as const;
      const units = ["messages/s", "ns/message"] as const;
      return [
        { kind: "flow", spec: acrossThreads(given), units },
        { kind: "inThread", spec: inThread(given), units },
      ];
    }),
};
