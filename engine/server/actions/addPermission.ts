/** AddPermission: lets other accounts use a queue, by one more statement of its Policy. */
import { policies } from "../../limits.ts";
import { queueAction } from "../action.ts";
import { grant } from "../wire/permissions.ts";
import { namesOf } from "../wire/schema.ts";

const wire = {
  members: {
    Label: { type: "string", required: true },
    AWSAccountIds: { ...namesOf("AWSAccountId", policies.maxPrincipals), required: true },
    Actions: { ...namesOf("ActionName", policies.maxActions), required: true },
  },
} as const;

export const addPermission = queueAction(wire, async (_context, input, queue) => {
  const { Label: label, AWSAccountIds: accounts, Actions: actions } = input;
  const permission = { label, accounts, actions };
  await queue.update(({ stored: { Policy } }) => ({
    stored: { Policy: grant(Policy, queue.arn, permission) },
  }));
  return undefined;
});
