/**
 * Concise Binary Object Representation (RFC 8949), as far as AWS's protocols use it: bytes to plain
 * values of the kind that JSON has, and answers to bytes by their description. Pure.
 *
 * Own code and no library: those that there are read what their own server sends. They make texts of
 * 2^28 digits of ten bytes, or go down as many levels as a client likes; and they write a double that is
 * whole as an integer, which AWS's clients may not take. What is read here is bounded in levels and
 * in values, and room is made for nothing but what the bytes have.
 */
import { isUtf8 } from "node:buffer";
import { type Loose, type Members, malformed, type Shape } from "../wire/schema.ts";

/** A query of GetMetricData goes down to nine. */
const levelsMax = 32;
/** Five hundred queries have some 10,000. */
const valuesMax = 50_000;

const majorTag = 6;
const majorSimple = 7;
const indefinite = 31;
const stop = 0xff;
const tagMoment = 1;

/** The value that the bytes are; throws MalformedInput for others. A moment is its number of seconds. */
export function readCbor(bytes: Buffer): unknown {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (reader.isAtEnd) return value;
  throw malformed("The request body", "one value of CBOR");
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;
  #values = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  value(level: number): unknown {
    this.#values += 1;
    if (level > levelsMax)
      throw malformed("The request body", `CBOR of at most ${levelsMax} levels`);
    if (this.#values > valuesMax) {
      throw malformed("The request body", `CBOR of at most ${valuesMax} values`);
    }
    const head = this.#byte();
    const major = head >> 5;
    const minor = head & 0x1f;
    if (major === majorSimple) return this.#simple(minor);
    switch (major) {
      case 0:
        return this.#count(minor);
      case 1:
        return -1 - this.#count(minor);
      case 2:
        return this.#string(major, minor).toString("base64");
      case 3:
        return this.#text(minor);
      case 4:
        return this.#list(minor, level);
      case 5:
        return this.#map(minor, level);
      default:
        return this.#tagged(minor, level);
    }
  }

  /** All tags but that of a moment say what a value means to somebody else. */
  #tagged(minor: number, level: number): unknown {
    const tag = this.#count(minor);
    const value = this.value(level + 1);
    if (tag === tagMoment && typeof value !== "number") {
      throw malformed("A moment", "a number of seconds since 1970");
    }
    return value;
  }

  #list(minor: number, level: number): unknown[] {
    const list: unknown[] = [];
    this.#each(minor, () => list.push(this.value(level + 1)));
    return list;
  }

  /** Without a prototype, because the keys are the client's. */
  #map(minor: number, level: number): Loose {
    const map: Record<string, unknown> = Object.create(null);
    this.#each(minor, () => {
      const head = this.#byte();
      if (head >> 5 !== 3) throw malformed("A key of CBOR", "a text");
      const key = this.#text(head & 0x1f);
      map[key] = this.value(level + 1);
    });
    return map;
  }

  /** Calls for each element; more than the bytes have end at the last byte. */
  #each(minor: number, take: () => void): void {
    if (minor === indefinite) {
      while (this.#bytes[this.#at] !== stop) take();
      this.#at += 1;
      return;
    }
    const count = this.#count(minor);
    for (let index = 0; index < count; index++) take();
  }

  #text(minor: number): string {
    const bytes = this.#string(3, minor);
    if (!isUtf8(bytes)) throw malformed("A text of CBOR", "UTF-8");
    return bytes.toString("utf8");
  }

  /** Of one piece, or of several until a stop. */
  #string(major: number, minor: number): Buffer {
    if (minor !== indefinite) return this.#piece(minor);
    const pieces: Buffer[] = [];
    while (this.#bytes[this.#at] !== stop) {
      const head = this.#byte();
      if (head >> 5 !== major || (head & 0x1f) === indefinite) {
        throw malformed("A string of CBOR", "of pieces of its own kind");
      }
      pieces.push(this.#piece(head & 0x1f));
    }
    this.#at += 1;
    return Buffer.concat(pieces);
  }

  #piece(minor: number): Buffer {
    const length = this.#count(minor);
    this.#check(length);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** What the low five bits of a head say, or the bytes behind it. */
  #count(minor: number): number {
    if (minor < 24) return minor;
    if (minor === 24) return this.#byte();
    const at = this.#at;
    const bytes = 2 ** (minor - 24);
    if (minor > 27) throw malformed("A head of CBOR", "one that there is");
    this.#check(bytes);
    this.#at += bytes;
    if (bytes === 2) return this.#bytes.readUInt16BE(at);
    if (bytes === 4) return this.#bytes.readUInt32BE(at);
    return Number(this.#bytes.readBigUInt64BE(at));
  }

  #simple(minor: number): unknown {
    if (minor === 20 || minor === 21) return minor === 21;
    if (minor === 22 || minor === 23) return null;
    const at = this.#at;
    const bytes = 2 ** (minor - 24);
    if (minor < 25 || minor > 27) throw malformed("A simple value of CBOR", "one that there is");
    this.#check(bytes);
    this.#at += bytes;
    if (bytes === 2) return half(this.#bytes.readUInt16BE(at));
    return bytes === 4 ? this.#bytes.readFloatBE(at) : this.#bytes.readDoubleBE(at);
  }

  #byte(): number {
    this.#check(1);
    return this.#bytes[this.#at++] as number;
  }

  #check(bytes: number): void {
    if (bytes <= this.#bytes.length - this.#at) return;
    throw malformed("The request body", "whole: it ends in the middle of a value of CBOR");
  }
}

