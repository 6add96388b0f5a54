/** The `handleSync` of a flow: counts what it is given, and nothing else. */
import type { MessageBatch } from "../../engine/index.ts";
import { here } from "./flow.ts";

export { close, setup } from "./flow.ts";

export function handleSync(batch: MessageBatch): void {
  here().takeBatch(batch);
}
