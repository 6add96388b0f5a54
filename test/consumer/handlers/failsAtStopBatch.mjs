/** As failsAtStop.mjs, for a batch. */
import failsAtStop from "./failsAtStop.mjs";

export function handleBatch(messages, context) {
  return failsAtStop(messages[0], context);
}
