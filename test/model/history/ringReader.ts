/**
 * A journal's end of the rings of effects, for the tests of what sections write down: reads a ring's
 * bytes as docs/LAYOUT.md has them, moves the journal's words on, and says what it holds, as if all that
 * was read were in a log at once. By one thread, under no lock: while others work it reads what was
 * written up to a moment.
 */
import * as layout from "../../../assembly/layout.ts";
import type { Sections } from "./sections.ts";

/** One record behind a head; of a kind that does not tell a field it is 0. */
export interface Effect {
  readonly slot: number;
  readonly sequence: number;
  /** Receive count; of a departure its target's incarnation. */
  readonly count: number;
  /** 0: at once. Of an admission and a departure 0. */
  readonly dueMs: number;
  /** Of a send, an admission (under which it departed) and a departure. */
  readonly birth: number;
  readonly firstReceive: number;
  readonly lastReceive: number;
  /** Of a departure: its flags and its place. */
  readonly flags: number;
  readonly order: number;
  /** Of a restatement: a STATED code. */
  readonly stated: number;
}

export interface Node {
  /** 32 hexadecimal digits. */
  readonly key: string;
  readonly sequence: number;
  readonly birth: number;
}

export interface Attempt {
  readonly key: string;
  readonly dueMs: number;
  readonly sinceMs: number;
}

/** What one head says. */
export interface Told {
  readonly kind: number;
  readonly operation: number;
  readonly nowMs: number;
  readonly value: number;
  readonly messages: readonly Effect[];
  readonly nodes: readonly Node[];
  readonly attempt: Attempt | undefined;
  /** Of a cut. */
  readonly isDeletion: boolean;
}

const DEPARTED: number = layout.EFFECT_DEPARTED;
const ADMITTED: number = layout.EFFECT_ADMITTED;

export class RingReader {
  readonly #sections: Sections;
  readonly #view: DataView;

  constructor(sections: Sections) {
    this.#sections = sections;
    this.#view = new DataView(sections.words.buffer);
  }

