/**
 * Keeps the log from growing without end: takes away the oldest segment when all that is still true in it
 * was said again at the log's end. What is true is asked of the memory, under the queue's lock, and never
 * of a count: counts decide when a segment is looked at, not whether it may go.
 *
 * No effect ever stands before what it acts on: segments go strictly oldest first, and what is said again
 * is the whole state of a message. So no trace of what was removed need be kept. A message between two
 * queues can't be said again by either; as long as there is one whose content stands in the segment, it stays.
 * The journal thread's alone; one piece of the work between two commits, as long as a commit or less, so
 * that nobody waits for all of it.
 */
import {
  Candidates,
  type Engine,
  type MovedSlot,
  RESTATE_MAX,
  STATUS_FULL,
} from "../../../bindings/index.ts";
import { elapsedMs } from "../../clock.ts";
import type { Batch, Journal } from "../../journal/journal.ts";
import { JournalError } from "../../journal/journalError.ts";
import type { Commits } from "./commits.ts";
import type { Counts } from "./journalNumbers.ts";

/** What gives back the entries that are not messages (kept/keeper.ts). */
export interface Restater {
  beginCleaning(): void;
  restated(entry: Uint8Array, nowMs: number): Uint8Array | undefined;
}

export interface CleanerHost {
  readonly engine: Engine;
  readonly journal: Journal;
  readonly commits: Commits;
  readonly keeper: Restater;
  readonly counts: Counts;
  readonly moved: readonly MovedSlot[];
  readonly segmentBytes: number;
  readonly nowMs: () => number;
  /** Something is wrong with the disk and is tried again. */
  readonly onTrouble: (error: JournalError) => void;
}

/** So much of the log may be past for each byte that is true, and so many segments in any case. */
const LOG_A_LIVE_BYTE = 2;
const SEGMENTS_AT_LEAST = 2;
/** Where more of a segment is true than that, the log had better grow before the next one is taken. */
const TRUE_SHARE_MAX = 0.5;
/** A message's share of the log besides its body. */
const OVERHEAD_BYTES = 160;
/** Messages that are said again between two commits. */
const PORTION = 1_280;
/** How long what is between two queues is left alone. */
const MOVING_MS = 20;
/** A segment is read by so many bytes at a time, some tenths of a millisecond, and as many more as come meanwhile. */
const READ_BYTES = 524_288;
const READ_A_NEW_BYTE = 2;
/** How long a segment that could not be opened is. */
const RETRY_MS = 100;
/** How often to look for what can go when the disk has little room. */
const LOW_LOOK_MS = 1_000;

interface Work {
  readonly segment: number;
  readonly candidates: Candidates;
  /** Whether all of the segment was read. */
  isRead: boolean;
  /** The next of them. */
  next: number;
}

export class Cleaner {
  readonly #host: CleanerHost;
  #work: Work | undefined;
  /** The oldest segment may go when the next commit is durable. */
  #isDiscarded = false;
  /** The segment that was written when it was looked at last, and from which one on that is worth it. */
  #lookedAt = -1;
  #notBefore = 0;
  /** How many segments what is true would take, as of then. */
  #live = 0;
  #lookedAtMs = 0;
  #notBeforeMs = 0;
  /** What was appended when a piece was read last. */
  #readAt = 0;

  constructor(host: CleanerHost) {
    this.#host = host;
  }

  /** Whether there is something to do now. */
  get isBusy(): boolean {
    return this.#work !== undefined && elapsedMs() >= this.#notBeforeMs;
  }

  /** One piece of the work, when there is any; between two commits. */
  async step(): Promise<void> {
    const { journal } = this.#host;
    if (this.#isDiscarded) await this.#takeAway();
    // The commit that gives the segment up has not come yet: what is read next begins behind it.
    if (this.#isDiscarded) return;
    if (this.#work === undefined) {
      if (journal.oldestSegment < journal.currentSegment && this.#isDue()) this.#begin();
    } else if (elapsedMs() >= this.#notBeforeMs) {
      await this.#goOn(this.#work);
    }
  }

  async #goOn(work: Work): Promise<void> {
    if (!work.isRead) await this.#readSome(work);
    else if (work.next < work.candidates.count) this.#restateSome(work);
    else await this.#finish(work);
  }

  #isDue(): boolean {
    const { journal, segmentBytes } = this.#host;
    const { currentSegment, oldestSegment, room } = journal;
    const isNew = currentSegment !== this.#lookedAt && currentSegment >= this.#notBefore;
    const isLow = room !== "open" && elapsedMs() - this.#lookedAtMs >= LOW_LOOK_MS;
    if (!isNew && !isLow) return false;
    this.#lookedAtMs = elapsedMs();
    this.#live = Math.ceil(this.#liveBytes() / segmentBytes);
    const isLong =
      currentSegment - oldestSegment > SEGMENTS_AT_LEAST + LOG_A_LIVE_BYTE * this.#live;
    // Else there is nothing to do before the next segment.
    if (!isLong && !isLow) this.#lookedAt = currentSegment;
    return isLong || isLow;
  }

  /** About how many bytes of the log are true. */
  #liveBytes(): number {
    const { queues } = this.#host.engine;
    let bytes = 0;
    for (let queue = 0; queue < queues.used; queue++) {
      if (!queues.isLive(queue)) continue;
      const { messagesSent, sentBytes } = queues.totals(queue);
      bytes += queues.held(queue) * (sentBytes / Math.max(1, messagesSent) + OVERHEAD_BYTES);
    }
    return bytes;
  }

