/**
 * The fields of a form (application/x-www-form-urlencoded), from a body or behind a URL's question
 * mark, as a tree: the dots in a field's name are its levels. Pure; knows nothing of SQS.
 *
 * Broken percent signs and broken UTF-8 are refused, because decoding them kindly would store what
 * nobody sent. Of a field that comes twice the last counts. Cost: one pass over the bytes, which
 * counts what the values have, and a node a level; a value is decoded when it is asked for, and
 * becomes text then. The numbers of fields and levels are bounded, and nothing here looks further
 * than to the end of its field, since any client may send any bytes.
 */
import { isUtf8 } from "node:buffer";
import { malformed } from "../wire/schema.ts";
import { partBytes } from "./parts.ts";

const nothing: ReadonlyMap<string, FormNode> = new Map();

/** One level of a name: the text of the field that ends here, and the levels below. */
export class FormNode {
  /** Made with the first level below. */
  #below: Map<string, FormNode> | undefined;
  /** The values as they came, until they are decoded. */
  #encoded: Buffer[] | undefined;
  /** UTF-8 that was checked. */
  #bytes: Buffer | undefined;

  get below(): ReadonlyMap<string, FormNode> {
    return this.#below ?? nothing;
  }

  /** Throws MalformedInput for a value that can't be decoded. */
  get text(): string | undefined {
    this.check();
    return this.#bytes?.toString("utf8");
  }

  add(name: string): FormNode {
    const node = new FormNode();
    this.#below ??= new Map();
    this.#below.set(name, node);
    return node;
  }

  write(encoded: Buffer): void {
    this.#encoded ??= [];
    this.#encoded.push(encoded);
  }

  /** Decodes what was written. Throws MalformedInput where that can't be. */
  check(): void {
    if (this.#encoded === undefined) return;
    for (const encoded of this.#encoded) this.#bytes = decode(encoded);
    this.#encoded = undefined;
  }
}

export interface Form {
  readonly fields: FormNode;
  /** How many bytes the values of the fields have once they are decoded. */
  readonly contentBytes: number;
  /** Throws MalformedInput for a value that can't be decoded, whether anybody knows its name or not. */
  check(): void;
}

/** A batch of ten messages with ten attributes each has some 500. */
const fieldsMax = 10_000;
/** Levels of all names together, each counted once: a field of a list that is long adds one or two. */
const nodesMax = 20_000;
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
  const tree = new Tree();
  for (const bytes of forms) {
    for (let from = 0; from < bytes.length; ) {
      const found = bytes.indexOf(ampersand, from);
      const end = found < 0 ? bytes.length : found;
      tree.addField(bytes.subarray(from, end));
      from = end + 1;
    }
  }
  return tree;
}

class Tree implements Form {
  readonly fields = new FormNode();
  contentBytes = 0;
  readonly #written: FormNode[] = [];
  #count = 0;
  #nodes = 0;

  check(): void {
    for (const node of this.#written) node.check();
  }

  addField(field: Buffer): void {
    this.#count += 1;
    if (this.#count > fieldsMax) throw malformed("The form", `one of at most ${fieldsMax} fields`);
    const found = field.indexOf(equals);
    const end = found < 0 ? field.length : found;
    // What SQS knows is neither so long nor so deep, and what it does not know is ignored.
    if (end > nameBytesMax) return;
    const levels = decode(field.subarray(0, end))
      .toString("utf8")
      .split(".", levelsMax + 1);
    if (levels.length > levelsMax) return;
    const value = field.subarray(end + 1);
    const node = this.#find(levels);
    node.write(value);
    this.#written.push(node);
    this.contentBytes += decodedBytes(value);
  }

  #find(levels: readonly string[]): FormNode {
    let node = this.fields;
    for (const level of levels) {
      const below = node.below.get(level);
      if (below === undefined) this.#nodes += 1;
      if (this.#nodes > nodesMax) {
        throw malformed("The form", `one whose names have at most ${nodesMax} levels in all`);
      }
      node = below ?? node.add(level);
    }
    return node;
  }
}

/** As many as `decode` gives, of what can be decoded. */
function decodedBytes(encoded: Buffer): number {
  const first = encoded.indexOf(percent);
  if (first < 0) return encoded.length;
  let percents = 0;
  for (let from = first; from < encoded.length; from += partBytes) {
    percents += percentsIn(encoded, from, Math.min(from + partBytes, encoded.length));
  }
  return Math.max(0, encoded.length - 2 * percents);
}

function percentsIn(encoded: Buffer, from: number, end: number): number {
  let percents = 0;
  for (let at = from; at < end; at++) {
    if (encoded[at] !== percent) continue;
    percents += 1;
    at += 2;
  }
  return percents;
}

/** The same bytes where nothing is encoded, a copy otherwise; they are UTF-8. */
function decode(encoded: Buffer): Buffer {
  const isPlain = encoded.indexOf(percent) < 0 && encoded.indexOf(plus) < 0;
  const bytes = isPlain ? encoded : decodeBytes(encoded);
  if (!isUtf8(bytes)) throw notUtf8();
  return bytes;
}

function decodeBytes(encoded: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(decodedBytes(encoded));
  let at = 0;
  for (let to = 0; to < bytes.length; to += partBytes) {
    at = decodePart(encoded, at, bytes.subarray(to, to + partBytes));
  }
  // What was counted is less where percent signs are broken.
  if (at !== encoded.length) throw notUtf8();
  return bytes;
}

/** Fills `bytes`; returns where it has come to in what is encoded. */
function decodePart(encoded: Buffer, from: number, bytes: Buffer): number {
  let at = from;
  for (let to = 0; to < bytes.length; to++) {
    let byte = encoded[at++] as number;
    if (byte === plus) byte = space;
    else if (byte === percent) {
      if (at + 2 > encoded.length) throw notUtf8();
      byte = (digitAt(encoded, at) << 4) | digitAt(encoded, at + 1);
      if (byte < 0) throw notUtf8();
      at += 2;
    }
    bytes[to] = byte;
  }
  return at;
}

/** Below 0 for what is no digit, also after a shift and in a disjunction. */
function digitAt(bytes: Buffer, at: number): number {
  return digits[bytes[at] as number] as number;
}

function notUtf8(): Error {
  return malformed("A field of the form", "percent-encoded UTF-8");
}
