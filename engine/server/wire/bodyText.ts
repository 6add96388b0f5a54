/**
 * Which characters a message may be made of. SQS allows what XML 1.0 allows: tab, line feed,
 * carriage return, and U+0020 to U+10FFFF without surrogates, U+FFFE and U+FFFF. Lone surrogates
 * can arrive as JSON escapes. Source: API Reference, SendMessage, MessageBody.
 * Cost: one pass of a regular expression over the text.
 */

import { SluiceError } from "../../errors.ts";
import { messages } from "../../limits.ts";

const forbidden = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;

/** True when every character may be in a body or in a text attribute. */
export function isAllowedText(text: string): boolean {
  return !forbidden.test(text);
}

/** Throws MissingParameter for an empty body, InvalidMessageContents for forbidden characters. */
export function checkBody(body: string): void {
  if (body.length < messages.minBytes) {
    throw new SluiceError(
      "MissingParameter",
      "The request must contain the parameter MessageBody.",
    );
  }
  const at = body.search(forbidden);
  if (at >= 0) {
    const code = (body.codePointAt(at) as number).toString(16).toUpperCase();
    throw new SluiceError(
      "InvalidMessageContents",
      `The message body has characters that are not allowed; the first is #x${code}, at ${at}. ` +
        "Allowed are #x9, #xA, #xD, #x20 to #xD7FF, #xE000 to #xFFFD and #x10000 to #x10FFFF.",
    );
  }
}
