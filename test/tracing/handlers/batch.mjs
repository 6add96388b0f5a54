/** Fails of each batch what is called "bad". */
import { register, work } from "./provider.mjs";

export const setup = register;

export async function handleBatch(messages) {
  await new Promise((resolve) => setTimeout(resolve, 1));
  work("inside");
  const bad = messages.filter(({ body }) => body === "bad");
  return { batchItemFailures: bad.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}
