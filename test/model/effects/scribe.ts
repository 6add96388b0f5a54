/**
 * Reads, behind each section of a run, what it wrote into its queue's ring of effects: exactly what the
 * history says of it, no more and no less; and keeps what a journal would know (Kept), to be held
 * against the memory. One thread alone.
 */
import * as layout from "../../../assembly/layout.ts";
import { Kept } from "../history/kept.ts";
import type { Operation } from "../history/operations.ts";
import * as history from "../history/operations.ts";
import { RingReader, type Told } from "../history/ringReader.ts";
import type { Sections } from "../history/sections.ts";

/** Numbers that an item of these histories has; see operations.ts. */
const WIDTHS = new Map([
  [history.COMMIT, 2],
  [history.CLAIM, 2],
  [history.REMOVE, 3],
  [history.HIDE, 5],
  [history.DEPART, 3],
  [history.COMMIT_FIFO, 4],
  [history.ATTEMPT, 2],
  [history.CLAIM_ATTEMPT, 2],
  [history.CLAIM_ON, 2],
]);

function itemsOf({ kind, items }: Operation): number[][] {
  const width = WIDTHS.get(kind) ?? 1;
  return Array.from({ length: items.length / width }, (_, index) =>
    items.slice(index * width, (index + 1) * width),
  );
}

/** Kind and messages of what a section must have written, as `shown` tells it. */
type Expected = readonly string[];

const some = (kind: number, messages: readonly string[]): Expected =>
  messages.length > 0 ? [`${kind}: ${messages.join(", ")}`] : [];

/** Those that were received; the messages that a claim set aside have no receive count. */
const received = (items: readonly number[][], of = ""): Expected =>
  some(
    layout.EFFECT_RECEIVED,
    items.filter(([, count]) => count !== -1).map(([sequence, count]) => `${sequence} (${count})`),
  ).map((text) => `${text}${of}`);

const ATTEMPTED = " for an attempt";

export class Scribe {
  readonly #sections: Sections;
  readonly #reader: RingReader;
  readonly #kept = new Map<number, Kept>();
  /** The last sequence that each queue gave out. */
  readonly #last = new Map<number, number>();

  /** Before the first queue is made. */
  constructor(sections: Sections) {
    this.#sections = sections;
    this.#reader = new RingReader(sections);
    sections.engine.journalBegin(sections.thread);
  }

  kept(queue: number): Kept {
    const kept = this.#kept.get(queue) ?? new Kept();
    this.#kept.set(queue, kept);
    return kept;
  }

  /** Throws where the section wrote anything else than what it did. */
  check(queue: number, operation: Operation): void {
    const told = this.#reader.take(queue);
    const expected = this.#expected(queue, operation).join("; ");
    const found = told.map((one) => this.#shown(queue, operation, one)).filter(Boolean);
    this.kept(queue).apply(told);
    if (found.join("; ") === expected) return;
    const name = history.NAMES[operation.kind];
    throw new Error(
      `${name} ${operation.operation} wrote "${found.join("; ")}", not "${expected}"`,
    );
  }

  /** What a journal knows of each queue against what is there. */
  compare(): void {
    for (const [queue, kept] of this.#kept) {
      const difference = kept.difference(this.#sections, queue);
      if (difference !== undefined) throw new Error(`queue ${queue}: ${difference}`);
    }
  }

  /** How often each kind of head was read. */
  get kinds(): Map<number, number> {
    const kinds = new Map<number, number>();
    for (const kept of this.#kept.values()) {
      for (const [kind, count] of kept.kinds) kinds.set(kind, (kinds.get(kind) ?? 0) + count);
    }
    return kinds;
  }

  #shown(queue: number, { kind, operation }: Operation, told: Told): string {
    if (told.operation !== operation) throw new Error(`${told.operation} is not ${operation}`);
    // Messages past their retention that a claim met: no item of the history tells them.
    const isFound = told.kind === layout.EFFECT_REMOVED && CLAIMS.has(kind);
    if (isFound) return this.#checkDead(queue, told);
    if (told.kind === layout.EFFECT_CUT) return `${told.kind}: up to ${told.value}`;
    const messages = told.messages.map(({ sequence, count }) =>
      told.kind === layout.EFFECT_RECEIVED ? `${sequence} (${count})` : String(sequence),
    );
    const nodes = told.nodes.length > 0 ? ` and ${told.nodes.length} nodes` : "";
    const attempt = told.attempt === undefined ? "" : ATTEMPTED;
    return `${told.kind}: ${messages.join(", ")}${nodes}${attempt}`;
  }

  #checkDead(queue: number, { messages }: Told): string {
    const { words } = this.#sections;
    const base = this.#sections.header(layout.HEADER_SLOTS_BASE);
    for (const { slot, sequence } of messages) {
      const at = base + slot * layout.SLOT_BYTES;
      const state = (words[(at + layout.SLOT_STATE) >> 2] as number) & layout.SLOT_STATE_MASK;
      const isIts = words[(at + layout.SLOT_SEQUENCE) >> 2] === sequence;
      const isHere = words[(at + layout.SLOT_SHARD) >> 2] === queue;
      if (state !== layout.SLOT_DEAD || !isIts || !isHere) return `${sequence}, which lives`;
    }
    return "";
  }

