/** RemovePermission: takes the statement of that label out of a queue's Policy. */
import { queueAction } from "../action.ts";
import { revoke } from "../wire/permissions.ts";

const wire = {
  members: { Label: { type: "string", required: true } },
} as const;

/** With its last statement the Policy goes. */
export const removePermission = queueAction(wire, async (_context, input, queue) => {
  await queue.update(({ stored: { Policy } }) => ({
    stored: { Policy: revoke(Policy, input.Label) },
  }));
  return undefined;
});
