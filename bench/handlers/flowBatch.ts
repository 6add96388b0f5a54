/** The `handleBatch` of a flow: counts what it is given, and nothing else. */
import type { Message } from "../../engine/index.ts";
import { here } from "./flow.ts";

export { close, setup } from "./flow.ts";

export async function handleBatch(messages: readonly Message[]): Promise<void> {
  here().takeMessages(messages);
}
