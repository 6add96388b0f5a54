/**
 * The trace context that a message carries, for handlers of programs that use OpenTelemetry: the
 * handler runs in it, so its spans belong to the trace of whoever sent the message. It is read with
 * the program's own propagator, from the message attributes (`traceparent`, `tracestate`, `baggage`)
 * and AWSTraceHeader. Where the handler's module can't find `@opentelemetry/api` nothing happens.
 * Runs in the thread of the handler.
 */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { Message } from "../types.ts";
import type { Handler } from "./types.ts";

/** Of `@opentelemetry/api` what is used here; the package is the program's, not ours. */
interface Telemetry {
  readonly ROOT_CONTEXT: object;
  readonly propagation: { extract(context: object, carrier: Record<string, string>): object };
  readonly context: { with<T>(context: object, act: () => T): T };
}

const PACKAGE = "@opentelemetry/api";
/** The name under which X-Ray's propagator looks for AWSTraceHeader. */
const XRAY_HEADER = "x-amzn-trace-id";

function isTelemetry(loaded: unknown): loaded is Telemetry {
  const { ROOT_CONTEXT, propagation, context } = loaded as Partial<Telemetry>;
  return (
    typeof ROOT_CONTEXT === "object" &&
    typeof propagation?.extract === "function" &&
    typeof context?.with === "function"
  );
}

/** The package as the handler's module would find it; undefined: it is not there. */
async function findTelemetry(href: string): Promise<Telemetry | undefined> {
  try {
    const path = createRequire(href).resolve(PACKAGE);
    const loaded: unknown = await import(pathToFileURL(path).href);
    const { default: common } = loaded as { default?: unknown };
    return [loaded, common].find((one) => one !== undefined && isTelemetry(one)) as
      | Telemetry
      | undefined;
  } catch {
    return undefined;
  }
}

function carrierOf(message: Message): Record<string, string> {
  const carrier: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.messageAttributes)) {
    if (typeof value === "string") carrier[name.toLowerCase()] = value;
  }
  if (message.awsTraceHeader !== undefined) carrier[XRAY_HEADER] = message.awsTraceHeader;
  return carrier;
}

/** The same handler, run in the context of each message. */
export async function traced(href: string, handle: Handler): Promise<Handler> {
  const telemetry = await findTelemetry(href);
  if (telemetry === undefined) return handle;
  const { context, propagation, ROOT_CONTEXT } = telemetry;
  return (message, handlerContext) => {
    const carrier = carrierOf(message);
    if (Object.keys(carrier).length === 0) return handle(message, handlerContext);
    const found = propagation.extract(ROOT_CONTEXT, carrier);
    return context.with(found, () => handle(message, handlerContext));
  };
}
