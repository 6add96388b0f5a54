// Runs in each thread of the pool of graceful-shutdown.mjs. A handler that waits for long would listen
// to `signal`, which is given at once when the consumer stops, and give up by throwing.
import { setTimeout as wait } from "node:timers/promises";

export default async function handleOrder() {
  await wait(5);
}
