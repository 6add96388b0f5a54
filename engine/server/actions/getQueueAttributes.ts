/** GetQueueAttributes: the attributes asked for, as text. */

import { showQueueAttributes } from "../../broker/described/queueAttributes.ts";
import { queueAction } from "../action.ts";
import { wireQueueAttributes } from "../wire/maps.ts";
import { checkNames, namesOf } from "../wire/schema.ts";

const wire = {
  members: { AttributeNames: namesOf("AttributeName") },
  result: { Attributes: wireQueueAttributes },
} as const;

/** Without names, or when nothing asked for is set, the answer has no Attributes at all. */
export const getQueueAttributes = queueAction(wire, (_context, input, queue) => {
  checkNames("AttributeNames", input.AttributeNames);
  const shown = showQueueAttributes(queue, input.AttributeNames ?? []);
  return Object.keys(shown).length === 0 ? {} : { Attributes: shown };
});
