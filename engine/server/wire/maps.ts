/**
 * A queue's attributes and tags in requests and answers, as data for schema.ts. What they may be is
 * said in broker/described/.
 */
import { settableNames } from "../../broker/described/queueAttributes.ts";
import { tags } from "../../limits.ts";

export const wireQueueAttributes = {
  type: "map",
  of: { type: "string" },
  each: "Attribute",
  key: "Name",
  max: settableNames.length,
} as const;

export const wireTags = {
  type: "map",
  of: { type: "string" },
  each: "Tag",
  key: "Key",
  max: tags.maxCount,
} as const;
