/**
 * The spans of what a consumer does with messages: one for each message that a handler is given, one for
 * each batch; and the context that the handler runs in. Runs in the thread of the handler, with what that
 * thread has registered.
 */
import type { Message } from "../types.ts";
import { carrierOf, linksOf } from "./carrier.ts";
import { ROOT } from "./root.ts";
import { end, KIND, spanOf, type Telemetry, withSpan } from "./telemetry.ts";
import { BATCH_COUNT, begin, failWith, MESSAGE_ID } from "./verbs.ts";

/**
 * Calls a handler for one message: its span continues the trace in which the message was made, and is the
 * active one in the handler. Where there is no tracer, the message's own context is.
 */
export function handleTraced(
  telemetry: Telemetry,
  queue: string,
  message: Message,
  handle: () => void | Promise<void>,
): void | Promise<void> {
  const carrier = carrierOf(message);
  const parent = carrier === undefined ? ROOT : telemetry.extract(carrier);
  const made = spanOf(parent);
  const span = begin(telemetry, "process", queue, {
    kind: KIND.consumer,
    parent,
    links: made === undefined ? [] : [{ context: made }],
    attributes: { [MESSAGE_ID]: message.messageId },
  });
  const ending = (failure?: { readonly error: unknown }): void => {
    if (failure !== undefined) failWith(span, failure.error);
    end(span);
  };
  let answer: void | Promise<void>;
  try {
    answer = telemetry.with(withSpan(parent, span), handle);
  } catch (error) {
    ending({ error });
    throw error;
  }
  if (answer === undefined) {
    ending();
    return undefined;
  }
  return (async () => {
    try {
      await answer;
      ending();
    } catch (error) {
      ending({ error });
      throw error;
    }
  })();
}

/**
 * Calls a handler for messages that came together: one span with a link to where each was made, active in
 * the handler. `failures` says of its answer what failed, one error a message.
 */
export async function handleBatchTraced<T>(
  telemetry: Telemetry,
  queue: string,
  messages: readonly Message[],
  handle: () => T | Promise<T>,
  failures: (answer: T) => readonly unknown[],
): Promise<T> {
  const span = begin(telemetry, "process", queue, {
    kind: KIND.consumer,
    parent: ROOT,
    links: linksOf(telemetry, messages),
    attributes: { [BATCH_COUNT]: messages.length },
  });
  try {
    const answer = await telemetry.with(withSpan(ROOT, span), handle);
    const [first] = failures(answer);
    if (first !== undefined) failWith(span, first);
    return answer;
  } catch (error) {
    failWith(span, error);
    throw error;
  } finally {
    end(span);
  }
}
