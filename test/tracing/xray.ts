/** X-Ray's propagator, as far as a test needs it: one header, `Root=1-8-24;Parent=16;Sampled=1`. Pure. */
import { type TextMapPropagator, TraceFlags, trace } from "@opentelemetry/api";

const HEADER = "x-amzn-trace-id";

export function headerOf(traceId: string, spanId: string): string {
  return `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${spanId};Sampled=1`;
}

export const xrayPropagator: TextMapPropagator = {
  fields: () => [HEADER],
  inject(context, carrier, setter) {
    const span = trace.getSpanContext(context);
    if (span !== undefined) setter.set(carrier, HEADER, headerOf(span.traceId, span.spanId));
  },
  extract(context, carrier, getter) {
    const header = String(getter.get(carrier, HEADER));
    const match = /Root=1-([0-9a-f]{8})-([0-9a-f]{24});Parent=([0-9a-f]{16})/.exec(header);
    if (match === null) return context;
    const [, time, rest, spanId = ""] = match;
    const traceFlags = TraceFlags.SAMPLED;
    return trace.setSpanContext(context, {
      traceId: `${time}${rest}`,
      spanId,
      traceFlags,
      isRemote: true,
    });
  },
};
