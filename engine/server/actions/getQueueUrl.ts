/** GetQueueUrl: from a queue's name to its URL. */
import { noSuchQueue, SluiceError } from "../../errors.ts";
import { accounts } from "../../limits.ts";
import { action } from "../action.ts";
import { ownerMeant } from "../wire/owners.ts";
import { queueUrl } from "../wire/queueUrl.ts";

const wire = {
  members: {
    // Not marked as required: AWS answers its absence as a bad value.
    QueueName: { type: "string" },
    QueueOwnerAWSAccountId: { type: "string" },
  },
  result: { QueueUrl: { type: "string" } },
} as const;

/** What is no account has no queues. */
export const getQueueUrl = action(wire, (context, input) => {
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
