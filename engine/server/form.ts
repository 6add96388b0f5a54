/**
 * The fields of a form (application/x-www-form-urlencoded), from a body or behind a URL's question
 * mark, as a tree: the dots in a field's name are its levels. Pure; knows nothing of SQS.
 *
 * Broken percent signs and broken UTF-8 are refused, because decoding them kindly would store what
 * nobody sent. Of a field that comes twice the last counts. Cost: one pass over the bytes and a
 * node a level; a value becomes text when it is asked for. The numbers of fields and levels are
 * bounded, and nothing here looks further than to the end of its field, since any client may send
 * any bytes.
 */
import { isUtf8 } from "node:buffer";
import { malformed } from "./schema.ts";

/** One level of a name: the text of the field that ends here, and the levels below. */
export class FormNode {
  readonly below = new Map<string, FormNode>();
  /** UTF-8 that was checked. */
  #bytes: Buffer | undefined;

  get text(): string | undefined {
    return this.#bytes?.toString("utf8");
  }

  /** The level of that name below this one; made when there is none. */
  descend(name: string): FormNode {
    let node = this.below.get(name);
    if (node === undefined) {
      node = new FormNode();
      this.below.set(name, node);
    }
    return node;
  }

  write(bytes: Buffer): void {
    this.#bytes = bytes;
  }
}

export interface Form {
  readonly fields: FormNode;
  /** How many bytes the values of the fields have, decoded. */
  readonly contentBytes: number;
}

/** A batch of ten messages with ten attributes each has some 500. */
const fieldsMax = 10_000;
/** `Entries.member.1.MessageAttributes.entry.1.Value.StringListValues.member.1` has ten. */
const levelsMax = 10;
/** No name that SQS knows has a quarter of that. */
const nameBytesMax = 512;

const ampersand = 0x26;
const equals = 0x3d;
const percent = 0x25;
const plus = 0x2b;
const space = 0x20;

/** What a byte is worth as a hexadecimal digit; -1 for others. */
const digits = new Int8Array(256).fill(-1);
for (let value = 0; value < 16; value++) {
  const digit = value.toString(16);
  digits[digit.charCodeAt(0)] = value;
  digits[digit.toUpperCase().charCodeAt(0)] = value;
}

/** The fields of all forms in one tree; those of later forms count. */
export function parseForm(...forms: readonly Buffer[]): Form {
  const fields = new FormNode();
  let count = 0;
  let contentBytes = 0;
  for (const bytes of forms) {
    for (let from = 0; from < bytes.length; ) {
      const found = bytes.indexOf(ampersand, from);
      const end = found < 0 ? bytes.length : found;
      count += 1;
      if (count > fieldsMax) throw malformed("The form", `one of at most ${fieldsMax} fields`);
      contentBytes += addField(fields, bytes.subarray(from, end));
      from = end + 1;
    }
  }
  return { fields, contentBytes };
}

/** Returns how many bytes the field's value has. */
function addField(root: FormNode, field: Buffer): number {
  const found = field.indexOf(equals);
  const end = found < 0 ? field.length : found;
  // What SQS knows is neither so long nor so deep, and what it does not know is ignored.
  if (end > nameBytesMax) return 0;
  const levels = decode(field.subarray(0, end))
    .toString("utf8")
    .split(".", levelsMax + 1);
  if (levels.length > levelsMax) return 0;
  let node = root;
  for (const level of levels) node = node.descend(level);
  const value = decode(field.subarray(end + 1));
  node.write(value);
  return value.length;
}

/** The same bytes where nothing is encoded, a copy otherwise; they are UTF-8. */
function decode(encoded: Buffer): Buffer {
  const isPlain = encoded.indexOf(percent) < 0 && encoded.indexOf(plus) < 0;
  const bytes = isPlain ? encoded : decodeBytes(encoded);
  if (!isUtf8(bytes)) throw notUtf8();
  return bytes;
}

function decodeBytes(encoded: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(encoded.length);
  let length = 0;
  for (let at = 0; at < encoded.length; at++) {
    let byte = encoded[at] as number;
    if (byte === plus) byte = space;
    else if (byte === percent) {
      if (at + 2 >= encoded.length) throw notUtf8();
      byte = (digitAt(encoded, at + 1) << 4) | digitAt(encoded, at + 2);
      if (byte < 0) throw notUtf8();
      at += 2;
    }
    bytes[length++] = byte;
  }
  return bytes.subarray(0, length);
}

/** Below 0 for what is no digit, also after a shift and in a disjunction. */
function digitAt(bytes: Buffer, at: number): number {
  return digits[bytes[at] as number] as number;
}

function notUtf8(): Error {
  return malformed("A field of the form", "percent-encoded UTF-8");
}
