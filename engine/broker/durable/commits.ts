/**
 * Group commit: what the sections of all queues wrote down since the last turn becomes one batch of the
 * journal, then all that wait for it are told. What comes while the disk syncs gathers in the rings of
 * effects, so the more come at once the fewer syncs they cost; where syncs are slow, some overlap (pendingCommits.ts).
 *
 * What always holds. A queue's operation number is published only when all that its sections did up to it
 * was appended and, unless durability is relaxed, synced. The catalogue is read behind the last of the
 * queues' parts and goes into the same commit: no message is in the log whose queue is not. A deleted queue
 * is taken once more before the log says that it is gone, and its number is free only when that is durable.
 *
 * The journal thread's alone; one call at a time. Throws what the journal throws and is not worth trying again.
 */
import { type Engine, type Part, type Publisher, STATUS_FULL } from "../../../bindings/index.ts";
import { elapsedMs } from "../../clock.ts";
import type { Journal } from "../../journal/journal.ts";
import { JournalError } from "../../journal/journalError.ts";
import type { Counts } from "./journalNumbers.ts";
import { Lag } from "./lag.ts";
import { PendingCommits } from "./pendingCommits.ts";

/** What the catalogue has to say since it was last asked (kept/keeper.ts). */
export interface CatalogueChanges {
  /** The CATALOGUE_VERSION that all this makes durable. */
  readonly version: number;
  /** Whole entries: what is made or changed. */
  readonly first: readonly Uint8Array[];
  /** And what is gone, behind what the rings of `ended` still say. */
  readonly last: readonly Uint8Array[];
  /** The numbers of queues that are gone. */
  readonly ended: readonly number[];
}

export interface CatalogueSource {
  /** Whether something changed since the last `changes`. */
  readonly isBehind: boolean;
  changes(nowMs: number): CatalogueChanges;
  /** What `changes` answered is durable: numbers of queues that are gone may be used again. */
  freeEnded(): number;
}

export interface CommitsHost {
  readonly engine: Engine;
  readonly publisher: Publisher;
  readonly journal: Journal;
  readonly catalogue: CatalogueSource;
  readonly counts: Counts;
  /** Acknowledged when written; synced every SYNC_MS. */
  readonly isRelaxed: boolean;
  /** The most bytes that one `append` takes. */
  readonly batchBytes: number;
  /** How long syncs take that had better overlap (pendingCommits.ts). */
  readonly slowSyncMs?: number | undefined;
  /** The broker's time. */
  readonly nowMs: () => number;
  /** Waits until something may have changed; false: the broker ends, and there is nothing to wait for. */
  readonly pause: (ms: number) => boolean;
  /** Something is wrong with the disk and is tried again. */
  readonly onTrouble: (error: JournalError) => void;
}

/** How long a full disk is left alone before the next try. */
const RETRY_MS = 100;
/** A turn takes no more of one queue when it has so many bytes. */
const TURN_BYTES = 4_194_304;
/** In relaxed durability. */
const SYNC_MS = 100;
/** How often the room on the disk is looked at, and queues that nobody marked. */
const LOOK_MS = 100;

export class Commits {
  readonly #host: CommitsHost;
  /** Queues in which something happened that was not taken yet. */
  #dirty = new Set<number>();
  /** Queues that are being said again as a whole, and how far that is. */
  readonly #rebuilt = new Map<number, number>();
  /** How far each of these is in what was appended. */
  #reached = new Map<number, number>();
  /** Commits whose syncs go on. */
  readonly #pending: PendingCommits;
  readonly #lag: Lag;
  /** Whole entries from elsewhere that go into the next batch. */
  #kept: Uint8Array[] = [];
  /** What was appended when the turn began. */
  #beganAt = 0;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #syncedAtMs = elapsedMs();
  #markedAt = -1;
  #ticket = 0;
  /** Whether queues that are gone keep their numbers yet. */
  #hasEnded = false;

