/**
 * The journal's check against what others say of XXH64 and against the specification written out in BigInt, for
 * bytes that are read where they are and bytes that are copied, at once and in pieces.
 */
import { describe, expect, test } from "vitest";
import { checkIn } from "../../bindings/checksum.ts";
import { Checksum, checksumOf, STRIPE_BYTES } from "../../bindings/index.ts";
import { wasm } from "../../bindings/webassembly.ts";
import { Seeded } from "../support/seeded.ts";

/** As python-xxhash and xxhsum print them, seed 0. */
const KNOWN: readonly (readonly [string, bigint])[] = [
  ["", 0xef46db3751d8e999n],
  ["a", 0xd24ec4f1a98c6e5bn],
  ["abc", 0x44bc2cf5ad770999n],
  ["xxhash", 0x32dd38952c4bc720n],
  ["Nobody inspects the spammish repetition", 0xfbcea83c8a378bf1n],
];

const [P1, P2, P3, P4, P5] = [
  ...[0x9e3779b185ebca87n, 0xc2b2ae3d27d4eb4fn, 0x165667b19e3779f9n],
  ...[0x85ebca77c2b2ae63n, 0x27d4eb2f165667c5n],
] as [bigint, bigint, bigint, bigint, bigint];

const u64 = (value: bigint) => BigInt.asUintN(64, value);
const rotate = (value: bigint, by: bigint) => u64((value << by) | (u64(value) >> (64n - by)));
const round = (lane: bigint, word: bigint) => u64(rotate(u64(lane + word * P2), 31n) * P1);

/** The specification, slowly. */
function xxh64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const lanes = [u64(P1 + P2), P2, 0n, u64(-P1)];
  let at = 0;
  for (; at + 32 <= bytes.length; at += 32) {
    for (let lane = 0; lane < 4; lane++) {
      lanes[lane] = round(lanes[lane] as bigint, view.getBigUint64(at + lane * 8, true));
    }
  }
  const by = [1n, 7n, 12n, 18n];
  let hash = at === 0 ? P5 : 0n;
  if (at > 0) {
    hash = u64(lanes.reduce((sum, lane, index) => sum + rotate(lane, by[index] as bigint), 0n));
    for (const lane of lanes) hash = u64((hash ^ round(0n, lane)) * P1 + P4);
  }
  hash = u64(hash + BigInt(bytes.length));
  for (; at + 8 <= bytes.length; at += 8) {
    hash = u64(rotate(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * P1 + P4);
  }
  if (at + 4 <= bytes.length) {
    hash = u64(rotate(hash ^ u64(BigInt(view.getUint32(at, true)) * P1), 23n) * P2 + P3);
    at += 4;
  }
  for (; at < bytes.length; at++) {
    hash = u64(rotate(hash ^ u64(BigInt(bytes[at] as number) * P5), 11n) * P1);
  }
  hash = u64((hash ^ (hash >> 33n)) * P2);
  hash = u64((hash ^ (hash >> 29n)) * P3);
  return hash ^ (hash >> 32n);
}

const lower = (hash: bigint) => Number(BigInt.asUintN(32, hash));

/** A memory that is named, and one that isn't. */
function places(bytes: number): [string, (at: number, length: number) => Uint8Array][] {
  const memory = new wasm.Memory({ initial: 8, maximum: 8, shared: true });
  checkIn(memory);
  const plain = new Uint8Array(bytes);
  return [
    ["where they are", (at, length) => new Uint8Array(memory.buffer, at, length)],
    ["copied", (at, length) => plain.subarray(at, at + length)],
  ];
}

test.each(KNOWN)("%j is what others say", (text, hash) => {
  const bytes = Buffer.from(text);
  expect(xxh64(bytes)).toBe(hash);
  expect(checksumOf(bytes)).toBe(lower(hash));
});

describe.each(places(300_000))("bytes %s", (_, place) => {
  test("of any length, at any address, are checked as the specification says", () => {
    const random = new Seeded(7);
    for (const length of [...Array.from({ length: 100 }, (_, index) => index), 4_088, 70_000]) {
      const bytes = place(1 + random.between(0, 63), length);
      for (let at = 0; at < length; at++) bytes[at] = random.between(0, 255);
      expect([length, checksumOf(bytes)]).toEqual([length, lower(xxh64(bytes))]);
    }
  });

  test("in pieces have the check of the whole", () => {
    const random = new Seeded(8);
    const bytes = place(8, 200_000);
    for (let at = 0; at < bytes.length; at++) bytes[at] = random.between(0, 255);
    const whole = checksumOf(bytes);
    expect(whole).toBe(lower(xxh64(bytes)));
    for (const step of [1, 100, 2_047, 3_000].map((stripes) => stripes * STRIPE_BYTES)) {
      const checksum = new Checksum(bytes.buffer);
      let at = 0;
      for (; at + step < bytes.length; at += step) checksum.add(bytes.subarray(at, at + step));
      expect(checksum.end(bytes.subarray(at))).toBe(whole);
    }
  });

  test("with one bit changed have another check, wherever it is", () => {
    const bytes = place(8, 4_088);
    bytes.fill(0);
    const checks = new Set([checksumOf(bytes)]);
    for (let bit = 0; bit < bytes.length * 8; bit += 13) {
      const at = bit >> 3;
      bytes[at] = 1 << (bit & 7);
      checks.add(checksumOf(bytes));
      bytes[at] = 0;
    }
    expect(checks.size).toBe(1 + Math.ceil((bytes.length * 8) / 13));
  });
});
