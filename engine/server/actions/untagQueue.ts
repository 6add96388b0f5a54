/** UntagQueue: takes tags away by their keys; a key that no tag has is no error. */

import { withoutTags } from "../../broker/described/tags.ts";
import { SluiceError } from "../../errors.ts";
import { tags } from "../../limits.ts";
import { queueAction } from "../action.ts";
import { type Input, namesOf } from "../wire/schema.ts";

const wire = {
  members: { TagKeys: { ...namesOf("TagKey", tags.maxCount), required: true } },
} as const;

const tagsOf = ({ TagKeys: keys }: Input<typeof wire.members>) => ({ keys });

export const untagQueue = queueAction(
  wire,
  async (_context, input, queue) => {
    const count = input.TagKeys.length;
    if (count === 0 || count > tags.maxCount) {
      throw new SluiceError(
        "InvalidParameterValue",
        `Tag keys must be between 1 and ${tags.maxCount}, not ${count}.`,
      );
    }
    await queue.update((queued) => ({ tags: withoutTags(queued.tags, input.TagKeys) }));
    return undefined;
  },
  tagsOf,
);
