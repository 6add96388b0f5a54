/**
 * SipHash-2-4 (Aumasson and Bernstein 2012) under this memory's secret: the seal of receipts, and
 * message ids from birth ids. Keys lie in the header; input lies in the thread's staging area.
 */
import { HEADER, HEADER_SECRET } from "../layout";

/** Where in the secret the key of ids begins. */
const ID_KEY: usize = 16;

export class SipHash {
  /** 64 bits over `bytes` bytes; `key` is 0 for receipts, 16 for ids. */
  static of(address: usize, bytes: u32, key: usize): u64 {
    const k0 = load<u64>((HEADER as usize) + key, HEADER_SECRET);
    const k1 = load<u64>((HEADER as usize) + key, HEADER_SECRET + 8);
    let v0: u64 = k0 ^ 0x736f6d6570736575;
    let v1: u64 = k1 ^ 0x646f72616e646f6d;
    let v2: u64 = k0 ^ 0x6c7967656e657261;
    let v3: u64 = k1 ^ 0x7465646279746573;
    const whole = bytes & ~7;
    for (let done: u32 = 0; done <= whole; done += 8) {
      const word =
        done < whole ? load<u64>(address + done) : SipHash.last(address + whole, bytes & 7, bytes);
      v3 ^= word;
      for (let round = 0; round < 2; round++) {
        v0 += v1;
        v1 = rotl<u64>(v1, 13) ^ v0;
        v0 = rotl<u64>(v0, 32);
        v2 += v3;
        v3 = rotl<u64>(v3, 16) ^ v2;
        v0 += v3;
        v3 = rotl<u64>(v3, 21) ^ v0;
        v2 += v1;
        v1 = rotl<u64>(v1, 17) ^ v2;
        v2 = rotl<u64>(v2, 32);
      }
      v0 ^= word;
    }
    v2 ^= 0xff;
    for (let round = 0; round < 4; round++) {
      v0 += v1;
      v1 = rotl<u64>(v1, 13) ^ v0;
      v0 = rotl<u64>(v0, 32);
      v2 += v3;
      v3 = rotl<u64>(v3, 16) ^ v2;
      v0 += v3;
      v3 = rotl<u64>(v3, 21) ^ v0;
      v2 += v1;
      v1 = rotl<u64>(v1, 17) ^ v2;
      v2 = rotl<u64>(v2, 32);
    }
    return v0 ^ v1 ^ v2 ^ v3;
  }

  /** 128 bits of an id, written to `to` (SipHash-2-4-128, under the key of ids). */
  static wide(address: usize, bytes: u32, to: usize): void {
    const k0 = load<u64>((HEADER as usize) + ID_KEY, HEADER_SECRET);
    const k1 = load<u64>((HEADER as usize) + ID_KEY, HEADER_SECRET + 8);
    let v0: u64 = k0 ^ 0x736f6d6570736575;
    let v1: u64 = k1 ^ 0x646f72616e646f6d ^ 0xee;
    let v2: u64 = k0 ^ 0x6c7967656e657261;
    let v3: u64 = k1 ^ 0x7465646279746573;
    const whole = bytes & ~7;
    for (let done: u32 = 0; done <= whole; done += 8) {
      const word =
        done < whole ? load<u64>(address + done) : SipHash.last(address + whole, bytes & 7, bytes);
      v3 ^= word;
      for (let round = 0; round < 2; round++) {
        v0 += v1;
        v1 = rotl<u64>(v1, 13) ^ v0;
        v0 = rotl<u64>(v0, 32);
        v2 += v3;
        v3 = rotl<u64>(v3, 16) ^ v2;
        v0 += v3;
        v3 = rotl<u64>(v3, 21) ^ v0;
        v2 += v1;
        v1 = rotl<u64>(v1, 17) ^ v2;
        v2 = rotl<u64>(v2, 32);
      }
      v0 ^= word;
    }
    v2 ^= 0xee;
    for (let half: usize = 0; half < 16; half += 8) {
      for (let round = 0; round < 4; round++) {
        v0 += v1;
        v1 = rotl<u64>(v1, 13) ^ v0;
        v0 = rotl<u64>(v0, 32);
        v2 += v3;
        v3 = rotl<u64>(v3, 16) ^ v2;
        v0 += v3;
        v3 = rotl<u64>(v3, 21) ^ v0;
        v2 += v1;
        v1 = rotl<u64>(v1, 17) ^ v2;
        v2 = rotl<u64>(v2, 32);
      }
      store<u64>(to + half, v0 ^ v1 ^ v2 ^ v3);
      v1 ^= 0xdd;
    }
  }

  /** The last word: what is left of the text, at most seven bytes, and its length on top. */
  @inline static last(address: usize, bytes: u32, total: u32): u64 {
    // What lies behind the text is read with it: staging never ends where memory does.
    const rest = load<u64>(address) & (((1 as u64) << ((bytes << 3) as u64)) - 1);
    return rest | ((total as u64) << 56);
  }
}