  constructor(host: CommitsHost) {
    this.#host = host;
    this.#pending = new PendingCommits(host.slowSyncMs);
    this.#lag = new Lag(host.counts);
  }

  /** How long a turn would come too early: infinity: until a sync is done, which rings. */
  get waitMs(): number {
    return this.#pending.waitMs(elapsedMs());
  }

  get isAnyPending(): boolean {
    return !this.#pending.isEmpty;
  }

  /** Whether a turn would find something that somebody said. */
  get isWanted(): boolean {
    const { publisher, catalogue } = this.#host;
    const isSyncWanted = publisher.syncsAsked !== this.#ticket;
    const isLeft = this.#dirty.size > 0 || this.#kept.length > 0;
    return isLeft || publisher.isAnyDirty || catalogue.isBehind || isSyncWanted;
  }

  /** A whole entry that goes into the next batch. */
  keep(entry: Uint8Array): void {
    this.#kept.push(entry);
  }

  /** Something was written into the queue's ring by this thread. */
  mark(queue: number): void {
    this.#dirty.add(queue);
  }

  /** The next turn looks at the queues that nobody marked as well. */
  lookAtAll(): void {
    this.#lookedAtMs = Number.NEGATIVE_INFINITY;
  }

  /**
   * Says the counters of every queue, whether anything happened to it or not, and behind them what
   * `more` has of it, whole entries. What its sections wrote up to this moment is taken with them.
   */
  async stateAll(
    more: (queue: number, incarnation: number) => readonly Uint8Array[] = () => [],
  ): Promise<void> {
    const { queues } = this.#host.engine;
    for (let queue = 0; queue < queues.used; queue++) {
      if (!queues.isLive(queue)) continue;
      await this.#take(queue, true);
      for (const entry of more(queue, queues.incarnation(queue))) await this.#follow(queue, entry);
    }
  }

