/**
 * A message to send, as the outbox takes it: every field is there, checked and the sender's own no more.
 * Pure.
 */
import { BODY_ASCII, BODY_TEXT } from "../assembly/layout.ts";
import type { TextBuffer } from "./text.ts";

/** One message to send. */
export interface Outgoing {
  readonly body: string | Uint8Array;
  /** Bytes of the body in UTF-8, or of the bytes; or UNMEASURED. */
  readonly bodyBytes: number;
  /** Whole milliseconds; below 0: the queue's delay. */
  readonly delayMs: number;
  /** ASCII, as is the deduplication id. */
  readonly group: string;
  readonly deduplication: string;
  readonly trace: string;
  readonly sender: string;
  readonly attributes: Uint8Array | undefined;
  /** What they count towards the message's size. */
  readonly attributesSizeBytes: number;
}

/** A text of at most this many characters goes through staging together with its neighbours. */
export const SHORT_CHARACTERS_MAX = 768;
/**
 * Instead of the bytes of a text of at most so many characters, in a message without trace, sender
 * and attributes: they are seen when it is written, together with its neighbours.
 */
export const UNMEASURED = -1;
/** The flags of a text that is ASCII alone. */
export const TEXT_AND_ASCII = BODY_TEXT | BODY_ASCII;

export type Unmeasured = Outgoing & { readonly body: string };

export function isUnmeasured(message: Outgoing): message is Unmeasured {
  return message.bodyBytes === UNMEASURED;
}

/** As many bytes as characters means ASCII. */
export function flagsOf(body: string | Uint8Array, bodyBytes: number): number {
  if (typeof body !== "string") return 0;
  return bodyBytes === body.length ? TEXT_AND_ASCII : BODY_TEXT;
}

export function putText(text: TextBuffer, value: string, at: number): number {
  return value === "" ? 0 : text.utf8Write(value, at, value.length * 3);
}

/** The bytes before the body, texts counted at three a character. */
export function contentBytesUpTo(message: Outgoing): number {
  const characters =
    message.group.length +
    message.deduplication.length +
    message.trace.length +
    message.sender.length;
  return characters * 3 + (message.attributes?.length ?? 0);
}
