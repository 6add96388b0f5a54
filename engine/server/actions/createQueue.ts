/** CreateQueue: makes a queue, or finds one that already is what the request asks for. */

import { readNewQueueAttributes } from "../../broker/described/queueAttributes.ts";
import { checkTags } from "../../broker/described/tags.ts";
import { action } from "../action.ts";
import { wireQueueAttributes, wireTags } from "../wire/maps.ts";
import { attributesWithOwners } from "../wire/owners.ts";
import { queueUrl } from "../wire/queueUrl.ts";

const wire = {
  members: {
    QueueName: { type: "string", required: true },
    Attributes: wireQueueAttributes,
    // Lower-case in AWS's model too, unlike every other member.
    tags: wireTags,
  },
  result: { QueueUrl: { type: "string" } },
} as const;

/**
 * An existing queue is compared with what is supplied now, and with nothing else; a difference is
 * QueueNameExists. Tags are not compared.
 */
export const createQueue = action(wire, async (context, input) => {
  const { account, broker, origin } = context;
  const { attributes, stored } = readNewQueueAttributes(
    attributesWithOwners(context, input.Attributes ?? {}),
  );
  const tags = checkTags(input.tags ?? {});
  const queue = await broker.createQueue(input.QueueName, attributes, { account, stored, tags });
  return { QueueUrl: queueUrl(origin, account, queue.name) };
});
