/** GetCallerIdentity, of STS and not of SQS: who asks. Needs no permission. */
import { action } from "../action.ts";
import { onNothing } from "../wire/targets.ts";

const wire = {
  members: {},
  result: { UserId: { type: "string" }, Account: { type: "string" }, Arn: { type: "string" } },
} as const;

/** For the account itself the user's id is the account's, as AWS answers its root user. */
export const getCallerIdentity = action(
  wire,
  onNothing,
  ({ caller: { userId, account, arn } }) => ({
    UserId: userId,
    Account: account,
    Arn: arn,
  }),
);
