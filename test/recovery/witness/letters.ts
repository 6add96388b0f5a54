/**
 * Messages that carry everything a message can, and the book of what each was sent with. The book
 * is written before the engine commits, from the next sequence of the queue, so it also knows what
 * a send that was cut short may have published. Receiving compares every byte and field with it.
 * One thread sends to a queue at a time, or the sequences would not be known beforehand.
 */
import * as layout from "../../../assembly/layout.ts";
import type { QueueNumbers, Receipt, Sections } from "../../model/history/sections.ts";
import type { HandExports } from "../kills/hand.ts";

interface Exports extends HandExports {
  read(thread: number, index: number, offset: number, bytes: number, to: number): number;
  discard(thread: number, count: number): void;
}

/** The parts before the body, in their order: the send and receive record's field of each. */
const PARTS = [
  ["group", layout.SEND_GROUP_BYTES, layout.RECEIVE_GROUP_BYTES],
  ["deduplication", layout.SEND_DEDUPLICATION_BYTES, layout.RECEIVE_DEDUPLICATION_BYTES],
  ["trace", layout.SEND_TRACE_BYTES, layout.RECEIVE_TRACE_BYTES],
  ["sender", layout.SEND_SENDER_BYTES, layout.RECEIVE_SENDER_BYTES],
] as const;

interface Letter {
  readonly sentAt: number;
  readonly flags: number;
  /** Bytes of the parts, then of the attributes. */
  readonly sizes: readonly number[];
  readonly bodyBytes: number;
  /** All parts, attributes and body, back to back. */
  readonly content: Uint8Array;
  /** As the send record told its sender. */
  birth: number;
}

/** The last content of each number: scene after scene begins with the same letters. */
const contents = new Map<number, Uint8Array>();

/** Bytes that follow from number and place; nobody changes them. */
function contentOf(number: number, bytes: number): Uint8Array {
  const known = contents.get(number);
  if (known?.length === bytes) return known;
  const content = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at++) {
    content[at] = (Math.imul(number + 1, 0x9e3779b1) + Math.imul(at, 0x85ebca6b)) >>> 24;
  }
  contents.set(number, content);
  return content;
}

/** Every other letter is a body alone, which the engine takes a shorter way. */
function write(number: number, bodyBytes: number, sentAt: number): Letter {
  const isPlain = number % 2 === 0;
  const sizes = isPlain ? [0, 0, 0, 0, 0] : [8, 7 + (number % 20), 35, 13, 60 + (number % 50)];
  const before = sizes.reduce((sum, size) => sum + size);
  const content = contentOf(number, before + bodyBytes);
  const flags = number % 3 === 0 ? layout.BODY_TEXT : layout.BODY_TEXT | layout.BODY_ASCII;
  return { sentAt, flags, sizes, bodyBytes, content, birth: 0 };
}

/** One thread's records, as a sender and receiver of letters sees them. */
class Desk {
  readonly engine: Exports;
  readonly thread: number;
  readonly bytes: Uint8Array;
  readonly #u16: Uint16Array;
  readonly #u32: Uint32Array;
  readonly #f64: Float64Array;
  readonly area: number;

  constructor(sections: Sections) {
    const { buffer } = sections.share.memory;
    this.engine = sections.engine as unknown as Exports;
    this.thread = sections.thread;
    this.bytes = new Uint8Array(buffer);
    this.#u16 = new Uint16Array(buffer);
    this.#u32 = new Uint32Array(buffer);
    this.#f64 = new Float64Array(buffer);
    this.area = sections.header(layout.HEADER_THREADS_BASE) + sections.thread * layout.THREAD_BYTES;
  }

  word(at: number): number {
    return this.#u32[at >> 2] as number;
  }

  half(at: number): number {
    return this.#u16[at >> 1] as number;
  }

  double(at: number): number {
    return this.#f64[at >> 3] as number;
  }

