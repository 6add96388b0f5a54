/** ListQueues: the URLs of all queues, or of those whose name has a prefix, in order of name. */
import { SluiceError } from "../../errors.ts";
import { parameterRanges, queueNames } from "../../limits.ts";
import { action } from "../action.ts";
import type { Answer } from "../context.ts";
import { queueUrl } from "../queueUrl.ts";
import { namesOf } from "../schema.ts";

const wire = {
  members: {
    QueueNamePrefix: { type: "string" },
    MaxResults: { type: "integer", range: parameterRanges.maxResults },
    NextToken: { type: "string" },
  },
  result: { QueueUrls: namesOf("QueueUrl"), NextToken: { type: "string" } },
} as const;

/** A token is the last name of the page before, so it stays right when queues come and go. */
function readToken(token: string): string {
  const name = Buffer.from(token, "base64url").toString();
  if (name !== "" && queueNames.pattern.test(name) && tokenFor(name) === token) return name;
  throw new SluiceError("InvalidParameterValue", "Invalid or expired next token.");
}

function tokenFor(name: string): string {
  return Buffer.from(name).toString("base64url");
}

/** Pages are opt-in: without MaxResults the list ends at 1,000 names and has no token. */
export const listQueues = action(wire, async ({ broker, origin }, input): Promise<Answer> => {
  const after = input.NextToken === undefined ? "" : readToken(input.NextToken);
  const prefix = input.QueueNamePrefix ?? "";
  const names = (await broker.listQueues({ prefix })).filter((name) => name > after).sort();
  const page = names.slice(0, input.MaxResults ?? queueNames.maxListed);
  const last = page.at(-1);
  if (last === undefined) return {};
  const hasMore = input.MaxResults !== undefined && names.length > page.length;
  return {
    QueueUrls: page.map((name) => queueUrl(origin, broker.account, name)),
    ...(hasMore && { NextToken: tokenFor(last) }),
  };
});
