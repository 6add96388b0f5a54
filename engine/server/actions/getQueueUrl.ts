/** GetQueueUrl: from a queue's name to its URL. */
import { noSuchQueue, SluiceError } from "../../errors.ts";
import { accounts } from "../../limits.ts";
import { action } from "../action.ts";
import { queueUrl } from "../wire/queueUrl.ts";

const wire = {
  members: {
    // Not marked as required: AWS answers its absence as a bad value.
    QueueName: { type: "string" },
    QueueOwnerAWSAccountId: { type: "string" },
  },
  result: { QueueUrl: { type: "string" } },
} as const;

/** Whichever account is asked for means the broker's own; what is no account has no queues. */
export const getQueueUrl = action(wire, ({ broker, origin }, input) => {
  const name = input.QueueName;
  if (name === undefined || name === "") {
    throw new SluiceError(
      "InvalidParameterValue",
      "Value for parameter QueueName is invalid. Reason: Must specify a queue name.",
    );
  }
  const owner = input.QueueOwnerAWSAccountId ?? broker.account;
  const isAccount = accounts.pattern.test(owner);
  if (!isAccount || broker.findQueue(name) === undefined) throw noSuchQueue(name);
  return { QueueUrl: queueUrl(origin, broker.account, name) };
});
