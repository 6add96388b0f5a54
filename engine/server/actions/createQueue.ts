/** CreateQueue: makes a queue, or finds one that already is what the request asks for. */
import { action } from "../action.ts";
import { readQueueAttributes } from "../queueAttributes.ts";
import { queueUrl } from "../queueUrl.ts";

const members = {
  QueueName: { type: "string", required: true },
  Attributes: { type: "map", of: { type: "string" } },
  // Lower-case in AWS's model too, unlike every other member.
  tags: { type: "map", of: { type: "string" } },
} as const;

/**
 * An existing queue is compared with what is supplied now, and with nothing else; a difference is
 * QueueNameExists. Tags are not compared.
 */
export const createQueue = action(members, async ({ broker, origin }, input) => {
  const wire = input.Attributes ?? {};
  const isFifo = wire.FifoQueue?.toLowerCase() === "true";
  const { attributes, stored } = readQueueAttributes(wire, { isFifo, isNew: true });
  const tags = input.tags ?? {};
  const queue = await broker.createQueue(input.QueueName, attributes, { stored, tags });
  return { QueueUrl: queueUrl(origin, broker.account, queue.name) };
});
