/** ChangeMessageVisibilityBatch: up to ten changes, each of which may fail alone. */
import { SluiceError } from "../../errors.ts";
import { parameterRanges } from "../../limits.ts";
import type { BatchResult, Queue } from "../../types.ts";
import { queueAction } from "../action.ts";
import { batchWire, checkBatch, runBatch } from "../wire/batches.ts";

const entryMembers = {
  ReceiptHandle: { type: "string", required: true },
  // AWS's model lets it be absent and does not say what then; here it is missing.
  VisibilityTimeout: { type: "integer", required: true, range: parameterRanges.visibilityTimeout },
} as const;

const wire = batchWire("ChangeMessageVisibilityBatch", entryMembers);

interface Change {
  readonly receiptHandle: string;
  readonly visibilityTimeout: number;
}

/** One after the other, in the entries' order. */
async function changeEach(queue: Queue, changes: readonly Change[]): Promise<BatchResult<void>> {
  const successful: { index: number; value: undefined }[] = [];
  const failed: { index: number; error: SluiceError }[] = [];
  for (const [index, { receiptHandle, visibilityTimeout }] of changes.entries()) {
    try {
      await queue.changeVisibility(receiptHandle, visibilityTimeout);
      successful.push({ index, value: undefined });
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      failed.push({ index, error });
    }
  }
  return { successful, failed };
}

export const changeMessageVisibilityBatch = queueAction(wire, (_context, input, queue) =>
  runBatch(checkBatch(input.Entries), {
    members: entryMembers,
    prepare: (entry) => ({
      receiptHandle: entry.ReceiptHandle,
      visibilityTimeout: entry.VisibilityTimeout,
    }),
    apply: (changes) => changeEach(queue, changes),
  }),
);
