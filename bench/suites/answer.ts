/** `sluice bench` alone: Standard against FIFO, by ones and by tens, and where AWS's quotas stop FIFO. */
import { plateaus, unlimited } from "./types.ts";
import type { Suite } from "./work.ts";

export const answer: Suite = {
  // Its cases are among those of `types`, and can be compared with them.
  name: "types",
  about: "Standard against FIFO",
  works: () => [
    plateaus,
    unlimited("standard", 10),
    unlimited("fifo", 10),
    unlimited("standard", 1),
    unlimited("fifo", 1),
  ],
};
