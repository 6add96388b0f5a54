/** SendMessageBatch: up to ten messages, each of which may fail alone. */
import { queueAction } from "../action.ts";
import { checkBatch, runBatch } from "../batches.ts";
import { prepareSend, sendMembers, showSent } from "../sends.ts";
import { checkBatchBytes } from "../sizes.ts";

const members = {
  Entries: {
    type: "list",
    of: { type: "structure", members: { ...sendMembers, Id: { type: "string" } } },
  },
} as const;

export const sendMessageBatch = queueAction(members, (context, input, queue) => {
  const entries = checkBatch(input.Entries);
  checkBatchBytes(entries);
  return runBatch(entries, {
    members: sendMembers,
    prepare: (entry) => prepareSend(context, queue, entry),
    apply: (prepared) => queue.sendBatch(prepared.map(({ entry }) => entry)),
    show: showSent,
  });
});
