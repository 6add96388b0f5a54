/** ListDeadLetterSourceQueues: the URLs of the queues whose dead letters come to this one. */
import { parameterRanges } from "../../limits.ts";
import { queueAction } from "../action.ts";
import { pageOf } from "../wire/pages.ts";
import { queueUrl } from "../wire/queueUrl.ts";
import { namesOf } from "../wire/schema.ts";

const wire = {
  members: {
    MaxResults: { type: "integer", range: parameterRanges.maxResults },
    NextToken: { type: "string" },
  },
  // Lower-case in AWS's model too, unlike every other member.
  result: { queueUrls: namesOf("QueueUrl"), NextToken: { type: "string" } },
} as const;

/** A queue that is nobody's dead-letter queue is answered without a list. */
export const listDeadLetterSourceQueues = queueAction(
  wire,
  async ({ broker, origin }, input, queue) => {
    const { account } = queue;
    const sources = await broker.listDeadLetterSourceQueues(queue.name, { account });
    const { names, token } = pageOf(sources, input);
    if (names.length === 0) return {};
    return {
      queueUrls: names.map((name) => queueUrl(origin, account, name)),
      ...(token !== undefined && { NextToken: token }),
    };
  },
);