  #shard(queue: number): number {
    return this.#sections.header(layout.HEADER_SHARDS_BASE) + queue * layout.SHARD_BYTES;
  }

  #word(address: number): number {
    return this.#view.getUint32(address, true);
  }

  #long(address: number): number {
    return Number(this.#view.getBigUint64(address, true));
  }

  #double(address: number): number {
    return this.#view.getFloat64(address, true);
  }

  #setLong(address: number, value: number): void {
    this.#view.setBigUint64(address, BigInt(value), true);
  }

  /** Records that were written and not read. */
  unread(queue: number): number {
    const shard = this.#shard(queue);
    return this.#long(shard + layout.EFFECT_HEAD) - this.#long(shard + layout.EFFECT_READ);
  }

  blocks(queue: number): number {
    return this.#word(this.#shard(queue) + layout.EFFECT_BLOCKS);
  }

  isRefused(queue: number): boolean {
    return this.#word(this.#shard(queue) + layout.EFFECT_REFUSED) !== 0;
  }

  rebuilt(queue: number): number {
    return this.#word(this.#shard(queue) + layout.EFFECT_REBUILT);
  }

  /** The next of what the ring says, up to its head; nothing is given back (see `trim`). */
  *read(queue: number): Generator<Told> {
    const shard = this.#shard(queue);
    const head = this.#long(shard + layout.EFFECT_HEAD);
    let number = this.#long(shard + layout.EFFECT_READ);
    while (number < head) {
      let block = this.#word(shard + layout.EFFECT_READ_BLOCK);
      let index = this.#word(shard + layout.EFFECT_READ_INDEX);
      if (index === this.#word(block + layout.EFFECT_END)) {
        block = this.#word(block + layout.SEGMENT_NEXT);
        index = 0;
      }
      const at = block + layout.EFFECT_RECORDS_OFFSET + index * layout.EFFECT_BYTES;
      const records = this.#recordsAt(at);
      const told = this.#told(at);
      number += records;
      this.#view.setUint32(shard + layout.EFFECT_READ_BLOCK, block, true);
      this.#view.setUint32(shard + layout.EFFECT_READ_INDEX, index + records, true);
      this.#setLong(shard + layout.EFFECT_READ, number);
      yield told;
    }
  }

  /** All of that; then the ring's blocks are given back, and all that was read is said to be held. */
  take(queue: number): Told[] {
    const told = [...this.read(queue)];
    const last = Math.max(0, ...told.map((one) => this.#lastOf(one)));
    const at = this.#shard(queue) + layout.SHARD_JOURNALED;
    if (last > this.#long(at)) this.#setLong(at, last);
    this.trim(queue);
    return told;
  }

  #lastOf({ kind, value }: Told): number {
    return kind === layout.EFFECT_SENT || kind === ADMITTED ? value : 0;
  }

  trim(queue: number): void {
    this.#sections.engine.effectsTrim(this.#sections.thread, queue);
  }

  #extraAt(at: number): number {
    const kind = this.#view.getUint8(at + layout.EFFECT_KIND);
    return kind === layout.EFFECT_CUT ? 0 : this.#view.getUint16(at + layout.EFFECT_EXTRA, true);
  }

  #recordsAt(at: number): number {
    return 1 + this.#view.getUint8(at + layout.EFFECT_COUNT) + this.#extraAt(at);
  }

  #told(at: number): Told {
    const kind = this.#view.getUint8(at + layout.EFFECT_KIND);
    const count = this.#view.getUint8(at + layout.EFFECT_COUNT);
    const extra = this.#extraAt(at);
    const states = this.#word(at + layout.EFFECT_STATES);
    const record = (index: number): number => at + (1 + index) * layout.EFFECT_BYTES;
    const isNodes = kind === layout.EFFECT_NODE;
    const messages = isNodes ? 0 : count;
    const nodes = kind === layout.EFFECT_SENT ? extra : isNodes ? count : 0;
    const list = <Item>(length: number, make: (index: number) => Item): Item[] =>
      Array.from({ length }, (_, index) => make(index));
    return {
      kind,
      operation: this.#long(at + layout.EFFECT_OPERATION),
      nowMs: this.#double(at + layout.EFFECT_NOW),
      value: this.#long(at + layout.EFFECT_VALUE),
      messages: list(messages, (index) =>
        this.#effect(kind, record(index), (states >>> (index * 2)) & 3),
      ),
      nodes: list(nodes, (index) => this.#node(record(messages + index))),
      attempt:
        kind === layout.EFFECT_RECEIVED && extra > 0 ? this.#attempt(record(count)) : undefined,
      isDeletion:
        kind === layout.EFFECT_CUT && this.#view.getUint16(at + layout.EFFECT_EXTRA, true) !== 0,
    };
  }

  #effect(kind: number, at: number, stated: number): Effect {
    const word = (offset: number): number => this.#word(at + offset);
    const isSent = kind === layout.EFFECT_SENT;
    const isAdmitted = kind === ADMITTED;
    const isDeparted = kind === DEPARTED;
    const birth = isSent
      ? layout.EFFECT_BIRTH
      : isAdmitted
        ? layout.EFFECT_BIRTH_BEFORE
        : layout.EFFECT_DEPARTED_BIRTH;
    const hasReceives = !isSent && !isDeparted;
    return {
      slot: word(layout.EFFECT_SLOT),
      sequence: this.#long(at + layout.EFFECT_SEQUENCE),
      count: word(layout.EFFECT_RECEIVES),
      dueMs: isAdmitted || isDeparted ? 0 : this.#double(at + layout.EFFECT_DUE),
      birth: isSent || isAdmitted || isDeparted ? this.#long(at + birth) : 0,
      firstReceive: hasReceives ? word(layout.EFFECT_FIRST_RECEIVE) : 0,
      lastReceive: hasReceives ? word(layout.EFFECT_LAST_RECEIVE) : 0,
      flags: isDeparted ? word(layout.EFFECT_FLAGS) : 0,
      order: isDeparted ? word(layout.EFFECT_ORDER) : 0,
      stated,
    };
  }

  #key(at: number): string {
    const half = (address: number): string =>
      this.#view.getBigUint64(address, true).toString(16).padStart(16, "0");
    return half(at) + half(at + 8);
  }

  #node(at: number): Node {
    return {
      key: this.#key(at),
      sequence: this.#long(at + layout.EFFECT_NODE_SEQUENCE),
      birth: this.#long(at + layout.EFFECT_NODE_BIRTH),
    };
  }

  #attempt(at: number): Attempt {
    return {
      key: this.#key(at),
      dueMs: this.#double(at + layout.EFFECT_ATTEMPT_DUE),
      sinceMs: this.#double(at + layout.EFFECT_ATTEMPT_SINCE),
    };
  }
}