  #begin(): void {
    const { engine, journal, moved } = this.#host;
    const candidates = new Candidates(engine.effects, moved);
    this.#work = { segment: journal.oldestSegment, candidates, isRead: false, next: 0 };
    this.#readAt = journal.appended;
    this.#notBeforeMs = 0;
  }

  /** What was looked at may be gone before it is said again; what was gone by then is gone for good. */
  async #readSome(work: Work): Promise<void> {
    const { journal, nowMs, onTrouble } = this.#host;
    const { segment, candidates } = work;
    const look = ({ records }: Batch): void => candidates.look(records, nowMs());
    // No slower than the log grows.
    const bytes = Math.max(READ_BYTES, READ_A_NEW_BYTE * (journal.appended - this.#readAt));
    this.#readAt = journal.appended;
    try {
      if (await journal.read(segment, look, bytes)) return;
    } catch (error) {
      if (!(error instanceof JournalError && error.retryable)) throw error;
      onTrouble(error);
      this.#notBeforeMs = elapsedMs() + RETRY_MS;
      return;
    }
    work.isRead = true;
    const isMostlyTrue = candidates.count > candidates.messages * TRUE_SHARE_MAX;
    if (isMostlyTrue) this.#notBefore = journal.currentSegment + Math.max(1, this.#live >> 1);
  }

  /** Has some of the messages said again; the next commit takes them out of the rings. */
  #restateSome(work: Work): void {
    const { engine, commits } = this.#host;
    const { candidates } = work;
    const end = Math.min(candidates.count, work.next + PORTION);
    while (work.next < end) {
      const first = work.next;
      let count = 0;
      while (
        first + count < end &&
        count < RESTATE_MAX &&
        candidates.areTogether(first, first + count)
      ) {
        candidates.put(first + count, count);
        count += 1;
      }
      const queue = candidates.queueOf(first);
      const status = engine.effects.restate(queue, count);
      commits.mark(queue.number);
      // No room: the commit makes some.
      if (status === STATUS_FULL) return;
      work.next += count;
    }
  }

  /**
   * All that is true was said again and is in the log. What moved meanwhile is in its new queue's ring by
   * now, which is why all queues are taken once more before the segment is given up; with them go their
   * counters, and what is remembered of sends and receives.
   */
  async #finish(work: Work): Promise<void> {
    const { journal, keeper, commits, nowMs, counts } = this.#host;
    if (work.candidates.isAnyMoving) {
      this.#letIn();
      this.#notBeforeMs = elapsedMs() + MOVING_MS;
      return;
    }
    await commits.stateAll((queue, incarnation) => {
      const known = work.candidates.remembered.get(queue);
      return known?.handle.incarnation === incarnation ? known.entries : [];
    });
    keeper.beginCleaning();
    for (const entry of work.candidates.foreign) {
      const restated = keeper.restated(entry, nowMs());
      if (restated !== undefined) commits.keep(restated);
    }
    counts.add("restatedBytes", work.candidates.bytes);
    journal.discardBefore(work.segment + 1);
    this.#work = undefined;
    this.#isDiscarded = true;
  }

  /** What came to a queue that had no room for it waits for a receive or a count there, which may never come. */
  #letIn(): void {
    const { engine, nowMs } = this.#host;
    const { queues } = engine;
    for (let queue = 0; queue < queues.used; queue++) {
      if (queues.isLive(queue)) engine.advance(queues.handle(queue), nowMs());
    }
  }

  /** Behind a commit: in relaxed durability that only wrote. */
  async #takeAway(): Promise<void> {
    const { journal, commits, counts } = this.#host;
    await commits.sync();
    const cleaned = await journal.clean();
    if (cleaned === 0) return;
    counts.add("cleaned", cleaned);
    this.#isDiscarded = false;
  }
}
