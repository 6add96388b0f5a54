/** GetQueueUrl: from a queue's name to its URL. */
import { noSuchQueue, SluiceError } from "../../errors.ts";
import { accounts } from "../../limits.ts";
import { action } from "../action.ts";
import { ownerMeant } from "../wire/owners.ts";
import { queueUrl } from "../wire/queueUrl.ts";
import type { Input } from "../wire/schema.ts";
import { type Authorise, targetNamed } from "../wire/targets.ts";

const wire = {
  members: {
    // Not marked as required: AWS answers its absence as a bad value.
    QueueName: { type: "string" },
    QueueOwnerAWSAccountId: { type: "string" },
  },
  result: { QueueUrl: { type: "string" } },
} as const;

const authorise: Authorise<Input<typeof wire.members>> = (context, input) => {
  const { QueueName: name = "", QueueOwnerAWSAccountId: said } = input;
  context.authorise(targetNamed(context, ownerMeant(context, said), name));
};

/** What is no account has no queues. */
export const getQueueUrl = action(wire, authorise, (context, input) => {
  const { QueueName: name, QueueOwnerAWSAccountId: said } = input;
  if (name === undefined || name === "") {
    throw new SluiceError(
      "InvalidParameterValue",
      "Value for parameter QueueName is invalid. Reason: Must specify a queue name.",
    );
  }
  if (said !== undefined && !accounts.pattern.test(said)) throw noSuchQueue(name);
  const account = ownerMeant(context, said);
  if (context.broker.findQueue(name, { account }) === undefined) throw noSuchQueue(name);
  return { QueueUrl: queueUrl(context.origin, account, name) };
});
