/** DeleteQueue: the queue and all that is in it, at once. */
import { queueAction } from "../action.ts";

export const deleteQueue = queueAction({ members: {} }, async ({ broker }, _input, queue) => {
  await broker.deleteQueue(queue.name);
  return undefined;
});
