/** DeleteMessageBatch: up to ten deletions, each of which may fail alone. */
import { queueAction } from "../action.ts";
import { checkBatch, runBatch } from "../batches.ts";

const entryMembers = {
  ReceiptHandle: { type: "string", required: true },
} as const;

const members = {
  Entries: {
    type: "list",
    of: { type: "structure", members: { ...entryMembers, Id: { type: "string" } } },
  },
} as const;

export const deleteMessageBatch = queueAction(members, (_context, input, queue) =>
  runBatch(checkBatch(input.Entries), {
    members: entryMembers,
    prepare: (entry) => entry.ReceiptHandle,
    apply: (handles) => queue.deleteBatch(handles),
  }),
);
