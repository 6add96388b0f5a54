/**
 * What a sender gave, checked, measured and made ours: every option is read once, bytes are copied,
 * so that what was checked is what is sent, whatever getters answer next and whoever writes into the
 * body meanwhile. Own thread only.
 * Sizes are SQS's: body plus names, types and values of attributes against the queue's
 * maximumMessageSize. What characters a body may have is the wire's rule; here every text is taken
 * that comes back as it was: a lone surrogate, which no UTF-8 can carry, is refused.
 */
import { types } from "node:util";
import { type Outgoing, SHORT_CHARACTERS_MAX, UNMEASURED } from "../../../bindings/index.ts";
import { SluiceError } from "../../errors.ts";
import { parameterRanges } from "../../limits.ts";
import type { Carried } from "../../tracing/carrier.ts";
import type { Body, SendEntry } from "../../types.ts";
import { checkNames, entryNames } from "../face/names.ts";
import { copyOf, isBytes, sizeOf } from "./bytes.ts";
import { checkNoDelay, deduplicationOf, groupOf, invalid, isEntry } from "./fifo.ts";
import { packAttributes } from "./messageAttributes.ts";
import type { QueueContext } from "./queueContext.ts";

type EntryOptions = Omit<SendEntry, "body">;

/** Bytes that a trace header and a sender may take. */
const SYSTEM_TEXT_BYTES_MAX = 2_048;

export function illFormed(context: QueueContext): SluiceError {
  return new SluiceError(
    "InvalidMessageContents",
    "The message body has a lone surrogate, which no UTF-8 can carry; send bytes instead.",
    { queue: context.name },
  );
}

export function empty(context: QueueContext): SluiceError {
  return new SluiceError(
    "MissingParameter",
    "The request must contain the parameter MessageBody: a body has at least one byte.",
    { queue: context.name },
  );
}

function kindOf(value: unknown): string {
  if (types.isProxy(value)) return "a Proxy";
  if (typeof value !== "object" || value === null)
    return String(value === null ? value : typeof value);
  return `a ${Object.prototype.toString.call(value).slice(8, -1)}`;
}

function notBody(context: QueueContext, value: unknown): SluiceError {
  return invalid(context, `A body is a string or a Uint8Array, not ${kindOf(value)}.`);
}

/** Bytes of a body, at least one; throws for what is none, and for a text that would change. */
export function bodyBytesOf(context: QueueContext, body: Body): number {
  let bytes: number;
  if (typeof body === "string") {
    if (!body.isWellFormed()) throw illFormed(context);
    bytes = Buffer.byteLength(body);
  } else if (isBytes(body)) {
    bytes = sizeOf(body);
  } else {
    throw notBody(context, body);
  }
  if (bytes === 0) throw empty(context);
  return bytes;
}

function maximumBytesOf({ member, queue }: QueueContext): number {
  return member.engine.queues.maximumBytes(queue.number);
}

export function checkSize(context: QueueContext, sizeBytes: number): void {
  const maximumBytes = maximumBytesOf(context);
  if (sizeBytes <= maximumBytes) return;
  throw invalid(
    context,
    "One or more parameters are invalid. " +
      `Reason: Message must be shorter than ${maximumBytes} bytes; it has ${sizeBytes}.`,
  );
}

/** Texts of so many characters are not measured: whatever they are, the queue takes them. */
export function shortMaxOf(context: QueueContext): number {
  return Math.min(SHORT_CHARACTERS_MAX, Math.floor(maximumBytesOf(context) / 3));
}

export function isShort(body: unknown, shortMax: number): body is string {
  return typeof body === "string" && body.length <= shortMax;
}

function delayMsOf(context: QueueContext, delaySeconds: number | undefined): number {
  if (delaySeconds === undefined) return -1;
  const { min, max } = parameterRanges.delaySeconds;
  if (typeof delaySeconds === "number" && delaySeconds >= min && delaySeconds <= max) {
    if (context.isFifo) checkNoDelay(context, delaySeconds);
    return Math.round(delaySeconds * 1_000);
  }
  throw invalid(
    context,
    `Value ${delaySeconds} for parameter DelaySeconds is invalid. Reason: it is from ${min} to ${max} seconds.`,
  );
}

function systemText(context: QueueContext, name: string, text: string | undefined): string {
  if (text === undefined) return "";
  const isText = typeof text === "string" && text.isWellFormed();
  if (isText && Buffer.byteLength(text) <= SYSTEM_TEXT_BYTES_MAX) return text;
  throw invalid(
    context,
    `${name} is a text without lone surrogates, of at most ${SYSTEM_TEXT_BYTES_MAX} bytes.`,
  );
}

/**
 * Checks and measures one message whose options' names were checked. Throws what its sender is to be told.
 * `carried` is the trace that goes with it, where it has room for that.
 */
export function outgoingOf(
  context: QueueContext,
  body: Body,
  options: EntryOptions,
  carried?: Carried,
): Outgoing {
  const {
    delaySeconds,
    messageAttributes,
    messageGroupId,
    messageDeduplicationId,
    awsTraceHeader,
    senderId,
  } = options;
  const sender = senderId === context.member.settings.account ? undefined : senderId;
  const isCopied = typeof body === "object" && isBytes(body) && sizeOf(body) > 0;
  const own = isCopied ? copyOf(body) : body;
  const isBare =
    carried === undefined &&
    messageAttributes === undefined &&
    awsTraceHeader === undefined &&
    sender === undefined;
  const bodyBytes =
    isBare && isShort(own, shortMaxOf(context))
      ? unmeasured(context, own)
      : bodyBytesOf(context, own);
  const along = carried && { carried, roomBytes: maximumBytesOf(context) - bodyBytes };
  const attributes = packAttributes(context.name, messageAttributes, along);
  if (bodyBytes !== UNMEASURED) checkSize(context, bodyBytes + (attributes?.sizeBytes ?? 0));
  return {
    body: own,
    bodyBytes,
    delayMs: delayMsOf(context, delaySeconds),
    group: groupOf(context, messageGroupId),
    deduplication: deduplicationOf(context, messageDeduplicationId, own),
    trace: systemText(context, "awsTraceHeader", awsTraceHeader ?? carried?.awsTraceHeader),
    sender: systemText(context, "senderId", sender),
    attributes: attributes?.packed,
    attributesSizeBytes: attributes?.sizeBytes ?? 0,
  };
}

function unmeasured(context: QueueContext, body: string): number {
  if (body === "") throw empty(context);
  if (!body.isWellFormed()) throw illFormed(context);
  return UNMEASURED;
}

/** As `outgoingOf`, for one of many. */
export function outgoingOfEntry(
  context: QueueContext,
  entry: Body | SendEntry,
  carried?: Carried,
): Outgoing {
  if (!isEntry(entry)) return outgoingOf(context, entry, {}, carried);
  const { body } = entry;
  // Bytes of another kind have no body either, and a Proxy of bytes the class of bytes.
  if (body === undefined && (entry instanceof Uint8Array || ArrayBuffer.isView(entry))) {
    throw notBody(context, entry);
  }
  if (body === undefined && types.isAnyArrayBuffer(entry)) throw notBody(context, entry);
  checkNames(entry, entryNames, context.name);
  return outgoingOf(context, body, entry, carried);
}

/** Throws for what is no list of messages: a text would be sent letter by letter. */
export function checkList(context: QueueContext, list: readonly unknown[], call: string): void {
  if (Array.isArray(list)) return;
  throw invalid(context, `${call} takes an array, not ${kindOf(list)}.`);
}
