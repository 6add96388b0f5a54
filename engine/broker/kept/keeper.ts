/**
 * What of a broker the log has besides messages: writes the queues that changed since they were written
 * last, gives back what a segment that is to go still says, and puts all of it into a fresh memory at the
 * next start. One a journal, in the journal's thread, which calls it in turns (engine/broker/durable/);
 * it knows no disk and no clock.
 *
 * No change passes through here when it happens: `changes` compares descriptors with what was written.
 * The last state is what counts, and the incarnation tells namesakes apart, so whatever came between two
 * looks may be left out. A deleted queue keeps its number until the log knows of the deletion (`freeEnded`),
 * so none comes and goes unseen.
 *
 * The order in the log: a queue before the messages that it was given meanwhile, its end behind all that
 * was said of them. A message that had just departed for another queue when its own was deleted is known
 * from that alone.
 */
import { type Engine, STATUS_GONE } from "../../../bindings/index.ts";
import { JournalError } from "../../journal/journalError.ts";
import { protections } from "../../limits.ts";
import { unpackEntry } from "../catalogue/catalogue.ts";
import { encodeKept, KEPT, type KeptMinute, kindOf } from "./entries.ts";
import {
  MINUTES_KEPT,
  Recovered,
  type Restored,
  type RestoreSettings,
  readKept,
} from "./recovered.ts";

/** A look at a queue that others change all the time is tried so often before the next turn. */
const TRIES_MAX = 100;

/** What one number of a queue stood for when it was looked at last. */
interface Seen {
  readonly incarnation: number;
  readonly version: number;
  readonly isLive: boolean;
}

/** With the entry that says so. */
interface Found extends Seen {
  readonly entry: Uint8Array;
}

/** What is to be appended. */
export interface Changes {
  /** Of the catalogue, as it was before anything here was read; durable when all of it is. */
  readonly version: number;
  /** Before the messages of the same batch. */
  readonly first: readonly Uint8Array[];
  /** Behind them, and behind what the rings of `ended` still say. */
  readonly last: readonly Uint8Array[];
  /** Numbers of the queues that `last` ends. */
  readonly ended: readonly number[];
}

/** Changes that are being gathered. */
interface Gathered {
  readonly first: Uint8Array[];
  readonly last: Uint8Array[];
  readonly ended: number[];
}

/** A queue that could not be read because it was changed meanwhile. */
const CHANGED = "changed";

export class Keeper {
  readonly #engine: Engine;
  readonly #settings: RestoreSettings;
  readonly #recovered = new Recovered();
  /** The version of the catalogue that was written. */
  #version = -1;
  readonly #seen: (Seen | undefined)[] = [];
  /** The entry that was written last of each live queue, by number. */
  readonly #written = new Map<
    number,
    { readonly incarnation: number; readonly entry: Uint8Array }
  >();
  #incarnations = -1;
  /** Numbers whose end is in the log or about to be. */
  readonly #ended = new Set<number>();
  /** Kinds and numbers that were stated again since `beginCleaning`. */
  readonly #stated = new Set<number | string>();
  #era = 0;
  #firstMinute = 0;
  #lastMinute = 0;

  constructor(engine: Engine, settings: RestoreSettings) {
    this.#engine = engine;
    this.#settings = settings;
  }

  // --- At the start -----------------------------------------------------------------------------

  /** An entry of the log, of kind KEPT_KIND_FIRST or above; in their order. Copies what it needs. */
  read(entry: Uint8Array): void {
    this.#recovered.read(entry);
  }

  /**
   * When all was read, and before messages are linked to their queues: makes the queues and the identity
   * in the fresh memory. Throws a SluiceError where they don't go together with what the broker was opened
   * with, a JournalError for a log that no broker has written.
   */
  restore(isNew: boolean): Restored {
    const restored = this.#recovered.restore(this.#engine, this.#settings, isNew);
    for (const { number, incarnation, entry } of restored.written) {
      this.#written.set(number, { incarnation, entry });
    }
    this.#version = this.#engine.queues.catalogueVersion();
    this.#era = restored.era;
    this.#firstMinute = restored.firstMinute;
    this.#lastMinute = restored.lastMinute;
    return restored;
  }

