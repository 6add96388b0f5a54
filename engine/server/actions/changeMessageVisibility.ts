/** ChangeMessageVisibility: hides a received message for so many seconds from now. */
import { parameterRanges } from "../../limits.ts";
import { queueAction } from "../action.ts";

const wire = {
  members: {
    ReceiptHandle: { type: "string", required: true },
    VisibilityTimeout: {
      type: "integer",
      required: true,
      range: parameterRanges.visibilityTimeout,
    },
  },
} as const;

export const changeMessageVisibility = queueAction(wire, async (_context, input, queue) => {
  await queue.changeVisibility(input.ReceiptHandle, input.VisibilityTimeout);
  return undefined;
});
