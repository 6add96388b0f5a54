/** DeleteMessage: by the handle of the receive; deleting twice is no error. */
import { queueAction } from "../action.ts";

const members = {
  ReceiptHandle: { type: "string", required: true },
} as const;

export const deleteMessage = queueAction(members, async (_context, input, queue) => {
  await queue.delete(input.ReceiptHandle);
  return undefined;
});
