/**
 * OpenTelemetry, where the program uses it. Nothing is imported for that: whoever registers a tracer
 * provider, a context manager or a propagator with any copy of `@opentelemetry/api` 1.x puts it into one
 * object of the process, under a name by which all copies find it, and there it is read. That the package
 * can be found says nothing (prom-client brings it along), and the copy that we would find may be another
 * version than the program's, which would do nothing in silence. So where nobody registered anything a
 * verb pays for one look at a property. Each thread has its own. Types of the package alone are used.
 */
import type {
  Attributes,
  Context,
  ContextManager,
  Link,
  Span,
  SpanContext,
  SpanKind,
  TextMapPropagator,
  TracerProvider,
} from "@opentelemetry/api";
import { ROOT } from "./root.ts";

/** What all copies of the API share; each part is there when it was registered. */
interface Shared {
  readonly trace?: TracerProvider;
  readonly context?: ContextManager;
  readonly propagation?: TextMapPropagator;
}

/** The names by which every 1.x of the API, and its SDK, finds them. */
const SHARED = Symbol.for("opentelemetry.js.api.1");
const SPAN = Symbol.for("OpenTelemetry Context Key SPAN");

/** Of the API's constants. */
export const KIND = { internal: 0, server: 1, client: 2, producer: 3, consumer: 4 } as const;
const STATUS_ERROR = 2;
/** Who makes these spans, as a program's views and samplers know them. */
const TRACER = "sluice";

export interface SpanStart {
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  readonly parent: Context;
  readonly links?: Link[];
  /** As clock.ts counts elapsed milliseconds; undefined: now. */
  readonly startMs?: number;
}

/** What a sampler, a propagator or an exporter throws ends here: messages are handed on all the same. */
export function quietly<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

export class Telemetry {
  readonly #shared: Shared;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  /** Whether a span would be one. */
  get hasTracer(): boolean {
    return this.#shared.trace !== undefined;
  }

  get active(): Context {
    return this.#shared.context?.active() ?? ROOT;
  }

  /** Runs in the context, as far as the program has somebody who keeps it. */
  with<T>(context: Context, act: () => T): T {
    const manager = this.#shared.context;
    return manager === undefined ? act() : manager.with(context, act);
  }

  /** A span; undefined where there is no tracer. */
  start(name: string, { parent, startMs, ...options }: SpanStart): Span | undefined {
    const { trace } = this.#shared;
    const timed = startMs === undefined ? options : { ...options, startTime: startMs };
    return quietly(() => trace?.getTracer(TRACER).startSpan(name, timed, parent));
  }

  /** What the program's propagator reads of a carrier, whose names are in small letters. */
  extract(carrier: Readonly<Record<string, string>>): Context {
    return quietly(() => this.#shared.propagation?.extract(ROOT, carrier, getter)) ?? ROOT;
  }

  /** What the program's propagator writes of a context. */
  inject(context: Context): Record<string, string> {
    const carrier: Record<string, string> = {};
    quietly(() => this.#shared.propagation?.inject(context, carrier, setter));
    return carrier;
  }
}

const getter = {
  get: (carrier: Readonly<Record<string, string>>, name: string) => carrier[name.toLowerCase()],
  keys: (carrier: Readonly<Record<string, string>>) => Object.keys(carrier),
};
const setter = {
  set: (carrier: Record<string, string>, name: string, value: string): void => {
    carrier[name] = value;
  },
};

let last: { readonly shared: Shared; readonly telemetry: Telemetry } | undefined;

/** Of this thread; undefined where the program has registered nothing. */
export function findTelemetry(): Telemetry | undefined {
  const shared = (globalThis as { readonly [name: symbol]: Shared | undefined })[SHARED];
  if (shared === undefined) return undefined;
  if (last?.shared !== shared) last = { shared, telemetry: new Telemetry(shared) };
  return last.telemetry;
}

/** Likewise, where there is a tracer provider; the way of every verb of a queue. */
export function findTracing(): Telemetry | undefined {
  const telemetry = findTelemetry();
  return telemetry?.hasTracer === true ? telemetry : undefined;
}

export function withSpan(context: Context, span: Span | undefined): Context {
  return span === undefined ? context : context.setValue(SPAN, span);
}

/** The span that a context is of; undefined for none. */
export function spanOf(context: Context): SpanContext | undefined {
  return (context.getValue(SPAN) as Span | undefined)?.spanContext();
}

/** What the span is of has failed; `type` is the same for all failures of a kind. */
export function fail(span: Span | undefined, type: string, message: string): void {
  quietly(() => span?.setAttribute("error.type", type).setStatus({ code: STATUS_ERROR, message }));
}

/** `endMs` as clock.ts counts elapsed milliseconds; undefined: now. */
export function end(span: Span | undefined, endMs?: number): void {
  quietly(() => span?.end(endMs));
}
