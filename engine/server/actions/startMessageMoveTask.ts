/** StartMessageMoveTask: begins to move a dead-letter queue's messages back, or to another queue. */
import { moveTasks } from "../../limits.ts";
import { action } from "../action.ts";
import { withOwnArns } from "../wire/ownArns.ts";

const wire = {
  members: {
    SourceArn: { type: "string", required: true },
    DestinationArn: { type: "string" },
    MaxNumberOfMessagesPerSecond: { type: "integer", range: moveTasks.messagesPerSecond },
  },
  result: { TaskHandle: { type: "string" } },
} as const;

export const startMessageMoveTask = action(wire, async ({ broker }, input) => {
  const { SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond } = input;
  const { taskHandle } = await broker.startMessageMoveTask({
    sourceArn: withOwnArns(broker, SourceArn),
    ...(DestinationArn !== undefined && { destinationArn: withOwnArns(broker, DestinationArn) }),
    ...(MaxNumberOfMessagesPerSecond !== undefined && {
      maxNumberOfMessagesPerSecond: MaxNumberOfMessagesPerSecond,
    }),
  });
  return { TaskHandle: taskHandle };
});