  #expected(queue: number, operation: Operation): Expected {
    if (operation.status < 0) return [];
    const items = itemsOf(operation);
    const sequences = items.map(([sequence]) => String(sequence));
    const purged = this.#sections.shard(queue, layout.SHARD_PURGE_SEQUENCE);
    switch (operation.kind) {
      case history.COMMIT:
        return some(layout.EFFECT_SENT, sequences);
      case history.COMMIT_FIFO:
        return this.#accepted(queue, items);
      case history.CLAIM:
        return received(items);
      case history.CLAIM_ON:
        return received(items.slice(1));
      case history.CLAIM_ATTEMPT:
        return received(items.slice(1), ATTEMPTED);
      case history.ATTEMPT:
        return operation.status > 0 ? received(items, ATTEMPTED) : [];
      case history.REMOVE:
        return some(layout.EFFECT_REMOVED, applied(items));
      case history.HIDE:
        return some(layout.EFFECT_HIDDEN, applied(items));
      case history.SWEEP:
        return some(
          layout.EFFECT_REMOVED,
          sequences.filter((one) => Number(one) > purged),
        );
      case history.CUT:
        return [`${layout.EFFECT_CUT}: up to ${purged}`];
      case history.DEPART:
        return some(
          layout.EFFECT_DEPARTED,
          items.filter(([, , left]) => left === 1).map(([sequence]) => String(sequence)),
        );
      case history.ADMIT:
        return some(layout.EFFECT_ADMITTED, sequences);
      default:
        return [];
    }
  }

  /** A duplicate is answered with a sequence that there was before it. */
  #accepted(queue: number, items: readonly number[][]): Expected {
    const sequences: string[] = [];
    let nodes = 0;
    for (const [, id = -1, sequence = 0] of items) {
      if (sequence <= (this.#last.get(queue) ?? 0)) continue;
      this.#last.set(queue, sequence);
      sequences.push(String(sequence));
      if (id >= 0) nodes++;
    }
    const told = nodes > 0 ? ` and ${nodes} nodes` : "";
    return some(layout.EFFECT_SENT, sequences).map((text) => `${text}${told}`);
  }
}

/** The sequences of those whose last number is the result of one that applied. */
function applied(items: readonly number[][]): string[] {
  return items
    .filter((item) => item.at(-1) === layout.RESULT_APPLIED)
    .map(([sequence]) => String(sequence));
}

const CLAIMS = new Set([
  history.CLAIM,
  history.CLAIM_ON,
  history.CLAIM_ATTEMPT,
  history.TAKE,
  history.ATTEMPT,
]);
