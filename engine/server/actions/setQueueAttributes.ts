/** SetQueueAttributes: changes the attributes that are given, all of them or none. */

import { readQueueAttributes } from "../../broker/described/queueAttributes.ts";
import { SluiceError } from "../../errors.ts";
import { queueAction } from "../action.ts";
import { wireQueueAttributes } from "../wire/maps.ts";
import { attributesWithOwners } from "../wire/owners.ts";

const wire = {
  members: { Attributes: { ...wireQueueAttributes, required: true } },
} as const;

export const setQueueAttributes = queueAction(wire, async (context, input, queue) => {
  if (Object.keys(input.Attributes).length === 0) {
    throw new SluiceError("MissingParameter", "The request must contain the parameter Attributes.");
  }
  const attributes = attributesWithOwners(context, input.Attributes);
  await queue.update(readQueueAttributes(attributes, { isFifo: queue.isFifo, isNew: false }));
  return undefined;
});
