/** What the tests of functions share: queues, functions in this thread, and what they were called with. */

import type { Consumer, Queue } from "../../engine/index.ts";
import {
  type LambdaContext,
  type LambdaHandler,
  type LambdaOptions,
  lambda,
  type SqsEvent,
} from "../../engine/lambda/index.ts";

/** A function's module beside this file. */
export function functionFile(name: string): URL {
  return new URL(`./handlers/${name}`, import.meta.url);
}

export type Watched = Consumer & {
  readonly errors: Error[];
  /** What failed, in the order in which it was told. */
  readonly failures: { readonly messageId: string; readonly error: Error }[];
};

function watched(consumer: Consumer): Watched {
  const errors: Error[] = [];
  const failures: { messageId: string; error: Error }[] = [];
  consumer.on("error", (error) => errors.push(error));
  consumer.on("failed", (messageId, error) => failures.push({ messageId, error }));
  return Object.assign(consumer, { errors, failures });
}

/** A function whose file stands in handlers/. */
export function started(queue: Queue, file: string, options: LambdaOptions): Watched {
  return watched(lambda(queue, functionFile(file), options));
}

/** A function that is written where the test is, in this thread. */
export function inlined(
  queue: Queue,
  handler: LambdaHandler,
  options: Omit<LambdaOptions, "inline"> = {},
): Watched {
  const inline = async (): Promise<object> => ({ handler });
  // Longer than a slow machine may take for a turn.
  const patient = { timeout: 30, ...options, inline };
  return watched(lambda(queue, new URL("file:///none.mjs"), patient));
}

export const REPORTED = { functionResponseTypes: ["ReportBatchItemFailures"] } as const;

export function bodiesOf({ Records }: SqsEvent): string[] {
  return Records.map(({ body }) => body);
}

/** A function that keeps what it is called with, and answers what `answer` makes of it. */
export function keeping(answer: LambdaHandler = () => undefined): {
  readonly calls: { readonly event: SqsEvent; readonly context: LambdaContext }[];
  readonly handler: LambdaHandler;
} {
  const calls: { event: SqsEvent; context: LambdaContext }[] = [];
  const handler: LambdaHandler = (event, context) => {
    calls.push({ event, context });
    return answer(event, context);
  };
  return { calls, handler };
}
