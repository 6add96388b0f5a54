/**
 * What a sender gave, checked, measured and made ours: every option is read once, bytes are copied,
 * so that what was checked is what is sent, whatever getters answer next and whoever writes into the
 * body meanwhile. Own thread only.
 * Sizes are SQS's: body plus names, types and values of attributes against the queue's
 * maximumMessageSize. What characters a body may have is the wire's rule; here every text is taken
 * that comes back as it was: a lone surrogate, which no UTF-8 can carry, is refused.
 */
import { types } from "node:util";
import { type Outgoing, SHORT_CHARACTERS_MAX, UNMEASURED } from "../../bindings/index.ts";
import { SluiceError } from "../errors.ts";
import { parameterRanges } from "../limits.ts";
import type { Body, SendEntry } from "../types.ts";
import { copyOf, isBytes, sizeOf } from "./bytes.ts";
import { checkNoDelay, deduplicationOf, groupOf, invalid, isEntry } from "./fifo.ts";
import { packAttributes } from "./messageAttributes.ts";
import { checkNames, entryNames } from "./names.ts";
import type { Place } from "./place.ts";

type EntryOptions = Omit<SendEntry, "body">;

/** Bytes that a trace header and a sender may take. */
const SYSTEM_TEXT_BYTES_MAX = 2_048;

export function illFormed(place: Place): SluiceError {
  return new SluiceError(
    "InvalidMessageContents",
    "The message body has a lone surrogate, which no UTF-8 can carry; send bytes instead.",
    { queue: place.name },
  );
}

export function empty(place: Place): SluiceError {
  return new SluiceError(
    "MissingParameter",
    "The request must contain the parameter MessageBody: a body has at least one byte.",
    { queue: place.name },
  );
}

function kindOf(value: unknown): string {
  if (types.isProxy(value)) return "a Proxy";
  if (typeof value !== "object" || value === null)
    return String(value === null ? value : typeof value);
  return `a ${Object.prototype.toString.call(value).slice(8, -1)}`;
}

function notBody(place: Place, value: unknown): SluiceError {
  return invalid(place, `A body is a string or a Uint8Array, not ${kindOf(value)}.`);
}

/** Bytes of a body, at least one; throws for what is none, and for a text that would change. */
export function bodyBytesOf(place: Place, body: Body): number {
  let bytes: number;
  if (typeof body === "string") {
    if (!body.isWellFormed()) throw illFormed(place);
    bytes = Buffer.byteLength(body);
  } else if (isBytes(body)) {
    bytes = sizeOf(body);
  } else {
    throw notBody(place, body);
  }
  if (bytes === 0) throw empty(place);
  return bytes;
}

export function checkSize(place: Place, sizeBytes: number): void {
  const maximumBytes = place.member.engine.queues.maximumBytes(place.number);
  if (sizeBytes <= maximumBytes) return;
  throw invalid(
    place,
    "One or more parameters are invalid. " +
      `Reason: Message must be shorter than ${maximumBytes} bytes; it has ${sizeBytes}.`,
  );
}

/** Texts of so many characters are not measured: whatever they are, the queue takes them. */
export function shortMaxOf({ member, number }: Place): number {
  return Math.min(SHORT_CHARACTERS_MAX, Math.floor(member.engine.queues.maximumBytes(number) / 3));
}

export function isShort(body: unknown, shortMax: number): body is string {
  return typeof body === "string" && body.length <= shortMax;
}

function delayMsOf(place: Place, delaySeconds: number | undefined): number {
  if (delaySeconds === undefined) return -1;
  const { min, max } = parameterRanges.delaySeconds;
  if (typeof delaySeconds === "number" && delaySeconds >= min && delaySeconds <= max) {
    if (place.isFifo) checkNoDelay(place, delaySeconds);
    return delaySeconds * 1_000;
  }
  throw invalid(
    place,
    `Value ${delaySeconds} for parameter DelaySeconds is invalid. Reason: it is from ${min} to ${max} seconds.`,
  );
}

function systemText(place: Place, name: string, text: string | undefined): string {
  if (text === undefined) return "";
  const isText = typeof text === "string" && text.isWellFormed();
  if (isText && Buffer.byteLength(text) <= SYSTEM_TEXT_BYTES_MAX) return text;
  throw invalid(
    place,
    `${name} is a text without lone surrogates, of at most ${SYSTEM_TEXT_BYTES_MAX} bytes.`,
  );
}

/** Checks and measures one message whose options' names were checked. Throws what its sender is to be told. */
export function outgoingOf(place: Place, body: Body, options: EntryOptions): Outgoing {
  const {
    delaySeconds,
    messageAttributes,
    messageGroupId,
    messageDeduplicationId,
    awsTraceHeader,
    senderId,
  } = options;
  const sender = senderId === place.member.settings.account ? undefined : senderId;
  const isCopied = typeof body === "object" && isBytes(body) && sizeOf(body) > 0;
  const own = isCopied ? copyOf(body) : body;
  const isBare =
    messageAttributes === undefined && awsTraceHeader === undefined && sender === undefined;
  const bodyBytes =
    isBare && isShort(own, shortMaxOf(place)) ? unmeasured(place, own) : bodyBytesOf(place, own);
  const attributes = packAttributes(place.name, messageAttributes);
  if (bodyBytes !== UNMEASURED) checkSize(place, bodyBytes + (attributes?.sizeBytes ?? 0));
  return {
    body: own,
    bodyBytes,
    delayMs: delayMsOf(place, delaySeconds),
    group: groupOf(place, messageGroupId),
    deduplication: deduplicationOf(place, messageDeduplicationId, own),
    trace: systemText(place, "awsTraceHeader", awsTraceHeader),
    sender: systemText(place, "senderId", sender),
    attributes: attributes?.packed,
  };
}

function unmeasured(place: Place, body: string): number {
  if (body === "") throw empty(place);
  if (!body.isWellFormed()) throw illFormed(place);
  return UNMEASURED;
}

/** As `outgoingOf`, for one of many. */
export function outgoingOfEntry(place: Place, entry: Body | SendEntry): Outgoing {
  if (!isEntry(entry)) return outgoingOf(place, entry, {});
  const { body } = entry;
  // Bytes of another kind have no body either, and a Proxy of bytes the class of bytes.
  if (body === undefined && (entry instanceof Uint8Array || ArrayBuffer.isView(entry))) {
    throw notBody(place, entry);
  }
  if (body === undefined && types.isAnyArrayBuffer(entry)) throw notBody(place, entry);
  checkNames(entry, entryNames, place.name);
  return outgoingOf(place, body, entry);
}

/** Throws for what is no list of messages: a text would be sent letter by letter. */
export function checkList(place: Place, list: readonly unknown[], call: string): void {
  if (Array.isArray(list)) return;
  throw invalid(place, `${call} takes an array, not ${kindOf(list)}.`);
}