  /** What a new life writes before anybody is served: nobody will be given again what this one gives. */
  conclusions(): Uint8Array[] {
    return [this.#identity(), this.#counters()];
  }

  // --- While the broker runs --------------------------------------------------------------------

  /** Whether the catalogue has changed since the last `changes`. Costs a load. */
  get isBehind(): boolean {
    return this.#engine.queues.catalogueVersion() !== this.#version;
  }

  /** What the log does not know of queues yet, at `nowMs`. All of it is taken to be appended. */
  changes(nowMs: number): Changes {
    const { queues, identity } = this.#engine;
    // Read before what it is to vouch for.
    const version = queues.catalogueVersion();
    const gathered: Gathered = { first: [], last: [], ended: [] };
    if (version === this.#version) return { version, ...gathered };
    let isWhole = true;
    for (let number = 0; number < queues.used; number++) {
      if (!this.#look(number, nowMs, gathered)) isWhole = false;
    }
    if (identity.incarnations !== this.#incarnations) gathered.first.push(this.#counters());
    if (isWhole) this.#version = version;
    return { version: this.#version, ...gathered };
  }

  /** An entry of metrics, which is to be appended as it is. */
  take(entry: Uint8Array): void {
    const kept = readKept(entry);
    if (kept.kind !== KEPT.minute) return;
    this.#era = Math.max(this.#era, kept.era);
    this.#firstMinute = Math.max(this.#firstMinute, kept.firstMinute);
    this.#lastMinute = Math.max(this.#lastMinute, kept.minute);
  }

  /**
   * Frees the numbers of deleted queues that are empty, when what `changes` answered was appended; how
   * many are still to be freed.
   */
  freeEnded(): number {
    for (const number of this.#ended) {
      if (this.#engine.endQueue(number)) this.#ended.delete(number);
    }
    return this.#ended.size;
  }

  // --- Cleaning ---------------------------------------------------------------------------------

  /** A segment is about to be read with `restated`. */
  beginCleaning(): void {
    this.#stated.clear();
  }

  /** What is to be appended in the place of an entry that goes with its segment; undefined: nothing. */
  restated(entry: Uint8Array, nowMs: number): Uint8Array | undefined {
    const kept = readKept(entry);
    switch (kept.kind) {
      case KEPT.queue:
        return this.#restatedQueue(kept.number, entry);
      case KEPT.identity:
        return this.#isFirst("identity") ? this.#identity() : undefined;
      case KEPT.counters:
        return this.#isFirst("counters") ? this.#counters() : undefined;
      case KEPT.gone:
        return this.#isMinded(kept.atMs, nowMs) ? entry.slice() : undefined;
      default:
        return this.#isShown(kept) ? entry.slice() : undefined;
    }
  }

  /** Nothing where another one was written later, or the queue's end was. */
  #restatedQueue(number: number, entry: Uint8Array): Uint8Array | undefined {
    const written = this.#written.get(number);
    if (written === undefined || Buffer.compare(written.entry, entry) !== 0) return undefined;
    return this.#isFirst(number) ? written.entry : undefined;
  }

  /** Whether a rule minds that a name was given up then. */
  #isMinded(atMs: number, nowMs: number): boolean {
    const isRecent = nowMs - atMs < protections.recreateSeconds * 1_000;
    return isRecent && this.#settings.isSixtySecondRuleOn;
  }

  /** Whether metrics may still show it. */
  #isShown({ era, minute }: KeptMinute): boolean {
    const since = Math.max(this.#firstMinute, this.#lastMinute - MINUTES_KEPT);
    return era >= this.#era && minute >= since;
  }

  #isFirst(key: number | string): boolean {
    if (this.#stated.has(key)) return false;
    this.#stated.add(key);
    return true;
  }

  // --- Inside -----------------------------------------------------------------------------------

  /** Adds what is new of the queue of this number; false when it can't be read now. */
  #look(number: number, nowMs: number, gathered: Gathered): boolean {
    if (this.#isUnchanged(number)) return true;
    const found = this.#readQueue(number);
    if (found === CHANGED) return false;
    const written = this.#written.get(number);
    const isGone = written !== undefined && written.incarnation !== found?.incarnation;
    // Its number is free already, or another's, as where no journal holds it.
    if (isGone) {
      const { first, last } = gathered;
      (found === undefined ? last : first).push(this.#end(number, written, nowMs));
    }
    if (found === undefined) {
      const { queues } = this.#engine;
      const [incarnation, version] = [queues.incarnation(number), queues.version(number)];
      this.#seen[number] = { incarnation, version, isLive: false };
      return true;
    }
    const seen = this.#seen[number];
    const isEnded = seen?.incarnation === found.incarnation && !seen.isLive;
    if (!isEnded) this.#write(number, found, gathered);
    if (!isEnded && !found.isLive) {
      gathered.last.push(this.#end(number, found, nowMs));
      gathered.ended.push(number);
      this.#ended.add(number);
    }
    this.#seen[number] = found;
    return true;
  }

  #isUnchanged(number: number): boolean {
    const { queues } = this.#engine;
    const seen = this.#seen[number];
    const incarnation = queues.incarnation(number);
    // A number that nobody ever had.
    if (seen === undefined) return incarnation === 0;
    const isSame = seen.incarnation === incarnation && seen.version === queues.version(number);
    return isSame && seen.isLive === queues.isLive(number);
  }

  /**
   * A queue that is new or was changed. One that is deleted is written as well where it never was, so that its
   * end has a beginning. Who recovers a lock raises all versions: what did not change is not written again.
   */
  #write(number: number, found: Found, { first }: Gathered): void {
    const written = this.#written.get(number);
    const isWritten = written?.incarnation === found.incarnation;
    if (isWritten && (!found.isLive || Buffer.compare(written.entry, found.entry) === 0)) return;
    this.#written.set(number, found);
    first.push(found.entry);
  }

  #readQueue(number: number): Found | undefined | typeof CHANGED {
    const { queues } = this.#engine;
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const bytes = this.#engine.readEntry(number);
      if (bytes === STATUS_GONE) return undefined;
      if (bytes < 0) continue;
      const { entry: value, isLive, incarnation, version } = queues.takeEntry(bytes);
      const image = queues.takeImage();
      const entry = encodeKept({ kind: KEPT.queue, number, incarnation, image, entry: value });
      return { entry, isLive, incarnation, version };
    }
    return CHANGED;
  }

  /** The entry that ends a queue whose last entry this was. */
  #end(
    number: number,
    { incarnation, entry }: { readonly incarnation: number; readonly entry: Uint8Array },
    atMs: number,
  ): Uint8Array {
    this.#written.delete(number);
    const { account, name } = keyOf(entry);
    return encodeKept({ kind: KEPT.gone, number, incarnation, account, name, atMs });
  }

  /** The entry of who the broker is. */
  #identity(): Uint8Array {
    const { secret, epoch, hashVersion } = this.#engine.identity;
    const { account, region } = this.#settings;
    return encodeKept({ kind: KEPT.identity, secret, epoch, hashVersion, account, region });
  }

  #counters(): Uint8Array {
    const { incarnations, births } = this.#engine.identity;
    this.#incarnations = incarnations;
    return encodeKept({ kind: KEPT.counters, incarnations, births });
  }
}

/** Whose queue an entry of one speaks of. */
function keyOf(entry: Uint8Array): { readonly account: string; readonly name: string } {
  const kept = readKept(entry);
  if (kept.kind === KEPT.queue) return unpackEntry(kept.entry);
  throw new JournalError("Corrupt", `An entry of kind ${kindOf(entry)} is not a queue's.`);
}
