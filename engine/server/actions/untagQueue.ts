/** UntagQueue: takes tags away by their keys; a key that no tag has is no error. */
import { SluiceError } from "../../errors.ts";
import { queueAction } from "../action.ts";
import { namesOf } from "../schema.ts";
import { withoutTags } from "../tags.ts";

const wire = {
  members: { TagKeys: { ...namesOf("TagKey"), required: true } },
} as const;

export const untagQueue = queueAction(wire, async (_context, input, queue) => {
  if (input.TagKeys.length === 0) {
    throw new SluiceError("InvalidParameterValue", "Tag keys must be between 1 and 50.");
  }
  await queue.update(({ tags }) => ({ tags: withoutTags(tags, input.TagKeys) }));
  return undefined;
});
