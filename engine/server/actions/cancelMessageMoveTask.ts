/** CancelMessageMoveTask: ends a task that runs; what has moved stays moved. */
import { sourceOfHandle } from "../../broker/catalogue/taskHandle.ts";
import { action } from "../action.ts";
import type { Input } from "../wire/schema.ts";
import { type Authorise, targetOfArn } from "../wire/targets.ts";

const wire = {
  members: { TaskHandle: { type: "string", required: true } },
  result: { ApproximateNumberOfMessagesMoved: { type: "integer" } },
} as const;

const authorise: Authorise<Input<typeof wire.members>> = (context, { TaskHandle }) => {
  context.authorise(targetOfArn(context, sourceOfHandle(TaskHandle) ?? "*"));
};

export const cancelMessageMoveTask = action(
  wire,
  authorise,
  async ({ broker }, { TaskHandle }) => ({
    ApproximateNumberOfMessagesMoved: await broker.cancelMessageMoveTask(TaskHandle),
  }),
);
