/** The empty `handleSync` of bench/pool/pool.ts, and one that computes for a while. */
import type { HandlerContext, MessageBatch } from "../../engine/index.ts";
import { compute } from "./compute.ts";

export function handleSync(batch: MessageBatch, { data }: HandlerContext): void {
  const { computeUs } = data as { computeUs: number };
  if (computeUs > 0) for (let index = 0; index < batch.length; index++) compute(computeUs);
}