  long(at: number): number {
    return this.word(at) + this.word(at + 4) * 2 ** 32;
  }

  send(index: number): number {
    return this.area + layout.THREAD_SENDS + index * layout.SEND_BYTES;
  }

  received(index: number): number {
    return this.area + layout.THREAD_RECEIVES + index * layout.RECEIVE_BYTES;
  }

  fillRecord(index: number, { flags, sizes, bodyBytes }: Letter, delayMs: number): void {
    const record = this.send(index);
    this.#u32[(record + layout.SEND_BODY_BYTES) >> 2] = bodyBytes;
    this.#u32[(record + layout.SEND_ATTRIBUTES_BYTES) >> 2] = sizes[4] ?? 0;
    this.#u32[(record + layout.SEND_FLAGS) >> 2] = flags;
    this.#f64[(record + layout.SEND_DELAY_MS) >> 3] = delayMs;
    PARTS.forEach(([, field], part) => {
      this.#u16[(record + field) >> 1] = sizes[part] ?? 0;
    });
  }

  fillContent(index: number, { content }: Letter): void {
    for (let offset = 0; offset < content.length; offset += layout.THREAD_STAGING_BYTES) {
      const piece = content.subarray(offset, offset + layout.THREAD_STAGING_BYTES);
      this.bytes.set(piece, this.area + layout.THREAD_STAGING);
      this.engine.write(this.thread, index, offset, piece.length);
    }
  }

  /** Where in the buffer a received content lies; undefined when it must be read in pieces. */
  gatheredAt(index: number): number | undefined {
    const offset = this.word(this.received(index) + layout.RECEIVE_OFFSET);
    return offset === layout.CONTENT_NOT_GATHERED >>> 0 ? undefined : offset;
  }

  /** The content of a received record, until the next call; undefined when the engine dropped it. */
  contentOf(index: number, bytes: number): Uint8Array | undefined {
    const offset = this.gatheredAt(index);
    const buffer = this.area + layout.THREAD_BUFFER;
    if (offset !== undefined) return this.bytes.subarray(buffer + offset, buffer + offset + bytes);
    const content = new Uint8Array(bytes);
    for (let at = 0; at < bytes; at += layout.THREAD_BUFFER_BYTES) {
      const part = Math.min(layout.THREAD_BUFFER_BYTES, bytes - at);
      if (this.engine.read(this.thread, index, at, part, 0) !== part) return undefined;
      content.set(this.bytes.subarray(buffer, buffer + part), at);
    }
    return content;
  }
}

export class Letters {
  readonly #book = new Map<string, Letter>();
  #number = 0;

