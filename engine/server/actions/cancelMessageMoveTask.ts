/** CancelMessageMoveTask: ends a task that runs; what has moved stays moved. */
import { action } from "../action.ts";

const wire = {
  members: { TaskHandle: { type: "string", required: true } },
  result: { ApproximateNumberOfMessagesMoved: { type: "integer" } },
} as const;

export const cancelMessageMoveTask = action(wire, async ({ broker }, { TaskHandle }) => ({
  ApproximateNumberOfMessagesMoved: await broker.cancelMessageMoveTask(TaskHandle),
}));
