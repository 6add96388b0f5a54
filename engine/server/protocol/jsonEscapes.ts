/**
 * Takes the escapes that JSON need not have out of a JSON text: `\u0041` becomes `A`, `\u000a` becomes
 * `\n`. Pure. A parser makes the same of it, and refuses what it would have refused: up to the first
 * mistake of a text its strings are found, and outside of them nothing is changed.
 *
 * For large bodies. A message may be a million escapes, of which a parser takes three times as long as
 * this; what it costs is a look at six bytes and one at a table, an escape.
 */
import { partBytes } from "./parts.ts";

const quote = 0x22;
const backslash = 0x5c;
const letterU = 0x75;
/** `\u00` of `\u0041`: its first four bytes. */
const asciiEscape = 0x5c753030;
const escapeBytes = 6;

/** A letter that stands behind a backslash. */
const isLetter = 0x80;
/** By the two bytes of an escape's digits what is written for it; 0: it has to stay. */
const written = new Uint8Array(65_536);

for (let code = 0; code < 0x80; code++) {
  const text = JSON.stringify(String.fromCharCode(code)).slice(1, -1);
  if (text.length === escapeBytes) continue;
  const last = text.charCodeAt(text.length - 1);
  const [high = "", low = ""] = code.toString(16).padStart(2, "0");
  for (const digits of [`${high}${low}`, `${high}${low.toUpperCase()}`]) {
    written[Buffer.from(digits).readUInt16BE()] = text.length === 1 ? last : last | isLetter;
  }
}

/** A copy with each escape of an ASCII character as short as JSON can have it. */
export function withoutEscapes(bytes: Buffer): Buffer {
  return new Shortening(bytes).run();
}

class Shortening {
  readonly #from: Buffer;
  readonly #view: DataView;
  readonly #plain: Buffer;
  #at = 0;
  #to = 0;
  /** Up to there nothing is changed: an escape that stays may be broken, and has to stay so. */
  #keptTo = 0;

  constructor(bytes: Buffer) {
    this.#from = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#plain = Buffer.allocUnsafe(bytes.length);
  }

  run(): Buffer {
    while (this.#at < this.#from.length) {
      this.#passOutside();
      while (this.#at < this.#from.length && this.#from[this.#at] !== quote) this.#passPart();
      if (this.#at < this.#from.length) this.#plain[this.#to++] = quote;
      this.#at += 1;
    }
    return this.#plain.subarray(0, this.#to);
  }

  /** What is in front of the next string, and the quote that opens it. */
  #passOutside(): void {
    const found = this.#from.indexOf(quote, this.#at);
    const end = found < 0 ? this.#from.length : found + 1;
    this.#to += this.#from.copy(this.#plain, this.#to, this.#at, end);
    this.#at = end;
  }

  /** A part of a string, or what is left of it up to the quote that closes it. */
  #passPart(): void {
    const from = this.#from;
    const view = this.#view;
    const plain = this.#plain;
    const { length } = from;
    const end = Math.min(this.#at + partBytes, length);
    let to = this.#to;
    let at = this.#at;
    let keptTo = this.#keptTo;
    for (; at < end && from[at] !== quote; at++) {
      const byte = from[at] as number;
      plain[to++] = byte;
      if (byte !== backslash) continue;
      const isWhole = at >= keptTo && at + escapeBytes <= length;
      const isAscii = isWhole && view.getUint32(at) === asciiEscape;
      const text = isAscii ? (written[view.getUint16(at + 4)] as number) : 0;
      if (text === 0) {
        // As it is, with what is behind the backslash: that may be a quote.
        if (from[at + 1] === letterU) keptTo = at + escapeBytes;
        plain[to++] = from[at + 1] as number;
        at += 1;
        continue;
      }
      if (text < isLetter) to -= 1;
      plain[to++] = text & ~isLetter;
      at += escapeBytes - 1;
    }
    this.#at = at;
    this.#to = to;
    this.#keptTo = keptTo;
  }
}
