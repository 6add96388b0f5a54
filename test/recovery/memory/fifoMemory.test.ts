/**
 * What a FIFO queue remembers costs memory only while it must be remembered: ids and attempts of more
 * than five minutes give back what they had, an idle queue keeps nothing, a deleted one neither; a
 * full memory refuses what is new and forgets nothing of the old.
 */
import { describe, expect, test } from "vitest";
import * as layout from "../../../assembly/layout.ts";
import { FifoSections, type FifoSettings } from "../../model/fifo/fifoSections.ts";
import { type QueueNumbers, Sections } from "../../model/history/sections.ts";
import { moduleOf } from "../../support/builds.ts";
import { stockOf } from "../witness/audit.ts";

const MINUTE_MS = 60_000;
const START_MS = 1_700_000_000_000;
const SETTINGS: FifoSettings = {
  visibilityMs: 1000,
  delayMs: 0,
  retentionMs: 1e9,
  isGroupScope: false,
};

/** A queue, and a clock of its own. */
class House {
  readonly base: Sections;
  readonly fifo: FifoSections;
  readonly queue: QueueNumbers;
  nowMs = START_MS;
  #id = 0;

  constructor(pages = 2000, slots = 100_000) {
    this.base = Sections.open(moduleOf(), { pages, threads: 2, queues: 2, slots }, () => {});
    this.fifo = new FifoSections(this.base, () => {});
    this.queue = this.fifo.create(SETTINGS);
  }

  /** Ten messages with new ids; how many were taken. */
  send(groups: number, bodyBytes = 20): number {
    const parcels = Array.from({ length: 10 }, () => {
      this.#id++;
      return { group: this.#id % groups, id: this.#id, bodyBytes };
    });
    return this.fifo.commit(this.queue, parcels, this.nowMs).length;
  }

  empty(): void {
    for (;;) {
      const receipts = this.fifo.claim(this.queue, 10, 1000, this.nowMs);
      if (receipts.length === 0) return;
      this.fifo.remove(this.queue, receipts, this.nowMs);
    }
  }

  /** Pages that were ever used, and used blocks outside the magazines. */
  get pages(): number {
    return this.base.arena(layout.ARENA_PAGES_BUMP);
  }

  get blocks(): number {
    return stockOf(this.base).used.blocks;
  }

  reclaim(): void {
    this.base.engine.reclaim(this.base.thread, this.queue.queue, 1e9);
  }
}

describe("what a FIFO queue remembers", () => {
  test("twelve minutes of distinct ids need no more memory than the first five", () => {
    const house = new House();
    const pages: number[] = [];
    for (let minute = 0; minute < 12; minute++) {
      for (let turn = 0; turn < 1200; turn++) {
        house.send(500);
        if (turn % 5 === 0) house.empty();
        house.nowMs += MINUTE_MS / 1200;
      }
      pages.push(house.pages);
    }
    expect(house.base.verify()).toMatchObject({ check: 0 });
    console.log(`pages after each minute: ${pages}`);
    expect(pages[11]).toBeLessThanOrEqual((pages[5] as number) + 1);
  });

  test("twelve minutes of distinct receive attempts neither", () => {
    const house = new House();
    const pages: number[] = [];
    let attempt = 0;
    house.send(10);
    for (let minute = 0; minute < 12; minute++) {
      for (let turn = 0; turn < 600; turn++) {
        const got = house.fifo.attempt(house.queue, ++attempt, 10, 1000, house.nowMs);
        if (typeof got === "string") throw new Error(got);
        const zeros = got.map(() => 0);
        if (got.length > 0) house.fifo.hide(house.queue, got, zeros, house.nowMs);
        house.nowMs += MINUTE_MS / 600;
      }
      pages.push(house.pages);
    }
    expect(house.base.verify()).toMatchObject({ check: 0 });
    console.log(`pages after each minute: ${pages}`);
    expect(pages[11]).toBeLessThanOrEqual((pages[5] as number) + 1);
  });

  test("an idle queue keeps no block, and works on", () => {
    const house = new House();
    const before = house.blocks;
    for (let round = 0; round < 2; round++) {
      for (let turn = 0; turn < 500; turn++) house.send(2000);
      const got = house.fifo.attempt(house.queue, round, 10, 1000, house.nowMs);
      expect(got).toHaveLength(10);
      house.nowMs += 2000;
      house.fifo.advance(house.queue, house.nowMs);
      house.empty();
      house.reclaim();
      expect(house.blocks).toBeGreaterThan(before + 50);
      house.nowMs += 5 * MINUTE_MS;
      house.fifo.cut(house.queue, house.nowMs);
      house.reclaim();
      expect(house.blocks).toBe(before);
      expect(house.base.verify()).toMatchObject({ check: 0 });
    }
  });

  test("a deleted queue gives back all, what it remembers too", () => {
    const house = new House();
    const other = house.fifo.create(SETTINGS);
    const before = house.blocks;
    const catalogue = house.base.header(layout.HEADER_CATALOGUE + layout.CATALOGUE_VERSION);
    for (let turn = 0; turn < 500; turn++) house.send(2000);
    house.fifo.attempt(house.queue, 1, 10, 1000, house.nowMs);
    const { queue, incarnation } = house.queue;
    const { engine, thread } = house.base;
    expect(engine.catalogueDelete(thread, catalogue, queue, incarnation, house.nowMs)).toBe(0);
    house.reclaim();
    // Its entry went, too.
    expect(house.blocks).toBe(before - 1);
    expect(house.base.verify()).toMatchObject({ check: 0 });
    expect(other.queue).not.toBe(queue);
  });

  test("a full memory refuses what is new and forgets no id", () => {
    const house = new House(60, 1000);
    const sent = new Map<number, number>();
    for (let id = 1; ; id++) {
      const parcel = { group: id % 100, id, bodyBytes: 500 };
      const [sequence] = house.fifo.commit(house.queue, [parcel], house.nowMs);
      if (sequence === undefined) break;
      sent.set(id, sequence);
    }
    expect(sent.size).toBeGreaterThan(900);
    house.nowMs += 5 * MINUTE_MS - 1;
    const parcel = { group: 1, id: 100_000, bodyBytes: 500 };
    expect(house.fifo.commit(house.queue, [parcel], house.nowMs)).toEqual([]);
    // One message less, so that a duplicate finds a slot to come in.
    const receipts = house.fifo.claim(house.queue, 10, 1000, house.nowMs);
    house.fifo.remove(house.queue, receipts.slice(0, 2), house.nowMs);
    for (const [id, sequence] of sent) {
      const again = { group: 7, id, bodyBytes: 5 };
      expect(house.fifo.commit(house.queue, [again], house.nowMs)).toEqual([sequence]);
    }
    expect(house.base.verify()).toMatchObject({ check: 0 });
  });

  test("what left with a time that only its help saw stays away when the indexes are made again", () => {
    const house = new House(80, 20_000);
    for (let turn = 0; turn < 100; turn++) house.send(10);
    const other = house.fifo.create(SETTINGS);
    const later = house.nowMs + 5 * MINUTE_MS;
    // Finds memory full, and so tidies up in the first queue, which knows nothing of that time.
    const parcels = Array.from({ length: 200 }, (_, id) => ({ group: 1, id, bodyBytes: 30_000 }));
    for (const parcel of parcels) house.fifo.commit(other, [parcel], later);
    house.base.engine.rebuild(house.base.thread, house.queue.queue);
    expect(house.base.verify()).toMatchObject({ check: 0 });
  });
});
