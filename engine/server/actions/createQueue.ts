/** CreateQueue: makes a queue, or finds one that already is what the request asks for. */

import { readNewQueueAttributes } from "../../broker/described/queueAttributes.ts";
import { checkTags } from "../../broker/described/tags.ts";
import { action } from "../action.ts";
import { wireQueueAttributes, wireTags } from "../wire/maps.ts";
import { attributesWithOwners } from "../wire/owners.ts";
import { queueUrl } from "../wire/queueUrl.ts";
import type { Input } from "../wire/schema.ts";
import { type Authorise, targetNamed } from "../wire/targets.ts";

const wire = {
  members: {
    QueueName: { type: "string", required: true },
    Attributes: wireQueueAttributes,
    // Lower-case in AWS's model too, unlike every other member.
    tags: wireTags,
  },
  result: { QueueUrl: { type: "string" } },
} as const;

/** To give it tags is an action of its own. */
const authorise: Authorise<Input<typeof wire.members>> = (context, { QueueName, tags }) => {
  const target = targetNamed(context, context.account, QueueName);
  context.authorise(target, { tags });
  if (Object.keys(tags ?? {}).length > 0) context.authorise(target, { tags }, "TagQueue");
};

/**
 * An existing queue is compared with what is supplied now, and with nothing else; a difference is
 * QueueNameExists. Tags are not compared.
 */
export const createQueue = action(wire, authorise, async (context, input) => {
  const { account, broker, origin } = context;
  const { attributes, stored } = readNewQueueAttributes(
    attributesWithOwners(context, input.Attributes ?? {}),
  );
  const tags = checkTags(input.tags ?? {});
  const queue = await broker.createQueue(input.QueueName, attributes, { account, stored, tags });
  return { QueueUrl: queueUrl(origin, account, queue.name) };
});
