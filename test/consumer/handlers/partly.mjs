/** Fails the messages whose body is in `data.failing`, the way its kind does. */
import { setImmediate as immediately } from "node:timers/promises";

export async function handleBatch(messages, { data }) {
  await immediately();
  const failed = messages.filter(({ body }) => data.failing.includes(body));
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}
