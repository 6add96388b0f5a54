/**
 * OpenTelemetry as a program sets it up, in this thread, with its real SDK: spans are kept in memory, and
 * nothing is registered any more after `stop`. Own thread only.
 */
import { context, propagation, type SpanKind, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";

export interface Registered {
  /** Those that have ended, in that order; they are forgotten then. */
  take(): ReadableSpan[];
  /** Runs with a span of the program's active, and answers its ids. */
  within<T>(act: () => Promise<T>): Promise<{ traceId: string; spanId: string; value: T }>;
  stop(): void;
}

export function register(): Registered {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  return {
    take() {
      const spans = exporter.getFinishedSpans();
      exporter.reset();
      return spans.filter(({ name }) => name !== "program");
    },
    within(act) {
      return provider.getTracer("program").startActiveSpan("program", async (span) => {
        const value = await act();
        span.end();
        const { traceId, spanId } = span.spanContext();
        return { traceId, spanId, value };
      });
    },
    stop() {
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}

/** A span as a test compares it. */
export function shape(span: ReadableSpan) {
  const { name, kind, attributes, links, status, parentSpanContext } = span;
  return {
    name,
    kind,
    traceId: span.spanContext().traceId,
    parentId: parentSpanContext?.spanId,
    links: links.map((link) => [link.context.spanId, link.attributes?.["messaging.message.id"]]),
    count: attributes["messaging.batch.message_count"],
    messageId: attributes["messaging.message.id"],
    error: attributes["error.type"],
    status: status.code,
  };
}

export function kinds(spans: readonly ReadableSpan[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { name, kind } of spans) {
    const key = `${name} ${kindNames[kind]}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

const kindNames: Record<SpanKind, string> = [
  "INTERNAL",
  "SERVER",
  "CLIENT",
  "PRODUCER",
  "CONSUMER",
];

/** What a message says of the span in which it was made. */
export function parentOf(traceparent: unknown): string | undefined {
  return typeof traceparent === "string" ? traceparent.split("-")[2] : undefined;
}
