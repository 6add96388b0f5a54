/** GetQueueUrl: from a queue's name to its URL. */
import { noSuchQueue, SluiceError } from "../../errors.ts";
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

/** Another account's queues are not here, so they do not exist. */
export const getQueueUrl = action(wire, ({ broker, origin }, input) => {
  const name = input.QueueName;
  if (name === undefined || name === "") {
    throw new SluiceError(
      "InvalidParameterValue",
      "Value for parameter QueueName is invalid. Reason: Must specify a queue name.",
    );
  }
  const owner = input.QueueOwnerAWSAccountId ?? broker.account;
  if (owner !== broker.account || broker.findQueue(name) === undefined) throw noSuchQueue(name);
  return { QueueUrl: queueUrl(origin, broker.account, name) };
});
