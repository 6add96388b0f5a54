/**
 * The check of the journal's bytes: XXH64 with seed 0 (its specification: xxHash, doc/xxhash_spec.md), of which
 * the lower half is kept. A module of its own, so that who reads a journal needs no engine. Run by any thread, each
 * in an instance of its own; the memory that is imported is only read. One check at a time: `begin`, `add` for whole
 * stripes as they come, `end` with what is left.
 *
 * Cheaper than CRC-32, for which WebAssembly has no instruction (docs/JOURNAL.md). Finds damage that came by
 * chance, and nothing that somebody made on purpose.
 */

const PRIME_1: u64 = 0x9e3779b185ebca87;
const PRIME_2: u64 = 0xc2b2ae3d27d4eb4f;
const PRIME_3: u64 = 0x165667b19e3779f9;
const PRIME_4: u64 = 0x85ebca77c2b2ae63;
const PRIME_5: u64 = 0x27d4eb2f165667c5;

/** Four words of 8 bytes, one for each lane. */
const STRIPE_BYTES: u32 = 32;

let first: u64 = 0;
let second: u64 = 0;
let third: u64 = 0;
let fourth: u64 = 0;
let addedBytes: u64 = 0;

export function begin(): void {
  first = PRIME_1 + PRIME_2;
  second = PRIME_2;
  third = 0;
  fourth = 0 - PRIME_1;
  addedBytes = 0;
}

/** `bytes`: a multiple of 32. */
export function add(address: usize, bytes: u32): void {
  let one = first;
  let two = second;
  let three = third;
  let four = fourth;
  const end = address + bytes;
  while (address < end) {
    one = Xxh64.round(one, load<u64>(address));
    two = Xxh64.round(two, load<u64>(address, 8));
    three = Xxh64.round(three, load<u64>(address, 16));
    four = Xxh64.round(four, load<u64>(address, 24));
    address += STRIPE_BYTES;
  }
  first = one;
  second = two;
  third = three;
  fourth = four;
  addedBytes += bytes;
}

/** The last bytes, as many as there are; the lower half of XXH64 of all. */
export function end(address: usize, bytes: u32): u32 {
  const whole = bytes & ~(STRIPE_BYTES - 1);
  add(address, whole);
  const total = addedBytes + ((bytes - whole) as u64);
  const lanes = addedBytes === 0 ? PRIME_5 : Xxh64.folded();
  const hash = Xxh64.rest(lanes + total, address + whole, bytes - whole);
  return Xxh64.avalanche(hash) as u32;
}

/** The steps that the specification names. */
class Xxh64 {
  @inline static round(lane: u64, word: u64): u64 {
    return rotl<u64>(lane + word * PRIME_2, 31) * PRIME_1;
  }

  static folded(): u64 {
    let hash = rotl<u64>(first, 1) + rotl<u64>(second, 7) + rotl<u64>(third, 12);
    hash += rotl<u64>(fourth, 18);
    hash = Xxh64.merged(hash, first);
    hash = Xxh64.merged(hash, second);
    hash = Xxh64.merged(hash, third);
    return Xxh64.merged(hash, fourth);
  }

  @inline static merged(hash: u64, lane: u64): u64 {
    return (hash ^ Xxh64.round(0, lane)) * PRIME_1 + PRIME_4;
  }

  /** Less than a stripe: words of 8 bytes, perhaps one of 4, single bytes. */
  static rest(lanes: u64, address: usize, bytes: u32): u64 {
    let hash = lanes;
    let at = address;
    const end = address + bytes;
    for (; at + 8 <= end; at += 8) {
      hash = rotl<u64>(hash ^ Xxh64.round(0, load<u64>(at)), 27) * PRIME_1 + PRIME_4;
    }
    if (at + 4 <= end) {
      hash = rotl<u64>(hash ^ ((load<u32>(at) as u64) * PRIME_1), 23) * PRIME_2 + PRIME_3;
      at += 4;
    }
    for (; at < end; at++) {
      hash = rotl<u64>(hash ^ ((load<u8>(at) as u64) * PRIME_5), 11) * PRIME_1;
    }
    return hash;
  }

  @inline static avalanche(hash: u64): u64 {
    let mixed = (hash ^ (hash >> 33)) * PRIME_2;
    mixed = (mixed ^ (mixed >> 29)) * PRIME_3;
    return mixed ^ (mixed >> 32);
  }
}
