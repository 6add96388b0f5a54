/** DeleteMessage: by the handle of the receive; deleting twice is no error. */
import { queueAction } from "../action.ts";

const wire = {
  members: { ReceiptHandle: { type: "string", required: true } },
} as const;

export const deleteMessage = queueAction(wire, (_context, input, queue) =>
  queue.delete(input.ReceiptHandle),
);
