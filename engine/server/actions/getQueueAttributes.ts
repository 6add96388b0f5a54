/** GetQueueAttributes: the attributes asked for, as text. */
import { queueAction } from "../action.ts";
import { showQueueAttributes } from "../queueAttributes.ts";

const members = {
  AttributeNames: { type: "list", of: { type: "string" } },
} as const;

/** Without names, or when nothing asked for is set, the answer has no Attributes at all. */
export const getQueueAttributes = queueAction(members, (_context, input, queue) => {
  const shown = showQueueAttributes(queue, input.AttributeNames ?? []);
  return Object.keys(shown).length === 0 ? {} : { Attributes: shown };
});
