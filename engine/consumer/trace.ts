/**
 * What a handler of a program that uses OpenTelemetry runs in: a span that continues the trace of whoever
 * sent the message, made by what the handler's thread has registered, before or in its `setup`. Where it
 * has registered nothing by then, the handler stays as it is. Runs in the thread of the handler.
 *
 * `handleSync` has none of it: its thread blocks, so that no exporter of that thread would ever run.
 */
import { telemetryOf } from "../broker/queue.ts";
import { handleBatchTraced, handleTraced } from "../tracing/handling.ts";
import type { Message, Queue } from "../types.ts";
import type { Handler } from "./types.ts";

/** The same handler, with a span for each message. */
export function tracedEach(queue: Queue, handle: Handler): Handler {
  const telemetry = telemetryOf(queue);
  if (telemetry === undefined) return handle;
  const { name } = queue;
  return (message, context) =>
    handleTraced(telemetry, name, message, () => handle(message, context));
}

/** Runs what handles a batch and answers its failures, by the message's place; with a span for it. */
export type AroundBatch = (
  messages: readonly Message[],
  handle: () => Promise<ReadonlyMap<number, unknown>>,
) => Promise<ReadonlyMap<number, unknown>>;

/** Undefined where there are no spans. */
export function aroundBatch(queue: Queue): AroundBatch | undefined {
  const telemetry = telemetryOf(queue);
  if (telemetry === undefined) return undefined;
  const { name } = queue;
  return (messages, handle) =>
    handleBatchTraced(telemetry, name, messages, handle, (failed) => [...failed.values()]);
}