/** A floating-point number of 16 bits. */
function half(word: number): number {
  const sign = word & 0x8000 ? -1 : 1;
  const exponent = (word >> 10) & 0x1f;
  const fraction = word & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1_024) * 2 ** (exponent - 15);
}

/** An answer of that description; what is absent is left out. */
export function writeCbor(members: Members, value: Loose): Buffer {
  const pieces: Buffer[] = [];
  writeMembers(pieces, members, value);
  return Buffer.concat(pieces);
}

function writeMembers(pieces: Buffer[], members: Members, value: Loose): void {
  const present = Object.entries(members).filter(([name]) => value[name] !== undefined);
  pieces.push(head(5, present.length));
  for (const [name, shape] of present) {
    writeText(pieces, name);
    writeValue(pieces, shape, value[name]);
  }
}

function writeValue(pieces: Buffer[], shape: Shape, value: unknown): void {
  switch (shape.type) {
    case "structure":
      writeMembers(pieces, shape.members, value as Loose);
      return;
    case "list": {
      const items = value as readonly unknown[];
      pieces.push(head(4, items.length));
      for (const item of items) writeValue(pieces, shape.of, item);
      return;
    }
    case "timestamp":
      pieces.push(head(majorTag, tagMoment), double(value as number));
      return;
    case "double":
      pieces.push(double(value as number));
      return;
    case "string":
      writeText(pieces, value as string);
      return;
    default:
      throw new Error(`No answer in CBOR has a ${shape.type}.`);
  }
}

function writeText(pieces: Buffer[], text: string): void {
  const bytes = Buffer.from(text);
  pieces.push(head(3, bytes.length), bytes);
}

function double(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(9);
  bytes[0] = (majorSimple << 5) | 27;
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

function head(major: number, count: number): Buffer {
  if (count < 24) return Buffer.of((major << 5) | count);
  if (count < 2 ** 8) return Buffer.of((major << 5) | 24, count);
  const bytes = Buffer.allocUnsafe(count < 2 ** 16 ? 3 : 5);
  bytes[0] = (major << 5) | (count < 2 ** 16 ? 25 : 26);
  if (count < 2 ** 16) bytes.writeUInt16BE(count, 1);
  else bytes.writeUInt32BE(count, 1);
  return bytes;
}
