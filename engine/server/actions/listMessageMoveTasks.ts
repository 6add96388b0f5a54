/** ListMessageMoveTasks: the last tasks of a dead-letter queue, newest first. */
import { moveTasks } from "../../limits.ts";
import type { MessageMoveTask } from "../../types.ts";
import { action } from "../action.ts";
import { withOwners } from "../wire/owners.ts";
import type { Input } from "../wire/schema.ts";
import { type Authorise, targetOfArn } from "../wire/targets.ts";

const entry = {
  TaskHandle: { type: "string" },
  Status: { type: "string" },
  SourceArn: { type: "string" },
  DestinationArn: { type: "string" },
  MaxNumberOfMessagesPerSecond: { type: "integer" },
  ApproximateNumberOfMessagesMoved: { type: "integer" },
  ApproximateNumberOfMessagesToMove: { type: "integer" },
  FailureReason: { type: "string" },
  StartedTimestamp: { type: "integer" },
} as const;

const wire = {
  members: {
    SourceArn: { type: "string", required: true },
    MaxResults: { type: "integer", range: moveTasks.maxResults },
  },
  result: {
    Results: {
      type: "list",
      of: { type: "structure", members: entry },
      each: "ListMessageMoveTasksResultEntry",
    },
  },
} as const;

/** What a task has not is left out of its entry. */
function show(task: MessageMoveTask): object {
  const shown = {
    TaskHandle: task.taskHandle,
    Status: task.status,
    SourceArn: task.sourceArn,
    DestinationArn: task.destinationArn,
    MaxNumberOfMessagesPerSecond: task.maxNumberOfMessagesPerSecond,
    ApproximateNumberOfMessagesMoved: task.approximateNumberOfMessagesMoved,
    ApproximateNumberOfMessagesToMove: task.approximateNumberOfMessagesToMove,
    FailureReason: task.failureReason,
    StartedTimestamp: Math.floor(task.startedTimestamp),
  };
  return Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== undefined));
}

const authorise: Authorise<Input<typeof wire.members>> = (context, { SourceArn }) => {
  context.authorise(targetOfArn(context, SourceArn));
};

export const listMessageMoveTasks = action(
  wire,
  authorise,
  async (context, { SourceArn, MaxResults }) => {
    const sourceArn = withOwners(context, SourceArn);
    const tasks = await context.broker.listMessageMoveTasks({ sourceArn, maxResults: MaxResults });
    return tasks.length === 0 ? {} : { Results: tasks.map(show) };
  },
);
