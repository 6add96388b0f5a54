/**
 * How an action is put together: a description of its request and a handler.
 * `action` is for those that name no queue or make one, `queueAction` for those on a queue.
 *
 * The order of checks is AWS's as far as it is known: types, required members, the queue, ranges,
 * and then what the handler itself checks. Authorisation will stand between queue and ranges.
 */
import type { Queue } from "../types.ts";
import type { Answer, Context } from "./context.ts";
import { resolveQueue } from "./queueUrl.ts";
import { checkRanges, checkRequired, checkTypes, type Input, type Members } from "./schema.ts";

/** An action as the router knows it: from parsed JSON to an answer, or a SluiceError thrown. */
export type Action = (context: Context, body: unknown) => Answer | Promise<Answer>;

export function action<const M extends Members>(
  members: M,
  handler: (context: Context, input: Input<M>) => Answer | Promise<Answer>,
): Action {
  return (context, body) => {
    const input = checkTypes(members, body);
    checkRequired(members, input);
    checkRanges(members, input);
    return handler(context, input as Input<M>);
  };
}

/** `members` need not name QueueUrl; it is added. */
export function queueAction<const M extends Members>(
  members: M,
  handler: (context: Context, input: Input<M>, queue: Queue) => Answer | Promise<Answer>,
): Action {
  const all: Members = { ...members, QueueUrl: { type: "string" } };
  return (context, body) => {
    const input = checkTypes(all, body);
    checkRequired(members, input);
    const queue = resolveQueue(context.broker, input.QueueUrl as string | undefined);
    checkRanges(members, input);
    return handler(context, input as Input<M>, queue);
  };
}
