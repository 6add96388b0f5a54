/**
 * Whether the entries of a journal agree with each other: no message twice in a queue, nothing happens to
 * one that was not sent yet, sequences rise. Goes over all batches in their order, once. What can't be held
 * against anything that is there (a message whose sending was cleaned away) is taken as it is.
 */

import { unpackEntry } from "../../broker/catalogue/catalogue.ts";
import { decodeKept, KEPT, KeptError } from "../../broker/kept/entries.ts";
import { entriesOf, NoEntry } from "../../journal/entries.ts";
import type { LogEntry, MessageEntry, PartEntry } from "../../journal/entry.ts";

/** Told where in a batch's records something is wrong. */
export type Note = (offset: number, sentence: string) => void;

/** What was said of a queue's messages so far. */
interface Shard {
  readonly incarnation: number;
  /** Sequences of those that are there. */
  readonly known: Set<number>;
  /** The greatest that was sent, and that was given at all. */
  sent: number;
  given: number;
  operation: number;
  /** While it is stated again: what was not yet. */
  lacking: Set<number> | undefined;
}

interface KnownQueue {
  readonly incarnation: number;
  readonly name: string;
}

export class Checks {
  /** By numbers, as the next start brings them back. */
  readonly #queues = new Map<number, KnownQueue>();
  readonly #shards = new Map<number, Shard>();
  /** Messages of incarnations that others took the number of, or that were deleted: they are no loss. */
  readonly #ended = new Set<number>();
  #found = 0;

  get queues(): number {
    return this.#queues.size;
  }

  /** Messages that were found so far, whatever became of them. */
  get found(): number {
    return this.#found;
  }

  /** Messages that the next start brings back. */
  get messages(): number {
    let count = 0;
    for (const [number, { incarnation, known }] of this.#shards) {
      if (this.#queues.get(number)?.incarnation === incarnation) count += known.size;
    }
    return count;
  }

  /** Those that it drops, because no queue is known to be theirs, nor to have been. */
  dropped(): { incarnation: number; messages: number }[] {
    return [...this.#shards]
      .filter(([number, { incarnation, known }]) => {
        const isKnown = this.#queues.get(number)?.incarnation === incarnation;
        return !isKnown && !this.#ended.has(incarnation) && known.size > 0;
      })
      .map(([, { incarnation, known }]) => ({ incarnation, messages: known.size }));
  }

  /** Answers how many entries there are. */
  batch(records: Uint8Array, note: Note): number {
    let count = 0;
    let part: { readonly entry: PartEntry; readonly shard: Shard | undefined } | undefined;
    try {
      for (const entry of entriesOf(records)) {
        count += 1;
        if (entry.kind === "foreign") this.#keep(entry.entry, entry.at, note);
        else if (entry.kind === "part") part = { entry, shard: this.#enter(entry, note) };
        else if (part === undefined)
          note(entry.at, "It stands before all parts, and is no queue's.");
        else if (part.shard !== undefined) this.#apply(entry, part.entry, part.shard, note);
      }
    } catch (error) {
      if (!(error instanceof NoEntry)) throw error;
      note(error.at, error.message);
    }
    return count;
  }

  #keep(entry: Uint8Array, at: number, note: Note): void {
    try {
      const kept = decodeKept(entry);
      if (kept.kind === KEPT.queue) {
        const { name } = unpackEntry(kept.entry);
        this.#queues.set(kept.number, { incarnation: kept.incarnation, name });
      } else if (kept.kind === KEPT.gone) {
        this.#ended.add(kept.incarnation);
        const isIt = this.#queues.get(kept.number)?.incarnation === kept.incarnation;
        if (isIt) this.#queues.delete(kept.number);
      }
    } catch (error) {
      if (!(error instanceof KeptError)) throw error;
      note(at, error.message);
    }
  }

  /** Undefined for a part of a queue whose number another one has by now. */
  #enter(part: PartEntry, note: Note): Shard | undefined {
    const { at, shard: number, incarnation, operation, sequence } = part;
    const before = this.#shards.get(number);
    if (before !== undefined && before.incarnation > incarnation) return undefined;
    if (before !== undefined && before.incarnation === incarnation) {
      if (operation < before.operation) {
        note(
          at,
          `${this.#nameOf(part)} goes back from operation ${before.operation} to ${operation}.`,
        );
      }
      before.operation = Math.max(before.operation, operation);
      before.given = Math.max(before.given, sequence);
      return before;
    }
    const shard: Shard = {
      ...{ incarnation, known: new Set<number>(), sent: 0, given: sequence, operation },
      lacking: undefined,
    };
    this.#shards.set(number, shard);
    return shard;
  }

  #apply(entry: LogEntry, part: PartEntry, shard: Shard, note: Note): void {
    switch (entry.kind) {
      case "message":
        this.#join(entry, part, shard, note);
        break;
      case "removed":
      case "departed":
        this.#mustBeSent(entry, part, shard, note);
        for (const { sequence } of entry.items) shard.known.delete(sequence);
        break;
      case "received":
      case "hidden":
        this.#mustBeSent(entry, part, shard, note);
        break;
      case "cut":
        cut(shard, entry.sequence);
        break;
      case "resync":
        shard.lacking = new Set([...shard.known].filter((one) => one <= entry.sequence));
        break;
      case "resynced":
        for (const one of shard.lacking ?? []) shard.known.delete(one);
        shard.lacking = undefined;
        break;
    }
  }

  #mustBeSent(
    {
      at,
      items,
    }: { readonly at: number; readonly items: readonly { readonly sequence: number }[] },
    part: PartEntry,
    shard: Shard,
    note: Note,
  ): void {
    for (const { sequence } of items) {
      if (sequence <= shard.given) continue;
      note(at, `Message ${sequence} of ${this.#nameOf(part)} was never sent.`);
    }
  }

  #join({ at, how, sequence }: MessageEntry, part: PartEntry, shard: Shard, note: Note): void {
    this.#found += 1;
    const which = `Message ${sequence} of ${this.#nameOf(part)}`;
    if (sequence > shard.given) {
      note(at, `${which} has a greater sequence than its part says was given, ${part.sequence}.`);
    }
    if (how !== "restated") {
      if (shard.known.has(sequence)) note(at, `${which} is there twice.`);
      else if (sequence <= shard.sent) note(at, `${which} was sent after ${shard.sent}.`);
      shard.sent = Math.max(shard.sent, sequence);
    }
    shard.known.add(sequence);
    shard.lacking?.delete(sequence);
  }

  #nameOf({ shard, incarnation }: PartEntry): string {
    const queue = this.#queues.get(shard);
    const isIts = queue !== undefined && queue.incarnation === incarnation;
    return isIts ? queue.name : `queue number ${shard}`;
  }
}

/** All up to a sequence is gone. */
function cut({ known }: Shard, sequence: number): void {
  for (const one of known) if (one <= sequence) known.delete(one);
}
