/**
 * How an action is put together: a description of its request and its answer, and a handler.
 * `action` is for those that name no queue or make one, `queueAction` for those on a queue. Both
 * protocols read and write by the same description, so an action knows neither.
 *
 * The order of checks is AWS's as far as it is known: types, required members, the queue, whether the
 * caller may do this to it, ranges, and then what the handler itself checks. Whoever may not do it to
 * a queue learns nothing of it, not even whether it is there.
 */
import { noSuchQueue, type SluiceError } from "../errors.ts";
import type { Queue } from "../types.ts";
import type { Answer, Context } from "./wire/context.ts";
import { addressedBy, queueOfPath } from "./wire/queueUrl.ts";
import { checkRanges, checkRequired, type Input, type Loose, type Members } from "./wire/schema.ts";
import type { RequestTags } from "./wire/target.ts";
import { type Authorise, targetAbsent, targetOf } from "./wire/targets.ts";

/** What goes in and what comes out. */
export interface Wire<M extends Members = Members> {
  readonly members: M;
  /** Absent for an action without a result. */
  readonly result?: Members;
  /** What policies ask for where that is not the action's own name. */
  readonly permission?: string;
  /** What AWS answers to more text than any message or batch may have; see content.ts. */
  readonly tooLong?: (contentBytes: number) => SluiceError;
}

/** An action as protocols know it. */
export interface Action extends Wire {
  /** From members of the right types to an answer, or a SluiceError thrown. */
  run(context: Context, input: Loose): Answer | Promise<Answer>;
}

/**
 * The input of an action on a queue with the queue that the request's path means, where the request
 * names none: an old .NET client sends the URL as the path, and an empty QueueUrl beside it.
 */
export function withQueue({ members }: Action, input: Loose, path: string): Loose {
  if (path === "/" || members.QueueUrl === undefined || input.QueueUrl) return input;
  const QueueUrl = queueOfPath(path);
  return QueueUrl === undefined ? input : { ...input, QueueUrl };
}

/** `authorise` asks for what the action is about to do; see wire/targets.ts. */
export function action<const M extends Members>(
  wire: Wire<M>,
  authorise: Authorise<Input<M>>,
  handler: (context: Context, input: Input<M>) => Answer | Promise<Answer>,
): Action {
  const { members } = wire;
  return {
    ...wire,
    run(context, input) {
      checkRequired(members, input);
      if (context.tellsAccounts) authorise(context, input as Input<M>);
      checkRanges(members, input);
      return handler(context, input as Input<M>);
    },
  };
}

/** `members` need not name QueueUrl; it is added. `tagsOf`: the tags that a request brings. */
export function queueAction<const M extends Members>(
  wire: Wire<M>,
  handler: (context: Context, input: Input<M>, queue: Queue) => Answer | Promise<Answer>,
  tagsOf?: (input: Input<M>) => RequestTags,
): Action {
  const { members } = wire;
  return {
    ...wire,
    members: { ...members, QueueUrl: { type: "string" } },
    run(context, input) {
      checkRequired(members, input);
      const url = input.QueueUrl as string | undefined;
      const tags = tagsOf?.(input as Input<M>);
      const queue = authorised(context, url, tags, wire.permission);
      checkRanges(members, input);
      return handler(context, input as Input<M>, queue);
    },
  };
}

/**
 * The queue that a request names, once its caller may do to it what the request asks. Throws AccessDenied,
 * and QueueDoesNotExist for whatever names no queue.
 */
function authorised(
  context: Context,
  url: string | undefined,
  tags: RequestTags | undefined,
  permission: string | undefined,
): Queue {
  const { account, name } = addressedBy(context, url);
  const queue = context.broker.findQueue(name, { account });
  if (context.tellsAccounts) {
    const target = queue === undefined ? targetAbsent(context, account, name) : targetOf(queue);
    context.authorise(target, tags, permission);
  }
  if (queue === undefined) throw noSuchQueue(name);
  return queue;
}
