/** TagQueue: adds tags to a queue; one with a key that is there already takes its place. */

import { mergeTags } from "../../broker/described/tags.ts";
import { SluiceError } from "../../errors.ts";
import { queueAction } from "../action.ts";
import { wireTags } from "../wire/maps.ts";
import type { Input } from "../wire/schema.ts";

const wire = {
  members: { Tags: { ...wireTags, required: true } },
} as const;

const tagsOf = ({ Tags: tags }: Input<typeof wire.members>) => ({ tags });

/** All tags of the request are added, or none. */
export const tagQueue = queueAction(
  wire,
  async (_context, input, queue) => {
    if (Object.keys(input.Tags).length === 0) {
      throw new SluiceError("MissingParameter", "The request must contain the parameter Tags.");
    }
    await queue.update(({ tags }) => ({ tags: mergeTags(tags, input.Tags) }));
    return undefined;
  },
  tagsOf,
);