  /** Appends an entry of a queue's behind one that says which queue that is, in the same batch. */
  async #follow(queue: number, entry: Uint8Array): Promise<void> {
    const { journal, nowMs } = this.#host;
    while (entry.length > journal.gatherRoom) {
      await this.#persist(() => journal.write(nowMs()));
      await this.#take(queue, true);
    }
    journal.append(entry);
  }

  /**
   * What a new life says before anybody is served, between these entries: what a life handed out is never
   * given again, also by one that does nothing else.
   */
  async beginLife(first: readonly Uint8Array[], last: readonly Uint8Array[]): Promise<void> {
    for (const entry of first) await this.#append(entry);
    await this.stateAll();
    for (const entry of last) this.keep(entry);
    await this.turn();
    await this.sync();
    // What the log had of queues is durable; nobody has changed anything yet.
    const { publisher, engine } = this.#host;
    publisher.publishCatalogue(engine.durable.catalogueVersion);
  }

  /** One commit of all that there is; false when there was nothing. */
  async turn(): Promise<boolean> {
    const isAnyDone = this.#publishDone();
    return (this.waitMs === 0 && (await this.#commit())) || isAnyDone;
  }

  async #commit(): Promise<boolean> {
    const { publisher, catalogue, journal, nowMs, counts } = this.#host;
    const ticket = publisher.syncsAsked;
    publisher.takeDirty((queue) => this.#dirty.add(queue));
    await this.#lookAround();
    this.#lag.begin();
    const takenMs = elapsedMs();
    this.#beganAt = journal.appended;
    const dirty = this.#dirty;
    this.#dirty = new Set();
    for (const queue of dirty) await this.#take(queue);
    this.#restateRebuilt();
    for (const entry of this.#kept.splice(0)) await this.#append(entry);
    // Behind the parts: what they say of a queue has its making before it, or beside it.
    const changes = catalogue.isBehind ? catalogue.changes(nowMs()) : undefined;
    if (changes !== undefined) await this.#appendCatalogue(changes);
    const isNew =
      journal.appended > this.#beganAt || changes !== undefined || this.#reached.size > 0;
    if (!isNew && ticket === this.#ticket) return false;
    if (isNew) this.#lag.took(journal.appended);
    await this.#persist(() => journal.write(nowMs()));
    counts.add("batches", 1);
    counts.set("appended", journal.appended);
    counts.set("written", journal.written);
    // What the catalogue frees and what was asked for wait for all that is pending.
    if (changes === undefined && ticket === this.#ticket && this.#beginsSync(takenMs)) return true;
    if (!this.#host.isRelaxed) await this.sync();
    this.#publish(changes);
    if (this.#host.isRelaxed) await this.#syncInTime(ticket !== this.#ticket);
    this.#publishSync(ticket);
    return true;
  }

  /** Whether the sync of what was written goes on beside what follows. */
  #beginsSync(takenMs: number): boolean {
    const { isRelaxed, journal } = this.#host;
    if (isRelaxed || !this.#pending.isSlow || !journal.beginSync()) return false;
    const position = journal.written;
    const beganMs = elapsedMs();
    this.#pending.begin({ position, reached: this.#reached, takenMs, beganMs });
    this.#reached = new Map();
    return true;
  }

  /** Tells who waits for syncs that are done. */
  #publishDone(): boolean {
    if (this.#pending.isEmpty) return false;
    const { journal, publisher, counts } = this.#host;
    journal.settle();
    let isAnyDone = false;
    for (;;) {
      const nowMs = elapsedMs();
      const commit = this.#pending.takeDone(journal.durable, nowMs);
      if (commit === undefined) break;
      for (const [queue, operation] of commit.reached) publisher.publish(queue, operation);
      counts.add("syncs", 1);
      counts.add("syncMs", nowMs - commit.beganMs);
      isAnyDone = true;
    }
    if (!isAnyDone) return false;
    this.#noteDurable();
    publisher.wake();
    return true;
  }

  #noteDurable(): void {
    const { journal, counts } = this.#host;
    this.#syncedAtMs = elapsedMs();
    counts.set("durable", journal.durable);
    this.#lag.reached(journal.durable);
  }

  /** Nothing came for a while: the disk says that what it has is durable. */
  async rest(): Promise<void> {
    const { journal, nowMs } = this.#host;
    if (this.#markedAt === journal.appended) return;
    await this.#persist(() => journal.mark(nowMs()));
    this.#markedAt = journal.appended;
    this.#noteDurable();
  }

  /** Queues that nobody marked, since who worked in them waits for nothing or died; and the disk. */
  async #lookAround(): Promise<void> {
    const nowMs = elapsedMs();
    if (nowMs - this.#lookedAtMs < LOOK_MS) return;
    this.#lookedAtMs = nowMs;
    const { engine } = this.#host;
    for (let queue = 0; queue < engine.queues.used; queue++) {
      if (engine.drain.isBehind(queue)) this.#dirty.add(queue);
    }
    await this.#survey();
  }

  async #survey(): Promise<void> {
    const { journal, publisher, counts } = this.#host;
    const room = await journal.survey();
    publisher.isLow = room !== "open";
    counts.set("room", ["open", "low", "full"].indexOf(room));
    counts.set("segments", journal.currentSegment - journal.oldestSegment + 1);
    counts.set("heldBytes", journal.heldBytes);
    counts.set("diskBytes", journal.diskBytes);
    counts.set("reserveBytes", journal.reserveBytes);
  }

  /** Appends what a queue has to say. */
  async #take(queue: number, always = false): Promise<void> {
    const { journal } = this.#host;
    for (;;) {
      const part = await this.#takePart(queue, always);
      if (part?.needsResync && !this.#rebuilt.has(queue)) this.#rebuilt.set(queue, 0);
      if (!part?.isShort) return;
      // Whoever fills the ring as fast as it is read must not keep the others from their commit.
      if (journal.appended - this.#beganAt >= TURN_BYTES) break;
    }
    this.#dirty.add(queue);
  }

  async #takePart(queue: number, always = false): Promise<Part | undefined> {
    const { engine, batchBytes } = this.#host;
    const { drain } = engine;
    const part = drain.take(queue, always);
    if (part === undefined) return undefined;
    if (part.bytes.length <= batchBytes) await this.#append(part.bytes);
    else for (const piece of drain.pieces(part, batchBytes)) await this.#append(piece);
    drain.taken();
    this.#reached.set(queue, part.operation);
    return part;
  }

  /**
   * Indexes of a queue were rebuilt, and with them some effect may be lost: all that is there is said again,
   * as much of it as the ring has room for; the next turn goes on.
   */
  #restateRebuilt(): void {
    const { effects } = this.#host.engine;
    for (const queue of [...this.#rebuilt.keys()]) {
      let from = this.#rebuilt.get(queue) as number;
      let next = effects.resync(queue, from);
      while (next > 0) {
        from = next;
        next = effects.resync(queue, from);
      }
      if (next === STATUS_FULL) this.#rebuilt.set(queue, from);
      else this.#rebuilt.delete(queue);
      this.#dirty.add(queue);
    }
  }

  async #append(entries: Uint8Array): Promise<void> {
    const { journal, nowMs } = this.#host;
    if (entries.length === 0) return;
    if (entries.length > journal.gatherRoom) {
      await this.#persist(() => journal.write(nowMs()));
    }
    journal.append(entries);
  }

  async #appendCatalogue({ first, last, ended }: CatalogueChanges): Promise<void> {
    for (const entry of first) await this.#append(entry);
    // What left a queue just before its deletion is in no other's part yet.
    for (const queue of ended) await this.#take(queue);
    for (const entry of last) await this.#append(entry);
  }

  async sync(): Promise<void> {
    const { journal, counts } = this.#host;
    const fromMs = elapsedMs();
    await journal.sync();
    this.#publishDone();
    const tookMs = elapsedMs() - fromMs;
    this.#pending.took(tookMs);
    this.#noteDurable();
    counts.add("syncs", 1);
    counts.add("syncMs", tookMs);
  }

  /** In relaxed durability: what is written is synced when that was asked for, or its time has come. */
  async #syncInTime(isAsked: boolean): Promise<void> {
    if (isAsked || elapsedMs() - this.#syncedAtMs >= SYNC_MS) await this.sync();
  }

  #publish(changes: CatalogueChanges | undefined): void {
    const { publisher, catalogue } = this.#host;
    for (const [queue, operation] of this.#reached) publisher.publish(queue, operation);
    this.#reached.clear();
    if (changes !== undefined) {
      publisher.publishCatalogue(changes.version);
      this.#hasEnded ||= changes.ended.length > 0;
    }
    // One whose messages are not all freed yet keeps its number for a while.
    if (this.#hasEnded) this.#hasEnded = catalogue.freeEnded() > 0;
    publisher.wake();
  }

  /** Syncs that were asked for are done. */
  #publishSync(ticket: number): void {
    if (ticket === this.#ticket) return;
    this.#ticket = ticket;
    const { publisher } = this.#host;
    publisher.publishSync(ticket);
    publisher.wake();
  }

  /** Does it, again and again while the disk has no room; throws what is not worth trying again. */
  async #persist(call: () => Promise<void>): Promise<void> {
    const { publisher, counts, pause, onTrouble } = this.#host;
    for (;;) {
      try {
        await call();
        return;
      } catch (error) {
        if (!(error instanceof JournalError) || !error.retryable) throw error;
        publisher.isLow = true;
        counts.set("room", 2);
        onTrouble(error);
        // Who waits to end looks at it.
        publisher.wake();
        if (!pause(RETRY_MS)) throw error;
      }
    }
  }
}
