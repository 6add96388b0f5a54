/**
 * Flows at a fixed rate: the producer sends at moments that are fixed beforehand, however late the
 * consumer is, and each latency counts from the moment, not from the send.
 */
import type { Pace } from "../run/pace.ts";
import { type FlowOutcome, runFlow } from "./flow.ts";
import { clockMs, type FlowSpec } from "./words.ts";

/** Until threads are there; where the machine is slower, more. */
const LEAD_MS = 600;
const ATTEMPTS = 6;

/** For so long latencies are not kept: code is being compiled. */
function settlingMs({ warmUpMs, windowMs }: Pace): number {
  return Math.max(warmUpMs / 3, windowMs);
}

export async function runAtRate(
  spec: FlowSpec,
  perSecond: number,
  pace: Pace,
): Promise<FlowOutcome> {
  const { producers, batch } = spec.case;
  const everyMs = (1e3 * producers) / perSecond;
  const messages = (ms: number) => Math.ceil(ms / everyMs / batch) * batch;
  for (let attempt = 0, leadMs = LEAD_MS; attempt < ATTEMPTS; attempt++, leadMs *= 2) {
    const schedule = {
      fromMs: clockMs() + leadMs,
      everyMs,
      batch,
      keptFrom: messages(settlingMs(pace)),
      windowMessages: Math.max(batch, messages(pace.windowMs)),
    };
    const outcome = await runFlow({ ...spec, schedule }, pace);
    if (!outcome.isLate) return outcome;
  }
  throw new Error("threads take longer to begin than any schedule waits for");
}
