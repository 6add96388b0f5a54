/**
 * Bodies that say who sent them and which they are, and whether they came as they went. A body is an
 * id, check digits for it, and filler that is the same for all of a size, so that every byte of it is
 * known to whoever reads the id. Making and reading one costs some tens of nanoseconds, which are part
 * of every figure: a program makes and reads its bodies, too.
 *
 * Texts: two digits (hexadecimal, as all) for the producer, eight for the number, in the order
 * producer, high six, two check digits, low two, filler. Bytes: the same in binary.
 */
import type { MessageBatchShape } from "../../engine/index.ts";

export type BodyKind = "text" | "bytes";

/** An id of its own a producer, a number of its own a message: 0 to 2^32 - 1. */
export const PRODUCERS_MAX = 256;
export const BODY_BYTES_MIN = 16;

const ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";
const TEXT_HEAD = 12;
/** Texts up to here have their tail ready for each low digit; 256 longer ones would fill the memory. */
const TAILED_BYTES_MAX = 4096;
const BYTES_HEAD = 6;
/** Below this a loop is faster than a call. */
const LOOP_BYTES_MAX = 128;

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

/** Eight bits that change with any bit of an id. */
function checkOf(producer: number, high: number): number {
  let mixed = Math.imul(producer ^ Math.imul(high + 1, 0x9e3779b1), 0x85ebca6b);
  mixed ^= mixed >>> 15;
  return (mixed ^ (mixed >>> 8)) & 0xff;
}

/** Flat: what is joined again for each message costs more. */
function flat(text: string): string {
  return Buffer.from(text).toString("latin1");
}

function fillerOf(bytes: number): string {
  return flat(ALPHABET.repeat(Math.ceil(bytes / ALPHABET.length)).slice(0, bytes));
}

/** What stands behind an id's head, by the low digits. */
function tailsOf(filler: string): readonly string[] {
  return Array.from({ length: 256 }, (_, low) => {
    const digits = hex(low, 2);
    return filler.length > TAILED_BYTES_MAX ? digits : flat(digits + filler);
  });
}

export class BodyMaker {
  readonly #producer: number;
  readonly #tails: readonly string[];
  /** Behind the tail of a long text. */
  readonly #rest: string;
  readonly #buffers: readonly Buffer[];
  #high = -1;
  #head = "";
  #next = 0;

  /** @param batch how many bodies are in use at one time. */
  constructor(kind: BodyKind, bytes: number, producer: number, batch: number) {
    this.#producer = producer;
    const isText = kind === "text";
    const filler = fillerOf(bytes - (isText ? TEXT_HEAD : BYTES_HEAD));
    this.#tails = isText ? tailsOf(filler) : [];
    this.#rest = filler.length > TAILED_BYTES_MAX ? filler : "";
    const bytesOf = () => Buffer.concat([Buffer.alloc(BYTES_HEAD), Buffer.from(filler)]);
    this.#buffers = Array.from({ length: isText ? 0 : batch }, bytesOf);
  }

  /** The body of that number; bytes are valid until `batch` more were made. */
  make(number: number): string | Buffer {
    const low = number & 0xff;
    const high = (number - low) / 0x100;
    if (this.#buffers.length === 0) {
      if (high !== this.#high) {
        this.#high = high;
        const check = checkOf(this.#producer, high);
        this.#head = hex(this.#producer, 2) + hex(high, 6) + hex(check, 2);
      }
      const short = this.#head + (this.#tails[low] as string);
      return this.#rest === "" ? short : short + this.#rest;
    }
    const buffer = this.#buffers[this.#next] as Buffer;
    this.#next = (this.#next + 1) % this.#buffers.length;
    buffer[0] = this.#producer;
    buffer[1] = high >>> 16;
    buffer[2] = high >>> 8;
    buffer[3] = high;
    buffer[4] = checkOf(this.#producer, high);
    buffer[5] = low;
    return buffer;
  }
}

/** What no digit is, so that a wrong one shows among the bits of all. */
const NO_DIGIT = 0x80;

const DIGITS = Uint8Array.from({ length: 128 }, (_, code) => {
  const at = "0123456789abcdef".indexOf(String.fromCharCode(code));
  return at < 0 ? NO_DIGIT : at;
});

function digit(text: string, at: number): number {
  return DIGITS[text.charCodeAt(at)] ?? NO_DIGIT;
}

/** Reads a body's id into its fields; a reader for each thread. */
export class BodyReader {
  producer = 0;
  number = 0;
  /** Whether every byte is what the id says. */
  isIntact = true;
  readonly #tails: readonly string[];
  readonly #rest: string;
  readonly #filler: Buffer;
  readonly #bytes: number;
  readonly #isText: boolean;

  constructor(kind: BodyKind, bytes: number) {
    this.#isText = kind === "text";
    this.#bytes = bytes;
    const filler = fillerOf(bytes - (this.#isText ? TEXT_HEAD : BYTES_HEAD));
    this.#filler = Buffer.from(filler);
    this.#tails = this.#isText ? tailsOf(filler) : [];
    this.#rest = filler.length > TAILED_BYTES_MAX ? filler : "";
  }

  readFrom(batch: MessageBatchShape, index: number): void {
    if (this.#isText) this.readText(batch.body(index));
    else this.readBytes(batch.view(index));
  }

  readMessage(message: { readonly body: string; readonly bytes: Uint8Array }): void {
    if (this.#isText) this.readText(message.body);
    else this.readBytes(message.bytes);
  }

  readText(text: string): void {
    let high = 0;
    let seen = 0;
    for (let at = 2; at < 8; at++) {
      const one = digit(text, at);
      seen |= one;
      high = (high << 4) | (one & 0xf);
    }
    const producer = (digit(text, 0) << 4) | digit(text, 1);
    const check = (digit(text, 8) << 4) | digit(text, 9);
    const low = ((digit(text, 10) & 0xf) << 4) | (digit(text, 11) & 0xf);
    this.producer = producer & 0xff;
    this.number = high * 0x100 + low;
    this.isIntact =
      seen < NO_DIGIT &&
      producer <= 0xff &&
      check === checkOf(producer, high) &&
      this.#isTail(text, low);
  }

  #isTail(text: string, low: number): boolean {
    if (this.#rest === "") return text.slice(TEXT_HEAD - 2) === this.#tails[low];
    const digits = text.slice(TEXT_HEAD - 2, TEXT_HEAD);
    return digits === this.#tails[low] && text.slice(TEXT_HEAD) === this.#rest;
  }

  readBytes(body: Uint8Array): void {
    const high = ((body[1] as number) << 16) | ((body[2] as number) << 8) | (body[3] as number);
    this.producer = body[0] as number;
    this.number = high * 0x100 + (body[5] as number);
    this.isIntact =
      body.length === this.#bytes &&
      body[4] === checkOf(this.producer, high) &&
      this.#isFiller(body);
  }

  #isFiller(body: Uint8Array): boolean {
    const filler = this.#filler;
    if (body.length > LOOP_BYTES_MAX) return filler.compare(body, BYTES_HEAD) === 0;
    for (let at = BYTES_HEAD; at < body.length; at++) {
      if (body[at] !== filler[at - BYTES_HEAD]) return false;
    }
    return true;
  }
}
