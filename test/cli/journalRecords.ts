/** Entries of messages as the engine writes them, for journals that tests make by hand. */
import {
  LOG_HEAD,
  LOG_HOWS,
  LOG_KINDS,
  LOG_MESSAGE,
  LOG_PART,
  LOG_RECORD,
  LOG_RECORD_BYTES,
  LOG_STATES,
  LOG_VALUE,
} from "../../bindings/index.ts";

class Made {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(kind: number, length: number, count = 0) {
    this.bytes = new Uint8Array(Math.ceil(length / 8) * 8);
    this.#view = new DataView(this.bytes.buffer);
    this.#view.setUint32(LOG_HEAD.bytes, this.bytes.length, true);
    this.#view.setUint8(LOG_HEAD.kind, kind);
    this.#view.setUint8(LOG_HEAD.count, count);
  }

  word(at: number, value: number): this {
    this.#view.setUint32(at, value, true);
    return this;
  }

  short(at: number, value: number): this {
    this.#view.setUint16(at, value, true);
    return this;
  }

  wide(at: number, value: number): this {
    this.#view.setBigUint64(at, BigInt(value), true);
    return this;
  }
}

/** Begins what is said of a queue: it did `operation` things, and gave sequences up to `sequence`. */
export function part(
  shard: number,
  incarnation: number,
  operation: number,
  sequence: number,
): Uint8Array {
  return new Made(LOG_KINDS.part, LOG_PART.size)
    .word(LOG_PART.shard, shard)
    .word(LOG_PART.incarnation, incarnation)
    .wide(LOG_PART.operation, operation)
    .wide(LOG_PART.sequence, sequence).bytes;
}

export function message(sequence: number, how: keyof typeof LOG_HOWS = "sent"): Uint8Array {
  return new Made(LOG_KINDS.message, LOG_MESSAGE.size + 5)
    .word(LOG_MESSAGE.slot, sequence)
    .word(LOG_MESSAGE.state, LOG_STATES.ready)
    .wide(LOG_MESSAGE.sequence, sequence)
    .wide(LOG_MESSAGE.birth, sequence)
    .word(LOG_MESSAGE.bodyBytes, 5)
    .short(LOG_MESSAGE.how, LOG_HOWS[how]).bytes;
}

/** What happened to messages of these sequences. */
export function happened(
  kind: "received" | "removed" | "hidden" | "departed",
  ...sequences: number[]
): Uint8Array {
  const recordBytes = LOG_RECORD_BYTES[kind];
  const length = LOG_HEAD.size + sequences.length * recordBytes;
  const made = new Made(LOG_KINDS[kind], length, sequences.length);
  for (const [index, sequence] of sequences.entries()) {
    made.wide(LOG_HEAD.size + index * recordBytes + LOG_RECORD.sequence, sequence);
  }
  return made.bytes;
}

/** A cut, or the beginning or the end of a shard that is stated again. */
export function said(kind: "cut" | "resync" | "resynced", sequence: number): Uint8Array {
  return new Made(LOG_KINDS[kind], LOG_VALUE + 8).wide(LOG_VALUE, sequence).bytes;
}
