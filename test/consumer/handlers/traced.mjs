/** Sets OpenTelemetry up for its thread; says whether the trace is active before and after a wait. */
import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";

export function setup() {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
}

export default async function traced(_message, { data: { words, traceId } }) {
  const isActive = () => trace.getSpanContext(context.active())?.traceId === traceId;
  words[0] = isActive() ? 1 : 0;
  await new Promise((resolve) => setTimeout(resolve, 1));
  words[1] = isActive() ? 1 : 0;
}
