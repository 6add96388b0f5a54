/**
 * Text as it stands between the tags of XML 1.0, so that any parser gives it back as it was. Pure.
 *
 * A carriage return goes as a reference, or parsers would make it a line feed, and so do the line
 * feeds of a text of nothing but blanks, which parsers take for indentation. The two references are
 * those that AWS's JavaScript SDK knew while it spoke the query protocol; it reads no other numbers.
 * What XML 1.0 can't hold at all (an embedded sender may have sent it) becomes U+FFFD, because
 * otherwise the whole answer could not be read.
 *
 * Cost: one search over a text without such characters. With them two passes over its bytes, however
 * many there are, without a branch for what a byte is: replacing them one by one as text takes a
 * hundred nanoseconds each.
 */
import { isAscii } from "node:buffer";
import { partBytes } from "./parts.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass.
const special = /[&<>"'\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/u;
const blank = /^[ \t\n\r]+$/;

/** What stands for each byte, which may be itself. */
interface References {
  /** Its first four bytes, the first of them highest. */
  readonly starts: Uint32Array;
  /** Its fifth and sixth byte. */
  readonly ends: Uint16Array;
  readonly lengths: Uint8Array;
}

const referenceBytesMax = 6;
const noCharacter = "\ufffd";

function referencesOf(texts: Readonly<Record<string, string>>): References {
  const starts = new Uint32Array(256);
  const ends = new Uint16Array(256);
  const lengths = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte++) {
    const reference = Buffer.alloc(referenceBytesMax);
    const text = textFor(byte, texts);
    lengths[byte] = text === undefined ? reference.writeUInt8(byte) : reference.write(text);
    starts[byte] = reference.readUInt32BE(0);
    ends[byte] = reference.readUInt16BE(4);
  }
  return { starts, ends, lengths };
}

function textFor(byte: number, texts: Readonly<Record<string, string>>): string | undefined {
  const character = String.fromCharCode(byte);
  const isNone = byte < 0x20 && !"\t\n\r".includes(character);
  return texts[character] ?? (isNone ? noCharacter : undefined);
}

const signs = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };
const ofText = referencesOf({ ...signs, "\r": "&#xD;" });
const ofBlanks = referencesOf({ "\r": "&#xD;", "\n": "&#10;" });

export function escapeXml(text: string): string {
  if (blank.test(text)) return escapeBytes(Buffer.from(text), ofBlanks);
  // As UTF-8 a lone surrogate is U+FFFD already.
  return special.test(text) ? escapeBytes(Buffer.from(text), ofText) : text;
}

function escapeBytes(bytes: Uint8Array, references: References): string {
  let length = 0;
  for (let from = 0; from < bytes.length; from += partBytes) {
    length += lengthOf(bytes, from, references);
  }
  const room = Buffer.allocUnsafe(length + referenceBytesMax);
  const view = new DataView(room.buffer, room.byteOffset, room.length);
  let to = 0;
  for (let from = 0; from < bytes.length; from += partBytes) {
    to = escapePart(bytes, from, view, to, references);
  }
  const escaped = room.subarray(0, length);
  return escaped.toString(isAscii(escaped) ? "latin1" : "utf8");
}

/** What a part becomes, in bytes. */
function lengthOf(bytes: Uint8Array, from: number, { lengths }: References): number {
  const end = Math.min(from + partBytes, bytes.length);
  let length = 0;
  for (let at = from; at < end; at++) length += lengths[bytes[at] as number] as number;
  return length;
}

/**
 * Writes a part, and returns where it ends. Of each byte six are written, of which the next one
 * overwrites what is not of its reference.
 */
function escapePart(
  bytes: Uint8Array,
  from: number,
  view: DataView,
  start: number,
  { starts, ends, lengths }: References,
): number {
  const end = Math.min(from + partBytes, bytes.length);
  let to = start;
  for (let at = from; at < end; at++) {
    const byte = bytes[at] as number;
    view.setUint32(to, starts[byte] as number);
    view.setUint16(to + 4, ends[byte] as number);
    if (isNoCharacter(bytes, at)) view.setUint8(to, 0xbd);
    to += lengths[byte] as number;
  }
  return to;
}

/** True for the last byte of U+FFFE and U+FFFF, EF BF BE and EF BF BF; U+FFFD is EF BF BD. */
function isNoCharacter(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at];
  return (byte === 0xbe || byte === 0xbf) && bytes[at - 1] === 0xbf && bytes[at - 2] === 0xef;
}
