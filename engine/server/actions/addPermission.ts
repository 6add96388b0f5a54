/** AddPermission: lets other accounts use a queue, by one more statement of its Policy. */
import { queueAction } from "../action.ts";
import { grant } from "../permissions.ts";
import { namesOf } from "../schema.ts";

const wire = {
  members: {
    Label: { type: "string", required: true },
    AWSAccountIds: { ...namesOf("AWSAccountId"), required: true },
    Actions: { ...namesOf("ActionName"), required: true },
  },
} as const;

export const addPermission = queueAction(wire, async (_context, input, queue) => {
  const { Label: label, AWSAccountIds: accounts, Actions: actions } = input;
  const { Policy } = queue.details().stored;
  const stored = { Policy: grant(Policy, queue.arn, { label, accounts, actions }) };
  await queue.update({ stored });
  return undefined;
});
