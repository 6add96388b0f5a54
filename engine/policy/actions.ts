/**
 * What policies know of SQS's actions, by their names alone: which one a batch counts as, which can't be
 * given to other accounts, and which an account's root may always do to mend a queue's policy. Pure.
 * Sources: Developer Guide, "Limitations of custom policies" and "API permissions: actions and resource
 * reference"; AWS Account Management, "AWS actions for project owners".
 */

/** What each batch is in policies, where no batch has a name. */
const singles: Readonly<Record<string, string>> = {
  SendMessageBatch: "SendMessage",
  DeleteMessageBatch: "DeleteMessage",
  ChangeMessageVisibilityBatch: "ChangeMessageVisibility",
};

/** The name that an action has in policies, both without the service's name. */
export function policyAction(action: string): string {
  return singles[action] ?? action;
}

const prefixed = (names: readonly string[]): ReadonlySet<string> =>
  new Set(names.map((name) => `sqs:${name.toLowerCase()}`));

/** Only a queue's own account may do these, whatever the queue's policy says. */
const ownersAlone = prefixed([
  "AddPermission",
  "CancelMessageMoveTask",
  "CreateQueue",
  "DeleteQueue",
  "ListMessageMoveTasks",
  "ListQueues",
  "ListQueueTags",
  "RemovePermission",
  "SetQueueAttributes",
  "StartMessageMoveTask",
  "TagQueue",
  "UntagQueue",
]);

/** Looking at a queue's policy and changing it: what an account's root needs of a locked queue. */
const unlocking = prefixed([
  "AddPermission",
  "GetQueueAttributes",
  "GetQueueUrl",
  "RemovePermission",
  "SetQueueAttributes",
]);

/** Of an action with the service's name, in small letters. */
export function isOwnersAlone(action: string): boolean {
  return ownersAlone.has(action);
}

/** Of an action with the service's name, in small letters. */
export function isUnlocking(action: string): boolean {
  return unlocking.has(action);
}