  /** Sends letters with bodies of these sizes; how many the queue took. */
  send(
    from: Sections,
    to: QueueNumbers,
    bodies: readonly number[],
    delayMs: number,
    now: number,
  ): number {
    const desk = new Desk(from);
    const letters: Letter[] = [];
    for (const bodyBytes of bodies) {
      const letter = write(this.#number++, bodyBytes, now);
      desk.fillRecord(letters.length, letter, delayMs);
      if (desk.engine.prepare(desk.thread, letters.length, now) !== 0) break;
      desk.fillContent(letters.length, letter);
      letters.push(letter);
    }
    this.#enter(from, to, letters);
    try {
      const { queue, incarnation } = to;
      return desk.engine.commit(desk.thread, queue, incarnation, letters.length, now);
    } finally {
      this.#seal(desk, letters);
    }
  }

  /** As `send`, by the engine's one call that prepares, copies and commits. */
  sendAtOnce(from: Sections, to: QueueNumbers, bodies: readonly number[], now: number): number {
    const desk = new Desk(from);
    const letters = bodies.map((bodyBytes) => write(this.#number++, bodyBytes, now));
    let at = desk.area + layout.THREAD_STAGING;
    letters.forEach((letter, index) => {
      desk.fillRecord(index, letter, -1);
      desk.bytes.set(letter.content, at);
      at += letter.content.length;
    });
    this.#enter(from, to, letters);
    try {
      return desk.engine.send(desk.thread, to.queue, to.incarnation, letters.length, now);
    } finally {
      this.#seal(desk, letters);
    }
  }

  #enter(from: Sections, { queue }: QueueNumbers, letters: readonly Letter[]): void {
    const next = from.shard(queue, layout.SHARD_SEQUENCE) + 1;
    letters.forEach((letter, index) => {
      this.#book.set(`${queue} ${next + index}`, letter);
    });
  }

  #seal(desk: Desk, letters: readonly Letter[]): void {
    letters.forEach((letter, index) => {
      letter.birth = desk.long(desk.send(index) + layout.SEND_BIRTH);
    });
  }

  /** When a message was sent; undefined for one that the book does not know. */
  sentAt({ queue }: QueueNumbers, sequence: number): number | undefined {
    return this.#book.get(`${queue} ${sequence}`)?.sentAt;
  }

  /** Receives up to `most`, ten at the most; throws where one carries anything but what it was sent with. */
  receive(
    by: Sections,
    from: QueueNumbers,
    visibilityMs: number,
    now: number,
    most = 10,
  ): Receipt[] {
    const desk = new Desk(by);
    const { queue, incarnation } = from;
    const got = desk.engine.receive(desk.thread, queue, incarnation, most, visibilityMs, now);
    const indices = Array.from({ length: Math.max(0, got) }, (_, index) => index);
    // Contents that were gathered come first: reading the others overwrites them.
    const isGathered = (index: number): boolean => desk.gatheredAt(index) !== undefined;
    for (const index of indices.filter(isGathered)) this.#expectSent(desk, queue, index);
    for (const index of indices.filter((at) => !isGathered(at))) {
      this.#expectSent(desk, queue, index);
    }
    return indices.map((index) => ({
      sequence: desk.long(desk.received(index) + layout.RECEIVE_SEQUENCE),
      slot: desk.word(desk.received(index) + layout.RECEIVE_SLOT),
      count: desk.word(desk.received(index) + layout.RECEIVE_COUNT),
    }));
  }

  #expectSent(desk: Desk, queue: number, index: number): void {
    const sequence = desk.long(desk.received(index) + layout.RECEIVE_SEQUENCE);
    const letter = this.#book.get(`${queue} ${sequence}`);
    const difference = letter === undefined ? "nobody sent it" : differenceOf(desk, index, letter);
    if (difference !== undefined) throw new Error(`message ${sequence}: ${difference}`);
  }
}

/** How a received message differs from what was sent; undefined when in nothing. */
function differenceOf(desk: Desk, index: number, letter: Letter): string | undefined {
  const record = desk.received(index);
  const fields: [name: string, is: number, was: number][] = [
    ["body bytes", desk.word(record + layout.RECEIVE_BODY_BYTES), letter.bodyBytes],
    ["attribute bytes", desk.word(record + layout.RECEIVE_ATTRIBUTES_BYTES), letter.sizes[4] ?? 0],
    ["flags", desk.word(record + layout.RECEIVE_FLAGS), letter.flags],
    ["birth", desk.long(record + layout.RECEIVE_BIRTH), letter.birth],
    ["moment of sending", desk.double(record + layout.RECEIVE_SENT_AT), letter.sentAt],
    ["source", desk.word(record + layout.RECEIVE_SOURCE), 0],
  ];
  PARTS.forEach(([name, , field], part) => {
    fields.push([`${name} bytes`, desk.half(record + field), letter.sizes[part] ?? 0]);
  });
  for (const [name, is, was] of fields) if (is !== was) return `${name} ${is} instead of ${was}`;
  const content = desk.contentOf(index, letter.content.length);
  if (content === undefined) return "its content could not be read";
  if (Buffer.compare(content, letter.content) === 0) return undefined;
  return `byte ${content.findIndex((byte, at) => byte !== letter.content[at])} is another`;
}
