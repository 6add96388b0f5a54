/**
 * On what an action acts, as policies see it; asked before an action looks at anything. What is not
 * there is asked for by the name it would have, so that a caller who may not see it gets the same
 * answer either way. Pure, but for a look into the catalogue.
 */
import type { Queue } from "../../types.ts";
import type { Context } from "./context.ts";
import type { Target } from "./target.ts";

/** What asks whether a caller may; throws AccessDenied. */
export type Authorise<Input> = (context: Context, input: Input) => void;

/** For an action of the account that names no queue. */
export const onEverything: Authorise<unknown> = (context) => {
  context.authorise({ arn: "*", account: context.account });
};

/** For an action that needs no permission, but a signature. */
export const onNothing: Authorise<unknown> = (context) => context.identify();

export function targetOf(queue: Queue): Target {
  const { tags, stored } = queue.details();
  const { arn, account } = queue;
  return { arn, account, policy: stored.Policy, tags };
}

/** A queue that there is not. */
export function targetAbsent({ broker }: Context, account: string, name: string): Target {
  return { arn: `arn:aws:sqs:${broker.region}:${account}:${name}`, account };
}

/** A queue that there may be. */
export function targetNamed(context: Context, account: string, name: string): Target {
  const queue = context.broker.findQueue(name, { account });
  return queue === undefined ? targetAbsent(context, account, name) : targetOf(queue);
}

const arnPattern = /^arn:aws:sqs:[a-z\d-]+:(\d{12}):([^:]+)$/;

/** What an ARN in a request means; what is none is taken as one of the caller's account. */
export function targetOfArn(context: Context, arn: string): Target {
  const [, account, name] = arnPattern.exec(arn) ?? [];
  if (account === undefined || name === undefined) return { arn, account: context.account };
  return targetNamed(context, account, name);
}
