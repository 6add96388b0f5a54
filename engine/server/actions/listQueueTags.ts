/** ListQueueTags: all tags of a queue. */
import { queueAction } from "../action.ts";
import { wireTags } from "../wire/maps.ts";

const wire = { members: {}, result: { Tags: wireTags } } as const;

/** A queue without tags is answered without a member, as AWS does. */
export const listQueueTags = queueAction(wire, (_context, _input, queue) => {
  const { tags } = queue.details();
  return Object.keys(tags).length === 0 ? {} : { Tags: tags };
});
