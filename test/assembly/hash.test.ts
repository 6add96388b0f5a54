/**
 * The keys of groups and deduplication ids are SipHash-2-4 of 128 bits under the memory's secret:
 * the published vectors (Aumasson and Bernstein, vectors.h, key 00 to 0f, input 00 01 02 ...), and a
 * second implementation, written as the paper says, for every length that an id can have.
 */
import { beforeAll, describe, expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { Engine } from "../../bindings/engine.ts";
import { UNMEASURED } from "../../bindings/outgoing.ts";
import type { EngineShare } from "../../bindings/shapes.ts";

const NOW = 1_000_000;
const MASK = (1n << 64n) - 1n;
/** The key of ids is the second half of the secret. */
const SECRET = Uint8Array.from({ length: 32 }, (_, index) => (index < 16 ? 0xaa : index - 16));

/** Of the inputs of 1 to 8 bytes. */
const VECTORS = [
  "da87c1d86b99af44347659119b22fc45",
  "8177228da4a45dc7fca38bdef60affe4",
  "9c70b60c5267a94e5f33b6b02985ed51",
  "f88164c12d9c8faf7d0f6e7c7bcd5579",
  "1368875980776f8854527a07690e9627",
  "14eeca338b208613485ea0308fd7a15e",
  "a1f1ebbed8dbc153c0b84aa61ff08239",
  "3b62a9ba6258f5610f83e264f31497b4",
];

function rotated(word: bigint, bits: bigint): bigint {
  return ((word << bits) | (word >> (64n - bits))) & MASK;
}

function sipHash(input: Buffer): string {
  const key = Buffer.from(SECRET.subarray(16));
  const k0 = key.readBigUInt64LE(0);
  const k1 = key.readBigUInt64LE(8);
  let v0 = k0 ^ 0x736f6d6570736575n;
  let v1 = k1 ^ 0x646f72616e646f6dn ^ 0xeen;
  let v2 = k0 ^ 0x6c7967656e657261n;
  let v3 = k1 ^ 0x7465646279746573n;
  const rounds = (count: number): void => {
    for (let round = 0; round < count; round++) {
      v0 = (v0 + v1) & MASK;
      v2 = (v2 + v3) & MASK;
      v1 = rotated(v1, 13n) ^ v0;
      v3 = rotated(v3, 16n) ^ v2;
      v0 = rotated(v0, 32n);
      v2 = (v2 + v1) & MASK;
      v0 = (v0 + v3) & MASK;
      v1 = rotated(v1, 17n) ^ v2;
      v3 = rotated(v3, 21n) ^ v0;
      v2 = rotated(v2, 32n);
    }
  };
  const padded = Buffer.alloc((input.length & ~7) + 8);
  input.copy(padded);
  padded[padded.length - 1] = input.length;
  for (let at = 0; at < padded.length; at += 8) {
    const word = padded.readBigUInt64LE(at);
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  }
  const hash = Buffer.alloc(16);
  v2 ^= 0xeen;
  rounds(4);
  hash.writeBigUInt64LE(v0 ^ v1 ^ v2 ^ v3, 0);
  v1 ^= 0xddn;
  rounds(4);
  hash.writeBigUInt64LE(v0 ^ v1 ^ v2 ^ v3, 8);
  return hash.toString("hex");
}

/** The text of the bytes 00 01 02 ..., all of them ASCII. */
function counting(bytes: number): string {
  return Buffer.from(Array.from({ length: bytes }, (_, index) => index & 127)).toString("latin1");
}

let engine: Engine;
let queue: number;
let memory: Buffer;

beforeAll(async () => {
  engine = await Engine.open(
    { memoryBytes: 16 * 1_048_576, threadsMax: 2, queuesMax: 1, messagesMax: 1_000 },
    { secret: SECRET, epoch: 1, isClockVirtual: false },
  );
  memory = Buffer.from((engine.share() as EngineShare).memory.buffer);
  const settings = { visibilityMs: 1, delayMs: 0, retentionMs: 1e9, maximumBytes: 1024 };
  const entryBytes = engine.queues.writeImage({ ...settings, inFlightMax: 0 }, new Uint8Array([1]));
  queue = engine.createQueue(engine.queues.catalogueVersion(), entryBytes);
});

/** The two keys in the block of a message that was just sent. */
function keysOf(group: string, deduplication: string): [string, string] {
  const { outbox, queues, thread } = engine;
  const texts = { group, deduplication, trace: "", sender: "", body: "the body behind the ids" };
  const outgoing = {
    ...texts,
    bodyBytes: UNMEASURED,
    delayMs: -1,
    attributes: undefined,
    attributesSizeBytes: 0,
  };
  expect(outbox.send(queues.handle(queue), [outgoing], 0, 1, NOW)).toBe(1);
  const area =
    memory.readUInt32LE(layout.HEADER + layout.HEADER_THREADS_BASE) + thread * layout.THREAD_BYTES;
  const slot = memory.readUInt32LE(area + layout.THREAD_SENDS + layout.SEND_SLOT);
  const slots = memory.readUInt32LE(layout.HEADER + layout.HEADER_SLOTS_BASE);
  const block = memory.readUInt32LE(slots + slot * layout.SLOT_BYTES + layout.SLOT_BLOCK);
  const hex = (at: number): string => memory.toString("hex", block + at, block + at + 16);
  return [hex(layout.BLOCK_GROUP_HASH), hex(layout.BLOCK_DEDUPLICATION_HASH)];
}

describe("the key of an id", () => {
  test("is what the authors of SipHash published", () => {
    VECTORS.forEach((vector, index) => {
      const id = counting(index + 1);
      expect(sipHash(Buffer.from(id, "latin1"))).toBe(vector);
      expect(keysOf(id, id)).toEqual([vector, vector]);
    });
  });

  test("is SipHash for every length, wherever the id lies and whatever lies behind it", () => {
    for (let bytes = 1; bytes <= 128; bytes++) {
      const group = counting(bytes);
      const id = counting(129 - bytes);
      const expected = [group, id].map((text) => sipHash(Buffer.from(text, "latin1")));
      expect(keysOf(group, id)).toEqual(expected);
    }
  });
});
