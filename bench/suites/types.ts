/**
 * `types`: what Standard, FIFO and FIFO with high throughput take, with AWS's quotas and without. FIFO
 * stops at 300 calls a second of each action, with high throughput at 300 for each partition, of which
 * one group has one; a call may bring ten messages. Standard has no such quota.
 */
import type { QueueType } from "../result/schema.ts";
import { acrossThreads } from "./specs.ts";
import type { Suite, Work } from "./work.ts";

const TYPES: readonly QueueType[] = ["standard", "fifo", "fifoHighThroughput"];
const LIMITED: readonly QueueType[] = ["fifo", "fifoHighThroughput"];
const BATCHES = [1, 10];

/** A queue of high throughput has one group here: its partition's rate. */
function groupsOf(type: QueueType): object {
  if (type === "standard") return {};
  return { groups: type === "fifo" ? 1_000 : 1 };
}

export const plateaus: Work = {
  kind: "plateaus",
  specs: LIMITED.flatMap((type) =>
    BATCHES.map((batch) => acrossThreads({ type, quotas: "aws", batch, ...groupsOf(type) })),
  ),
};

export function unlimited(type: QueueType, batch: number, quotas: "aws" | "off" = "off"): Work {
  const spec = acrossThreads({ type, batch, quotas, ...groupsOf(type) });
  return { kind: "flow", spec, units: ["messages/s", "calls/s"] };
}

export const types: Suite = {
  name: "types",
  about: "Standard, FIFO and FIFO with high throughput, with AWS's quotas and without",
  works: () => [
    plateaus,
    ...BATCHES.flatMap((batch) => [
      ...TYPES.map((type) => unlimited(type, batch)),
      unlimited("standard", batch, "aws"),
    ]),
  ],
};
