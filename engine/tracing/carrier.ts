/**
 * How a trace context goes with a message: as message attributes by the names of the program's propagator
 * (`traceparent`, `tracestate`, `baggage`), and X-Ray's in AWSTraceHeader. Pure.
 */
import type { Link } from "@opentelemetry/api";
import type { AttributeValue } from "../types.ts";
import { spanOf, type Telemetry } from "./telemetry.ts";

/** The name under which X-Ray's propagator looks for AWSTraceHeader. */
const XRAY_HEADER = "x-amzn-trace-id";
const XRAY_CHARACTERS_MAX = 1_024;

/** Of a message, sent or to be sent, what may carry a context. */
export interface Carrying {
  readonly messageAttributes?: Readonly<Record<string, AttributeValue>> | undefined;
  readonly awsTraceHeader?: string | undefined;
}

/** What is put into a message. */
export interface Carried {
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly awsTraceHeader: string | undefined;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  const text = (value as { stringValue?: unknown } | null)?.stringValue;
  return typeof text === "string" ? text : undefined;
}

/** Undefined for a message that carries nothing. Takes anything: what is wrong with it, others say. */
export function carrierOf(message: Carrying): Record<string, string> | undefined {
  const { messageAttributes, awsTraceHeader } = message;
  const carrier: Record<string, string> = {};
  let isEmpty = true;
  for (const [name, value] of Object.entries(messageAttributes ?? {})) {
    const text = textOf(value);
    if (text === undefined) continue;
    carrier[name.toLowerCase()] = text;
    isEmpty = false;
  }
  if (typeof awsTraceHeader === "string") {
    carrier[XRAY_HEADER] = awsTraceHeader;
    isEmpty = false;
  }
  return isEmpty ? undefined : carrier;
}

/** Links to where these messages were made, each with its message's id. */
export function linksOf(
  telemetry: Telemetry,
  messages: readonly (Carrying & { readonly messageId?: string })[],
): Link[] {
  const links: Link[] = [];
  for (const message of messages) {
    const carrier = carrierOf(message);
    const context = carrier && spanOf(telemetry.extract(carrier));
    if (context === undefined) continue;
    const { messageId } = message;
    const attributes = messageId === undefined ? {} : { "messaging.message.id": messageId };
    links.push({ context, attributes });
  }
  return links;
}

/** What the propagator wrote, as messages carry it. */
export function carriedOf(written: Readonly<Record<string, string>>): Carried {
  const attributes: [string, string][] = [];
  let awsTraceHeader: string | undefined;
  for (const [name, value] of Object.entries(written)) {
    if (typeof value !== "string" || value === "") continue;
    if (name.toLowerCase() !== XRAY_HEADER) attributes.push([name, value]);
    else if (value.length <= XRAY_CHARACTERS_MAX) awsTraceHeader = value;
  }
  return { attributes, awsTraceHeader };
}
