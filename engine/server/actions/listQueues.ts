/** ListQueues: the URLs of the caller's queues, or of those whose name has a prefix, in order of name. */
import { parameterRanges } from "../../limits.ts";
import { action } from "../action.ts";
import type { Answer } from "../wire/context.ts";
import { pageOf } from "../wire/pages.ts";
import { queueUrl } from "../wire/queueUrl.ts";
import { namesOf } from "../wire/schema.ts";
import { onEverything } from "../wire/targets.ts";

const wire = {
  members: {
    QueueNamePrefix: { type: "string" },
    MaxResults: { type: "integer", range: parameterRanges.maxResults },
    NextToken: { type: "string" },
  },
  result: { QueueUrls: namesOf("QueueUrl"), NextToken: { type: "string" } },
} as const;

/** No queue makes an answer without a list. */
export const listQueues = action(
  wire,
  onEverything,
  async ({ account, broker, origin }, input): Promise<Answer> => {
    const prefix = input.QueueNamePrefix ?? "";
    const { names, token } = pageOf(await broker.listQueues({ account, prefix }), input);
    if (names.length === 0) return {};
    return {
      QueueUrls: names.map((name) => queueUrl(origin, account, name)),
      ...(token !== undefined && { NextToken: token }),
    };
  },
);
