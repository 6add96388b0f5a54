/** DeleteMessageBatch: up to ten deletions, each of which may fail alone. */
import { queueAction } from "../action.ts";
import { batchWire, checkBatch, runBatch } from "../wire/batches.ts";

const entryMembers = {
  ReceiptHandle: { type: "string", required: true },
} as const;

const wire = batchWire("DeleteMessageBatch", entryMembers);

export const deleteMessageBatch = queueAction(wire, (_context, input, queue) =>
  runBatch(checkBatch(input.Entries), {
    members: entryMembers,
    prepare: (entry) => entry.ReceiptHandle,
    apply: (handles) => queue.deleteBatch(handles),
  }),
);
