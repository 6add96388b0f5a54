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
 * many there are: replacing them one by one as text takes a hundred nanoseconds each.
 */
import { isAscii } from "node:buffer";

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not pass.
const special = /[&<>"'\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/u;
const blank = /^[ \t\n\r]+$/;

/** What stands for a byte; undefined for one that stands for itself. */
type References = readonly (Uint8Array | undefined)[];

const noCharacter = Buffer.from("\ufffd");

function referencesOf(texts: Readonly<Record<string, string>>): References {
  return Array.from({ length: 256 }, (_, byte) => {
    const character = String.fromCharCode(byte);
    const text = texts[character];
    if (text !== undefined) return Buffer.from(text);
    return byte < 0x20 && !"\t\n\r".includes(character) ? noCharacter : undefined;
  });
}

const signs = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };
const ofText = referencesOf({ ...signs, "\r": "&#xD;" });
const ofBlanks = referencesOf({ "\r": "&#xD;", "\n": "&#10;" });

export function escapeXml(text: string): string {
  if (blank.test(text)) return escapeBytes(Buffer.from(text), ofBlanks);
  // As UTF-8 a lone surrogate is U+FFFD already.
  return special.test(text) ? escapeBytes(Buffer.from(text), ofText) : text;
}

function lengthOf(bytes: Uint8Array, references: References): number {
  let length = bytes.length;
  for (let at = 0; at < bytes.length; at++) {
    const reference = references[bytes[at] as number];
    if (reference !== undefined) length += reference.length - 1;
  }
  return length;
}

function escapeBytes(bytes: Uint8Array, references: References): string {
  const escaped = Buffer.allocUnsafe(lengthOf(bytes, references));
  let to = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    const reference = references[byte];
    if (reference === undefined) {
      escaped[to++] = isNoCharacter(bytes, at) ? 0xbd : byte;
      continue;
    }
    for (let index = 0; index < reference.length; index++) {
      escaped[to++] = reference[index] as number;
    }
  }
  return escaped.toString(isAscii(escaped) ? "latin1" : "utf8");
}

/** True for the last byte of U+FFFE and U+FFFF, EF BF BE and EF BF BF; U+FFFD is EF BF BD. */
function isNoCharacter(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at];
  return (byte === 0xbe || byte === 0xbf) && bytes[at - 1] === 0xbf && bytes[at - 2] === 0xef;
}
