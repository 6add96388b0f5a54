/**
 * `consumers`: threads, producers, kinds of handler, promises or none, in the opener's thread and in
 * threads of a pool, beside loops written by hand.
 */
import { availableParallelism } from "node:os";
import type { FlowSpec } from "../flow/words.ts";
import { acrossThreads } from "./specs.ts";
import type { Suite } from "./work.ts";

function threadsOf(): number[] {
  return [...new Set([1, 2, 4, availableParallelism()])].sort((one, other) => one - other);
}

function inline(spec: FlowSpec): FlowSpec {
  const transport = `in-thread ${spec.face} ${spec.body}`;
  return { ...spec, isInline: true, case: { ...spec.case, transport } };
}

export const consumers: Suite = {
  name: "consumers",
  about: "1 to N threads, 1 to 50 producers, the kinds of handler, and loops written by hand",
  works: () => {
    const specs = [
      ...threadsOf().map((count) => acrossThreads({ consumers: count })),
      ...[2, 10, 50].map((producers) => acrossThreads({ producers })),
      ...(["handleBatch", "default", "none"] as const).map((handler) => acrossThreads({ handler })),
      acrossThreads({ handler: "none", face: "async" }),
      acrossThreads({ handler: "handleBatch", face: "async" }),
      inline(acrossThreads({ handler: "handleSync" })),
      inline(acrossThreads({ handler: "handleBatch" })),
      acrossThreads({ type: "fifo", consumers: 2 }),
    ];
    return specs.map((spec) => ({ kind: "flow", spec, units: ["messages/s"] }));
  },
};
