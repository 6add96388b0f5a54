/**
 * The spans of what is done with a queue through its asynchronous face, by OpenTelemetry's conventions for
 * messaging. Who calls has found a tracer; without one none of this runs. Each takes the call itself and
 * answers what it answers: a span changes no outcome, and what telemetry throws is nobody's failure.
 * Source: Semantic Conventions, messaging spans and AWS SQS (1.45).
 */
import type { Attributes, Span, SpanContext } from "@opentelemetry/api";
import { elapsedMs } from "../clock.ts";
import { SluiceError } from "../errors.ts";
import type { BatchResult, Message, Sent } from "../types.ts";
import { type Carried, type Carrying, carriedOf, carrierOf, linksOf } from "./carrier.ts";
import { type Surrounding, surrounding } from "./request.ts";
import {
  end,
  fail,
  KIND,
  quietly,
  type SpanStart,
  spanOf,
  type Telemetry,
  withSpan,
} from "./telemetry.ts";

/** What each is by the conventions' types; its name is AWS's word. */
const TYPES = { send: "send", receive: "receive", process: "process", delete: "settle" } as const;
type Verb = keyof typeof TYPES;

export const BATCH_COUNT = "messaging.batch.message_count";
export const MESSAGE_ID = "messaging.message.id";

export function begin(
  telemetry: Telemetry,
  verb: Verb,
  queue: string,
  { attributes, ...more }: Omit<SpanStart, "attributes"> & { readonly attributes?: Attributes },
): Span | undefined {
  const all = {
    "messaging.system": "aws_sqs",
    "messaging.destination.name": queue,
    "messaging.operation.name": verb,
    "messaging.operation.type": TYPES[verb],
    ...attributes,
  };
  return telemetry.start(`${verb} ${queue}`, { ...more, attributes: all });
}

export function failWith(span: Span | undefined, error: unknown): void {
  if (error instanceof SluiceError) fail(span, error.code, error.message);
  else if (error instanceof Error) fail(span, error.name, error.message);
  else fail(span, "_OTHER", "What was thrown is no Error.");
}

/** The call's outcome, and the span's with it. */
async function settled<T>(
  span: Span | undefined,
  call: Promise<T>,
  tell: (outcome: T) => void,
): Promise<T> {
  try {
    const outcome = await call;
    quietly(() => tell(outcome));
    return outcome;
  } catch (error) {
    failWith(span, error);
    throw error;
  } finally {
    end(span);
  }
}

/** Of a batch some of whose messages failed. */
function failPartly(
  span: Span | undefined,
  { failed, successful }: Pick<BatchResult<unknown>, "failed" | "successful">,
): void {
  const [first] = failed;
  if (first === undefined) return;
  const { code, message } = first.error;
  const count = failed.length + successful.length;
  fail(span, code, `${failed.length} of ${count} failed; the first: ${message}`);
}

/** What a span's messages carry that carry nothing of their own. */
function carriedBy(
  telemetry: Telemetry,
  around: Surrounding,
  span: Span | undefined,
): Carried | undefined {
  if (around.carries === "nothing") return undefined;
  const context = around.carries === "span" ? withSpan(around.parent, span) : around.request;
  return carriedOf(telemetry.inject(context));
}

/** In which the sender made the message; undefined where it says nothing of that, or is no message. */
function creationOf(telemetry: Telemetry, message: unknown): SpanContext | undefined {
  if (typeof message !== "object" || message === null) return undefined;
  const carrier = quietly(() => carrierOf(message));
  return carrier && spanOf(telemetry.extract(carrier));
}

/** A message that carries a context of its sender's keeps it, and the span has a link to it. */
export function sendTraced(
  telemetry: Telemetry,
  queue: string,
  options: Carrying,
  call: (carried: Carried | undefined) => Promise<Sent>,
): Promise<Sent> {
  const around = surrounding(telemetry);
  const own = creationOf(telemetry, options);
  const span = begin(telemetry, "send", queue, {
    kind: around.kind ?? (own === undefined ? KIND.producer : KIND.client),
    parent: around.parent,
    links: own === undefined ? [] : [{ context: own }],
  });
  const carried = own === undefined ? carriedBy(telemetry, around, span) : undefined;
  return settled(span, call(carried), (sent) => span?.setAttribute(MESSAGE_ID, sent.messageId));
}

/** One span for all; `call` is given what the message at an index is to carry. */
export function sendBatchTraced(
  telemetry: Telemetry,
  queue: string,
  entries: readonly unknown[],
  call: (carry: (index: number) => Carried | undefined) => Promise<BatchResult<Sent>>,
): Promise<BatchResult<Sent>> {
  const around = surrounding(telemetry);
  const owns = Array.isArray(entries) ? entries.map((entry) => creationOf(telemetry, entry)) : [];
  const span = begin(telemetry, "send", queue, {
    kind: around.kind ?? KIND.producer,
    parent: around.parent,
    attributes: { [BATCH_COUNT]: owns.length },
    links: owns.flatMap((context) => (context === undefined ? [] : [{ context }])),
  });
  const carried = carriedBy(telemetry, around, span);
  const carry = (index: number) => (owns[index] === undefined ? carried : undefined);
  return settled(span, call(carry), (result) => failPartly(span, result));
}

/** The span is made when the messages are there, since it has links to where each was made. */
export async function receiveTraced(
  telemetry: Telemetry,
  queue: string,
  call: () => Promise<Message[]>,
): Promise<Message[]> {
  const { parent, kind = KIND.client } = surrounding(telemetry);
  const startMs = elapsedMs();
  const tell = (messages: readonly Message[], error?: unknown): void => {
    const links = linksOf(telemetry, messages);
    const attributes = { [BATCH_COUNT]: messages.length };
    const span = begin(telemetry, "receive", queue, { kind, parent, links, attributes, startMs });
    if (error !== undefined) failWith(span, error);
    end(span, elapsedMs());
  };
  try {
    const messages = await call();
    tell(messages);
    return messages;
  } catch (error) {
    tell([], error);
    throw error;
  }
}

export function deleteTraced(
  telemetry: Telemetry,
  queue: string,
  message: Message | string,
  call: () => Promise<void>,
): Promise<void> {
  const { parent, kind = KIND.client } = surrounding(telemetry);
  const id = typeof message === "string" ? undefined : quietly(() => message.messageId);
  const attributes = id === undefined ? {} : { [MESSAGE_ID]: id };
  const span = begin(telemetry, "delete", queue, { kind, parent, attributes });
  return settled(span, call(), () => {});
}

export function deleteBatchTraced(
  telemetry: Telemetry,
  queue: string,
  messages: readonly unknown[],
  call: () => Promise<BatchResult<void>>,
): Promise<BatchResult<void>> {
  const { parent, kind = KIND.client } = surrounding(telemetry);
  const attributes = Array.isArray(messages) ? { [BATCH_COUNT]: messages.length } : {};
  const span = begin(telemetry, "delete", queue, { kind, parent, attributes });
  return settled(span, call(), (result) => failPartly(span, result));
}
