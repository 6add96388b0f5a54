/** Series made by hand, for autoscalers: what they want, sample by sample, when wishes come true at once. */
import type { Autoscaler, Reading } from "../../../engine/simulator/scaling/autoscaler.ts";

export function desiredOver(
  autoscaler: Autoscaler,
  metrics: readonly number[],
  first: number,
  more: Partial<Reading> = {},
): number[] {
  const [periodSeconds = 60] = autoscaler.periodsSeconds;
  let desired = first;
  return metrics.map((value, index) => {
    const nowSeconds = (index + 1) * periodSeconds;
    const reading = { value, running: desired, busy: 0, throttled: 0, ...more };
    const wanted = autoscaler.decide(reading, { nowSeconds, desired, pending: 0 }, 0);
    if (wanted !== desired) autoscaler.scaled?.(desired, wanted, nowSeconds);
    desired = wanted;
    return desired;
  });
}
