/**
 * Memory that a load is about to use: a page that nobody has written yet costs who writes it first a fault, in which
 * the system clears it. Whoever has time has the system give it before, while another thread loads.
 *
 * What always holds: nothing changes. A word that is 0 becomes 0 by a compare and exchange, which finds what the
 * thread that loads stored, or comes before it, whatever kind of store that is. It has to be that: to the processor
 * it is a write, even where it changes nothing. An addition of 0 may be made of a read first, for which the system
 * lends a page of zeros that it takes back at the write: another fault, and an interrupt of all threads.
 */

/** What the system gives at a time, on any machine at least. */
const SYSTEM_PAGE_BYTES: usize = 4096;

export class Ahead {
  static give(address: usize, bytes: u32): void {
    const end = address + bytes;
    for (let at = address; at < end; at += SYSTEM_PAGE_BYTES) atomic.cmpxchg<u32>(at, 0, 0);
  }
}
