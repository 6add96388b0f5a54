/**
 * Who was received: a bit for each id, and for FIFO queues the last number of each group. Each thread
 * that receives has a tally of its own; at the end they are joined, so that a message that two threads
 * received is found as well. Pure.
 */

export interface Fault {
  readonly kind: "lost" | "doubled" | "out of order" | "wrong bytes" | "unknown";
  /** `producer:number`. */
  readonly id: string;
}

/** What is wrong, at most so many by name. */
export interface Faults {
  readonly count: number;
  readonly named: readonly Fault[];
}

/** A bit for each of a producer's ids, in pages; of a page that is full nothing is kept. */
type Pages = readonly (Uint8Array | typeof FULL | undefined)[];

/** A tally as it goes from one thread to another. */
export interface TallyShape {
  readonly pages: readonly Pages[];
  readonly received: number;
  readonly faults: Faults;
}

const FULL = "full";
const NAMED_MAX = 20;
const PAGE_BYTES = 4_096;
const PAGE_IDS = PAGE_BYTES * 8;

class FaultList implements Faults {
  count = 0;
  readonly named: Fault[] = [];

  add(kind: Fault["kind"], producer: number, number: number): void {
    this.count++;
    if (this.named.length < NAMED_MAX) this.named.push({ kind, id: `${producer}:${number}` });
  }

  join({ count, named }: Faults): void {
    this.count += count;
    this.named.push(...named.slice(0, NAMED_MAX - this.named.length));
  }
}

interface Page {
  readonly bits: Uint8Array;
  seen: number;
}

/** All pages that are full are this one, which nobody writes to any more. */
const fullPage: Page = { bits: new Uint8Array(PAGE_BYTES).fill(0xff), seen: PAGE_IDS };

export class Tally {
  readonly #pages: Page[][] = [];
  readonly #faults = new FaultList();
  /** FIFO: the last number of a producer's in a group; undefined: order does not count. */
  readonly #last: Float64Array[] | undefined;
  readonly #groups: number;
  #received = 0;

  /** @param groups of a FIFO queue: number `n` of a producer is in group `n % groups`. */
  constructor(groups: number | undefined) {
    this.#groups = groups ?? 1;
    this.#last = groups === undefined ? undefined : [];
  }

  mark(producer: number, number: number, isIntact: boolean): void {
    this.#received++;
    if (!isIntact) this.#faults.add("wrong bytes", producer, number);
    const page = this.#pages[producer]?.[number >>> 15] ?? this.#add(producer, number >>> 15);
    const byte = (number >>> 3) & (PAGE_BYTES - 1);
    const bit = 1 << (number & 7);
    const before = page.bits[byte] as number;
    if ((before & bit) !== 0) {
      this.#faults.add("doubled", producer, number);
      return;
    }
    page.bits[byte] = before | bit;
    if (++page.seen === PAGE_IDS) this.#put(producer, number >>> 15, fullPage);
    if (this.#last !== undefined) this.#order(this.#last, producer, number);
  }

  shape(): TallyShape {
    const pages = Array.from(this.#pages, (own = []) =>
      Array.from(own, (page) => (page === fullPage ? FULL : page?.bits)),
    );
    return { pages, received: this.#received, faults: this.#faults };
  }

  #order(last: Float64Array[], producer: number, number: number): void {
    let own = last[producer];
    if (own === undefined) {
      own = new Float64Array(this.#groups).fill(-1);
      last[producer] = own;
    }
    const group = number % this.#groups;
    if (number < (own[group] as number)) this.#faults.add("out of order", producer, number);
    else own[group] = number;
  }

  #add(producer: number, index: number): Page {
    const page = { bits: new Uint8Array(PAGE_BYTES), seen: 0 };
    this.#put(producer, index, page);
    return page;
  }

  #put(producer: number, index: number, page: Page): void {
    const own = this.#pages[producer] ?? [];
    own[index] = page;
    this.#pages[producer] = own;
  }
}

/** When a message of a FIFO queue's first group was received, on the clock of all threads. */
export interface Arrival {
  readonly producer: number;
  readonly number: number;
  readonly ms: number;
}

/**
 * Who was received before one that was sent earlier to the same group, by whatever thread: a group's
 * next message is not given out before the one before it is deleted.
 */
function overtaken(arrivals: readonly Arrival[], faults: FaultList): void {
  const bySent = arrivals.toSorted(
    (one, other) => one.producer - other.producer || one.number - other.number,
  );
  let latest: Arrival | undefined;
  for (const arrival of bySent) {
    if (latest?.producer === arrival.producer && arrival.ms < latest.ms) {
      faults.add("out of order", latest.producer, latest.number);
    }
    if (latest?.producer !== arrival.producer || arrival.ms > latest.ms) latest = arrival;
  }
}

/** What is wrong when producer `p` has sent the numbers 0 to `sent[p] - 1`. */
export function faultsOf(
  tallies: readonly TallyShape[],
  sent: readonly number[],
  arrivals: readonly Arrival[] = [],
): Faults {
  const faults = new FaultList();
  overtaken(arrivals, faults);
  for (const tally of tallies) faults.join(tally.faults);
  const producers = Math.max(sent.length, ...tallies.map(({ pages }) => pages.length));
  for (let producer = 0; producer < producers; producer++) {
    const all = tallies.map(({ pages }) => pages[producer] ?? []);
    const count = sent[producer] ?? 0;
    const pages = Math.max(Math.ceil(count / PAGE_IDS), ...all.map(({ length }) => length));
    for (let page = 0; page < pages; page++) {
      const own = all.map((one) => one[page]).filter((bits) => bits !== undefined);
      joinPage(own, producer, page * PAGE_IDS, count, faults);
    }
  }
  return faults;
}

function joinPage(
  all: Pages,
  producer: number,
  first: number,
  sent: number,
  faults: FaultList,
): void {
  // By far the most: one thread received all of it.
  if (all.length === 1 && all[0] === FULL && sent >= first + PAGE_IDS) return;
  for (let byte = 0; byte < PAGE_BYTES; byte++) {
    let seen = 0;
    let twice = 0;
    for (const bits of all) {
      const own = bits === FULL ? 0xff : (bits?.[byte] ?? 0);
      twice |= seen & own;
      seen |= own;
    }
    const from = first + byte * 8;
    const expected = (1 << Math.max(0, Math.min(8, sent - from))) - 1;
    addBits("lost", producer, from, expected & ~seen, faults);
    addBits("unknown", producer, from, seen & ~expected, faults);
    addBits("doubled", producer, from, twice, faults);
  }
}

function addBits(
  kind: Fault["kind"],
  producer: number,
  from: number,
  bits: number,
  faults: FaultList,
): void {
  if (bits === 0) return;
  for (let bit = 0; bit < 8; bit++) {
    if ((bits & (1 << bit)) !== 0) faults.add(kind, producer, from + bit);
  }
}
