/** StartMessageMoveTask: begins to move a dead-letter queue's messages back, or to another queue. */
import { moveTasks } from "../../limits.ts";
import { action } from "../action.ts";
import { withOwners } from "../wire/owners.ts";

const wire = {
  members: {
    SourceArn: { type: "string", required: true },
    DestinationArn: { type: "string" },
    MaxNumberOfMessagesPerSecond: { type: "integer", range: moveTasks.messagesPerSecond },
  },
  result: { TaskHandle: { type: "string" } },
} as const;

export const startMessageMoveTask = action(wire, async (context, input) => {
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
