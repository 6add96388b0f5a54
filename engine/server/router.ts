/** From an action's name to what runs it: a table. */

import { quoted } from "../broker/described/quoted.ts";
import { SluiceError } from "../errors.ts";
import type { Action } from "./action.ts";
import { addPermission } from "./actions/addPermission.ts";
import { cancelMessageMoveTask } from "./actions/cancelMessageMoveTask.ts";
import { changeMessageVisibility } from "./actions/changeMessageVisibility.ts";
import { changeMessageVisibilityBatch } from "./actions/changeMessageVisibilityBatch.ts";
import { createQueue } from "./actions/createQueue.ts";
import { deleteMessage } from "./actions/deleteMessage.ts";
import { deleteMessageBatch } from "./actions/deleteMessageBatch.ts";
import { deleteQueue } from "./actions/deleteQueue.ts";
import { getQueueAttributes } from "./actions/getQueueAttributes.ts";
import { getQueueUrl } from "./actions/getQueueUrl.ts";
import { listDeadLetterSourceQueues } from "./actions/listDeadLetterSourceQueues.ts";
import { listMessageMoveTasks } from "./actions/listMessageMoveTasks.ts";
import { listQueues } from "./actions/listQueues.ts";
import { listQueueTags } from "./actions/listQueueTags.ts";
import { purgeQueue } from "./actions/purgeQueue.ts";
import { receiveMessage } from "./actions/receiveMessage.ts";
import { removePermission } from "./actions/removePermission.ts";
import { sendMessage } from "./actions/sendMessage.ts";
import { sendMessageBatch } from "./actions/sendMessageBatch.ts";
import { setQueueAttributes } from "./actions/setQueueAttributes.ts";
import { startMessageMoveTask } from "./actions/startMessageMoveTask.ts";
import { tagQueue } from "./actions/tagQueue.ts";
import { untagQueue } from "./actions/untagQueue.ts";

const actions: ReadonlyMap<string, Action> = new Map([
  ["AddPermission", addPermission],
  ["CancelMessageMoveTask", cancelMessageMoveTask],
  ["ChangeMessageVisibility", changeMessageVisibility],
  ["ChangeMessageVisibilityBatch", changeMessageVisibilityBatch],
  ["CreateQueue", createQueue],
  ["DeleteMessage", deleteMessage],
  ["DeleteMessageBatch", deleteMessageBatch],
  ["DeleteQueue", deleteQueue],
  ["GetQueueAttributes", getQueueAttributes],
  ["GetQueueUrl", getQueueUrl],
  ["ListDeadLetterSourceQueues", listDeadLetterSourceQueues],
  ["ListMessageMoveTasks", listMessageMoveTasks],
  ["ListQueues", listQueues],
  ["ListQueueTags", listQueueTags],
  ["PurgeQueue", purgeQueue],
  ["ReceiveMessage", receiveMessage],
  ["RemovePermission", removePermission],
  ["SendMessage", sendMessage],
  ["SendMessageBatch", sendMessageBatch],
  ["SetQueueAttributes", setQueueAttributes],
  ["StartMessageMoveTask", startMessageMoveTask],
  ["TagQueue", tagQueue],
  ["UntagQueue", untagQueue],
]);

/** Throws InvalidAction for what is no action's name; `how` says how one is named. */
export function findAction(name: string | undefined, how: string): Action {
  const found = actions.get(name ?? "");
  if (found !== undefined) return found;
  const which =
    name === undefined ? "The request names no action" : `No action is named ${quoted(name)}`;
  throw new SluiceError("InvalidAction", `${which}; ${how}.`);
}

/** The names of all actions. */
export const actionNames: readonly string[] = [...actions.keys()];
