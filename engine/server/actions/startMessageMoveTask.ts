/** StartMessageMoveTask: begins to move a dead-letter queue's messages back, or to another queue. */
import { moveTasks } from "../../limits.ts";
import { action } from "../action.ts";
import { withOwners } from "../wire/owners.ts";
import type { Input } from "../wire/schema.ts";
import { type Authorise, targetOfArn } from "../wire/targets.ts";

const wire = {
  members: {
    SourceArn: { type: "string", required: true },
    DestinationArn: { type: "string" },
    MaxNumberOfMessagesPerSecond: { type: "integer", range: moveTasks.messagesPerSecond },
  },
  result: { TaskHandle: { type: "string" } },
} as const;

/** What the task does with messages is asked for as well, in the caller's name. */
const onSource = [undefined, "ReceiveMessage", "DeleteMessage", "GetQueueAttributes"];

const authorise: Authorise<Input<typeof wire.members>> = (context, input) => {
  const source = targetOfArn(context, input.SourceArn);
  for (const action of onSource) context.authorise(source, {}, action);
  if (input.DestinationArn === undefined) return;
  context.authorise(targetOfArn(context, input.DestinationArn), {}, "SendMessage");
};

export const startMessageMoveTask = action(wire, authorise, async (context, input) => {
  const { SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond } = input;
  const { taskHandle } = await context.broker.startMessageMoveTask({
    sourceArn: withOwners(context, SourceArn),
    ...(DestinationArn !== undefined && { destinationArn: withOwners(context, DestinationArn) }),
    ...(MaxNumberOfMessagesPerSecond !== undefined && {
      maxNumberOfMessagesPerSecond: MaxNumberOfMessagesPerSecond,
    }),
  });
  return { TaskHandle: taskHandle };
});
