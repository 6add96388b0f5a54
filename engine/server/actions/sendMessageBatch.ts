/** SendMessageBatch: up to ten messages, each of which may fail alone. */
import { queueAction } from "../action.ts";
import { batchWire, checkBatch, runBatch } from "../wire/batches.ts";
import { checkFifoBatch, prepareSend, sendMembers, sentMembers, showSent } from "../wire/sends.ts";
import { batchTooLong, checkBatchBytes } from "../wire/sizes.ts";

const wire = {
  ...batchWire("SendMessageBatch", sendMembers, sentMembers),
  tooLong: batchTooLong,
} as const;

export const sendMessageBatch = queueAction(wire, (context, input, queue) => {
  const entries = checkBatch(input.Entries);
  checkBatchBytes(entries);
  checkFifoBatch(queue, entries);
  return runBatch(entries, {
    members: sendMembers,
    prepare: (entry) => prepareSend(context, entry),
    apply: (prepared) => queue.sendBatch(prepared.map(({ entry }) => entry)),
    show: showSent,
  });
});
