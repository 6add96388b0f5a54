/**
 * The trace that a request over HTTP is part of, while what it asks for begins: the verbs that are called
 * then are in that trace, whatever the program's context manager says. Own thread only.
 *
 * What such a request sends carries the request's own trace, as AWS has X-Amzn-Trace-Id go into
 * AWSTraceHeader; a message of a client that traces nothing stays as it was sent.
 */
import type { Context, SpanKind } from "@opentelemetry/api";
import { findTracing, KIND, spanOf, type Telemetry } from "./telemetry.ts";

/** What a verb's span is part of. */
export interface Surrounding {
  readonly parent: Context;
  /** Undefined: as the verb has it. */
  readonly kind: SpanKind | undefined;
  /** What a message carries: the span's own context, that of the request, or nothing. */
  readonly carries: "span" | "request" | "nothing";
  readonly request: Context;
}

let current: Surrounding | undefined;

type Headers = Readonly<Record<string, string | string[] | undefined>>;

function surroundingOf(telemetry: Telemetry, headers: Headers): Surrounding {
  const carrier: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === "string") carrier[name] = value;
  }
  const request = telemetry.extract(carrier);
  const { active } = telemetry;
  // An instrumentation of HTTP has read the headers already, and has a span for the request.
  const isInstrumented = spanOf(active) !== undefined;
  return {
    parent: isInstrumented ? active : request,
    kind: isInstrumented ? KIND.internal : KIND.server,
    carries: spanOf(request) === undefined ? "nothing" : "request",
    request,
  };
}

/** Calls what a request asks for; only what begins before that returns is the request's. */
export function withinRequest<T>(headers: Headers, act: () => T): T {
  const telemetry = findTracing();
  if (telemetry === undefined) return act();
  current = surroundingOf(telemetry, headers);
  try {
    return act();
  } finally {
    current = undefined;
  }
}

/** What a verb that is called now is part of. */
export function surrounding(telemetry: Telemetry): Surrounding {
  if (current !== undefined) return current;
  const { active } = telemetry;
  return { parent: active, kind: undefined, carries: "span", request: active };
}
