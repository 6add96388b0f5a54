/** PurgeQueue: every message of the queue, visible, delayed or in flight, is gone at once. */
import { queueAction } from "../action.ts";

export const purgeQueue = queueAction({ members: {} }, async (_context, _input, queue) => {
  await queue.purge();
  return undefined;
});
