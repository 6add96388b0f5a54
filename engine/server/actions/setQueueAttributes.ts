/** SetQueueAttributes: changes the attributes that are given, all of them or none. */
import { SluiceError } from "../../errors.ts";
import { queueAction } from "../action.ts";
import { readQueueAttributes } from "../queueAttributes.ts";

const members = {
  Attributes: { type: "map", of: { type: "string" }, required: true },
} as const;

export const setQueueAttributes = queueAction(members, async (_context, input, queue) => {
  if (Object.keys(input.Attributes).length === 0) {
    throw new SluiceError("MissingParameter", "The request must contain the parameter Attributes.");
  }
  await queue.update(readQueueAttributes(input.Attributes, { isFifo: queue.isFifo, isNew: false }));
  return undefined;
});
