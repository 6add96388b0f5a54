/** `messages`: batches and sizes, texts and bytes, in one thread and across two. */
import { acrossThreads, inThread } from "./specs.ts";
import type { Suite, Work } from "./work.ts";

const SIZES = [64, 2 ** 10, 16 * 2 ** 10, 256 * 2 ** 10, 2 ** 20];

export const messages: Suite = {
  name: "messages",
  about: "batches of 1 and 10, 64 B to 1 MiB, texts and bytes, in one thread and across two",
  works: () => [
    { kind: "promises" },
    ...SIZES.flatMap((bodyBytes) =>
      [1, 10].flatMap((batch) =>
        (["text", "bytes"] as const).flatMap((body): Work[] => {
          const units = ["messages/s", "ns/message"] as const;
          const given = { bodyBytes, batch, body };
          return [
            { kind: "inThread", spec: inThread(given), units },
            { kind: "flow", spec: acrossThreads(given), units },
          ];
        }),
      ),
    ),
  ],
};
