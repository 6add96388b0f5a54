/**
 * Sets OpenTelemetry up for a consumer's thread, as its own program would: each span that ends is sent, as
 * JSON, to the queue `spans` of the same broker.
 */
import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { BasicTracerProvider } from "@opentelemetry/sdk-trace-base";

export async function register({ broker }) {
  const spans = await broker.getQueue("spans");
  const onEnd = (span) => {
    const { name, kind, links, attributes, status } = span;
    const told = {
      name,
      kind,
      traceId: span.spanContext().traceId,
      spanId: span.spanContext().spanId,
      parentId: span.parentSpanContext?.spanId,
      links: links.map((link) => link.context.spanId),
      count: attributes["messaging.batch.message_count"],
      messageId: attributes["messaging.message.id"],
      error: attributes["error.type"],
      status: status.code,
    };
    spans.sync.send(JSON.stringify(told));
  };
  const nothing = async () => {};
  const processor = { onStart() {}, onEnd, forceFlush: nothing, shutdown: nothing };
  const provider = new BasicTracerProvider({ spanProcessors: [processor] });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
}

/** A span of the handler's own. */
export function work(name) {
  trace.getTracer("handler").startSpan(name).end();
}
