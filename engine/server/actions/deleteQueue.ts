/** DeleteQueue: the queue and all that is in it, at once. */
import { queueAction } from "../action.ts";

export const deleteQueue = queueAction({ members: {} }, async ({ broker }, _input, queue) => {
  const { account, name } = queue;
  await broker.deleteQueue(name, { account });
  return undefined;
});
