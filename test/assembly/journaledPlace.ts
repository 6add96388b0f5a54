/**
 * A memory with two Standard queues that write down what happens to them, one thread, and a reader of what
 * they write that reads when a test says so.
 */
import * as layout from "../../assembly/layout.ts";
import type { Exports as SectionExports } from "../model/history/exports.ts";
import { Keeper } from "../model/history/keeper.ts";
import {
  type QueueNumbers,
  type Receipt,
  Sections,
  type Settings,
} from "../model/history/sections.ts";
import { moduleOf } from "../support/builds.ts";

export const NOW_MS = 1_700_000_000_000;
const VISIBILITY_MS = 60_000;
const SIZES = { pages: 800, threads: 2, queues: 3, slots: 20_000 };

interface Options {
  readonly isJournaled?: boolean;
  readonly pages?: number;
  readonly settings?: Partial<Settings>;
}

/** Whole operations, besides the sections. */
export interface Exports extends SectionExports {
  commit(t: number, queue: number, incarnation: number, count: number, now: number): number;
  remove(t: number, queue: number, incarnation: number, count: number, now: number): number;
  hide(t: number, queue: number, incarnation: number, count: number, now: number): number;
  advance(thread: number, queue: number, incarnation: number, now: number): number;
  catalogueEnd(thread: number, queue: number): number;
  waitBegin(thread: number, queue: number): void;
  waitEnd(thread: number, queue: number): void;
  takeDirty(thread: number, queue: number): number;
}

export class JournaledPlace {
  readonly sections: Sections & { descriptor(queue: number, offset: number): number };
  readonly engine: Exports;
  readonly keeper: Keeper;
  readonly settings: Settings;
  readonly queue: QueueNumbers;
  readonly other: QueueNumbers;
  /** Messages of the first queue that are in flight. */
  receipts: Receipt[] = [];

  constructor({ isJournaled = true, pages = SIZES.pages, settings = {} }: Options = {}) {
    const sizes = pages < 100 ? { ...SIZES, pages, slots: 600 } : { ...SIZES, pages };
    const sections = Sections.open(moduleOf(), sizes, () => {});
    const base = sections.header(layout.HEADER_QUEUES_BASE);
    const descriptor = (queue: number, offset: number): number =>
      sections.words[(base + queue * layout.QUEUE_BYTES + offset) >> 2] as number;
    this.sections = Object.assign(sections, { descriptor });
    this.engine = sections.engine as Exports;
    if (isJournaled) sections.engine.journalBegin(sections.thread);
    this.keeper = new Keeper(sections);
    this.settings = {
      ...{ visibilityMs: VISIBILITY_MS, delayMs: 0, retentionMs: 3_600_000 },
      ...settings,
    };
    this.queue = sections.createQueue(this.settings);
    this.other = sections.createQueue(this.settings);
  }

  get thread(): number {
    return this.sections.thread;
  }

  /** Messages of one size; how many were taken. */
  send(count: number, bodyBytes = 10): number {
    const { engine, thread, queue } = this;
    let prepared = 0;
    for (; prepared < count; prepared++) {
      const send =
        this.#area + layout.THREAD_SENDS + prepared * layout.SEND_BYTES + layout.SEND_BODY_BYTES;
      this.sections.words[send >> 2] = bodyBytes;
      this.sections.words[(send - layout.SEND_BODY_BYTES + layout.SEND_DELAY_MS) >> 2] = -1;
      if (engine.prepare(thread, prepared, NOW_MS) !== 0) break;
    }
    if (prepared === 0) return 0;
    return engine.commit(thread, queue.queue, queue.incarnation, prepared, NOW_MS);
  }

  get #area(): number {
    return this.sections.header(layout.HEADER_THREADS_BASE) + this.thread * layout.THREAD_BYTES;
  }

  sendUntilRefused(): void {
    while (this.send(10) === 10) {
      if (this.receipts.length < 10) this.receive();
    }
  }

  /** Ten of the first queue's messages more are in flight, if there are as many. */
  receive(): number {
    const { engine, thread, queue } = this;
    const got = engine.receive(thread, queue.queue, queue.incarnation, 10, VISIBILITY_MS, NOW_MS);
    for (let index = 0; index < got; index++) {
      const at = (this.#area + layout.THREAD_RECEIVES + index * layout.RECEIVE_BYTES) >> 2;
      const word = (offset: number): number => this.sections.words[at + (offset >> 2)] as number;
      this.receipts.unshift({
        slot: word(layout.RECEIVE_SLOT),
        count: word(layout.RECEIVE_COUNT),
        sequence: word(layout.RECEIVE_SEQUENCE),
      });
    }
    return got;
  }

  /** Of those in flight the oldest `count`; the engine's answer. */
  remove(count: number): number {
    return this.#remove(this.receipts.slice(-count));
  }

  /** Of those in flight the newest. */
  removeReceived(count: number): number {
    return this.#remove(this.receipts.slice(0, count));
  }

  #remove(some: readonly Receipt[]): number {
    const { engine, thread, queue } = this;
    this.sections.held.handles(some);
    const applied = engine.remove(thread, queue.queue, queue.incarnation, some.length, NOW_MS);
    if (applied > 0) this.receipts = this.receipts.filter((one) => !some.includes(one));
    return applied;
  }

  /** The newest of those in flight gets a new timeout, to be counted from now; the engine's answer. */
  hide(visibilityMs: number): number {
    const { engine, thread, queue } = this;
    const { incarnation } = queue;
    const some = this.receipts.slice(0, 1);
    this.sections.held.handles(some, [visibilityMs || VISIBILITY_MS], [], incarnation);
    return engine.hide(thread, queue.queue, incarnation, some.length, NOW_MS);
  }

  /** No room for anything: some messages ready, ten in flight and more. */
  fill(): void {
    this.sendUntilRefused();
    while (this.hide(0) !== layout.STATUS_FULL);
  }
}
