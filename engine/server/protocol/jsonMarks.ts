/**
 * How much there is in a JSON text, counted before it is parsed: a parser makes an object of every
 * bracket, and four megabytes of brackets keep a thread for a second. Pure.
 *
 * Nothing is checked here: of what is no JSON the counts mean nothing, and the parser refuses it.
 * Cost: strings are skipped by a search for their end; one that has an escape, and what is outside of
 * strings, is looked at byte by byte, a nanosecond or two each.
 */
import { partBytes } from "./parts.ts";

export interface JsonMarks {
  /** Commas and opening brackets: no fewer than there are values. */
  readonly marks: number;
  /** At least so many bytes of text are in the strings; an escape counts one. */
  readonly contentBytes: number;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openBracket = 0x5b;
const openBrace = 0x7b;
const letterU = 0x75;
/** Bytes outside of strings: a hundred for each of the values that a body may have. */
const outsideMax = 1_000_000;
/** `uXXXX` behind the backslash. */
const unicodeEscapeBytes = 5;

/**
 * Counts up to `marksMax` marks, and says one more where there are more, or so much between the texts
 * that no JSON of so many values is written so.
 */
export function countJson(bytes: Buffer, marksMax: number): JsonMarks {
  let marks = 0;
  let outside = 0;
  const strings = new Strings(bytes);
  for (let at = 0; at < bytes.length && marks <= marksMax; at++) {
    const byte = bytes[at];
    outside += 1;
    if (outside > outsideMax) marks = marksMax + 1;
    else if (byte === quote) at = strings.pass(at + 1);
    else if (byte === comma || byte === openBracket || byte === openBrace) marks += 1;
  }
  return { marks, contentBytes: strings.contentBytes };
}

class Strings {
  readonly #bytes: Buffer;
  contentBytes = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Counts the string that begins there; where its closing quote is, or the end of all. */
  pass(from: number): number {
    const found = this.#bytes.indexOf(quote, from);
    const end = found < 0 ? this.#bytes.length : found;
    if (this.#bytes.subarray(from, end).includes(backslash)) return this.#passEscapes(from);
    this.contentBytes += end - from;
    return end;
  }

  #passEscapes(from: number): number {
    let at = from;
    while (at < this.#bytes.length && this.#bytes[at] !== quote) at = this.#passPart(at);
    return at;
  }

  #passPart(from: number): number {
    const bytes = this.#bytes;
    const end = Math.min(from + partBytes, bytes.length);
    let count = 0;
    let at = from;
    for (; at < end && bytes[at] !== quote; at++) {
      if (bytes[at] === backslash) at += bytes[at + 1] === letterU ? unicodeEscapeBytes : 1;
      count += 1;
    }
    this.contentBytes += count;
    return at;
  }
}
