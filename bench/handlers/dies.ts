/** Ends its thread at the first receive of a message; at the second it says how late that came. */
import type { HandlerContext, Message } from "../../engine/index.ts";

const TIMEOUT_MS = 1_000;

export default async function dies(message: Message, { broker }: HandlerContext): Promise<void> {
  if (message.receiveCount === 1) process.exit(1);
  const late = await broker.getQueue("late");
  await late.send(String(Date.now() - message.firstReceivedAtMs - TIMEOUT_MS));
}
