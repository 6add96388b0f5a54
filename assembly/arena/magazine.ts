/**
 * What a thread's magazines of slots and of blocks have in common. Only the owner touches them; the
 * reaper of a dead one trusts state words, not what stands here. No lock.
 */
export class Magazine {
  /**
   * Turns `count` entries of u32 around. A refill piles up in rising order what is then taken from the
   * top: turned, a backlog lies in memory in the order it was sent in, and a drain of it reads on and
   * on, which caches foresee.
   */
  static turn(entries: usize, count: u32): void {
    let low = entries;
    let high = entries + (count << 2) - 4;
    for (; low < high; low += 4, high -= 4) {
      const entry = load<u32>(low);
      store<u32>(low, load<u32>(high));
      store<u32>(high, entry);
    }
  }
}
