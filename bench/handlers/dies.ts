/** Ends its thread at the first receive of a message, and says when the second one came. */
import type { HandlerContext, Message } from "../../engine/index.ts";

export default function dies(message: Message, { data }: HandlerContext): void {
  const { times } = data as { times: Float64Array };
  const at = Number(message.body) * 2;
  if (message.receiveCount === 1) {
    times[at] = Date.now();
    process.exit(1);
  }
  if (times[at + 1] === 0) times[at + 1] = Date.now();
}
