/**
 * The ring of effects itself: how it grows and goes round, who stops where when nobody reads it, and that
 * no room is an answer everywhere and changes nothing. What the sections write into it:
 * test/model/effects/.
 */
import { describe, expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { messagesOf } from "../recovery/witness/audit.ts";
import { JournaledPlace, NOW_MS } from "./journaledPlace.ts";

const QUARTERS = layout.EFFECT_BLOCKS_MAX * layout.EFFECT_RECORDS_MIN;

describe("without a journal", () => {
  test("a queue has no ring, and its shard's words stay what they were", () => {
    const { sections, queue } = new JournaledPlace({ isJournaled: false });
    sections.commit(queue, [10, 10], -1, NOW_MS);
    sections.remove(queue, sections.claim(queue, 10, 1000, NOW_MS), NOW_MS);
    const words = Array.from({ length: 32 }, (_, word) =>
      sections.shard(queue.queue, layout.SHARD_EFFECTS + word * 4),
    );
    expect(words).toEqual(words.map(() => 0));
    expect(sections.shard(queue.queue, layout.SHARD_KIND)).toBe(0);
  });
});

describe("a ring of effects", () => {
  test("begins with the first send, and has two blocks from then on", () => {
    const { sections, queue, keeper } = new JournaledPlace();
    expect(keeper.reader.blocks(queue.queue)).toBe(0);
    sections.commit(queue, [10], -1, NOW_MS);
    expect(keeper.reader.blocks(queue.queue)).toBe(2);
    expect(sections.verify()).toMatchObject({ check: 0 });
  });

  test("goes round its two blocks for ever while it is read", () => {
    const { sections, queue, keeper } = new JournaledPlace();
    for (let round = 0; round < 500; round++) {
      sections.commit(queue, [10], -1, NOW_MS);
      sections.remove(queue, sections.claim(queue, 1, 1000, NOW_MS), NOW_MS);
      keeper.take();
    }
    expect(keeper.reader.blocks(queue.queue)).toBe(2);
    expect(sections.shard(queue.queue, layout.EFFECT_HEAD)).toBe(500 * 3 * 2);
    expect(keeper.kept(queue.queue).kinds.get(layout.EFFECT_REMOVED)).toBe(500);
    expect(keeper.difference()).toBeUndefined();
  });

  test("grows where nobody reads, says all in order then, and gives back what it has too much of", () => {
    const { sections, queue, keeper } = new JournaledPlace();
    for (let round = 0; round < 200; round++) sections.commit(queue, [10, 10, 10], -1, NOW_MS);
    const blocks = keeper.reader.blocks(queue.queue);
    expect(blocks).toBeGreaterThan((200 * 4) / layout.EFFECT_RECORDS);
    expect(sections.verify()).toMatchObject({ check: 0 });
    const told = keeper.reader.take(queue.queue);
    expect(told.map(({ operation }) => operation)).toEqual(told.map((_, index) => index + 1));
    const sequences = told.flatMap(({ messages }) => messages.map(({ sequence }) => sequence));
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
    expect(keeper.reader.blocks(queue.queue)).toBe(2);
    expect(sections.header(layout.HEADER_EFFECT_BLOCKS)).toBe(2);
    expect(sections.verify()).toMatchObject({ check: 0 });
  });

  test("calls the journal when a block is full, and no more until it has looked", () => {
    const { sections, queue, keeper, engine, thread } = new JournaledPlace();
    const rings = (): number => sections.out(layout.THREAD_DOORBELL);
    const before = rings();
    sections.commit(queue, [10], -1, NOW_MS);
    expect(rings()).toBe(before + 1);
    for (let round = 0; round < 200; round++) sections.commit(queue, [10], -1, NOW_MS);
    expect(rings()).toBe(before + 1);
    expect(engine.takeDirty(thread, queue.queue)).toBe(1);
    for (let round = 0; round < 200; round++) sections.commit(queue, [10], -1, NOW_MS);
    expect(rings()).toBe(before + 2);
    keeper.take();
  });

  test("of a deleted queue goes back once it was read, and the queue's number with it", () => {
    const place = new JournaledPlace();
    const { sections, queue, keeper, engine, thread } = place;
    sections.commit(queue, [10, 10], -1, NOW_MS);
    const version = sections.header(layout.HEADER_CATALOGUE + layout.CATALOGUE_VERSION);
    const { incarnation } = queue;
    expect(engine.catalogueDelete(thread, version, queue.queue, incarnation, NOW_MS)).toBe(0);
    const state = (): number => sections.descriptor(queue.queue, layout.QUEUE_STATE);
    for (let round = 0; round < 3; round++) engine.reclaim(thread, queue.queue, 100);
    expect(engine.catalogueEnd(thread, queue.queue)).toBe(0);
    expect(state()).toBe(layout.QUEUE_DELETED);
    const told = keeper.reader.take(queue.queue);
    expect(told.at(-1)).toMatchObject({ kind: layout.EFFECT_CUT, value: 2, isDeletion: true });
    expect(keeper.reader.blocks(queue.queue)).toBe(2);
    // The journal's thread alone ends it, when its log knows of the deletion.
    engine.reclaim(thread, queue.queue, 100);
    expect(state()).toBe(layout.QUEUE_DELETED);
    expect(engine.catalogueEnd(thread, queue.queue)).toBe(1);
    expect(state()).toBe(layout.QUEUE_FREE);
    expect(keeper.reader.blocks(queue.queue)).toBe(0);
    expect(sections.header(layout.HEADER_EFFECT_BLOCKS)).toBe(0);
    expect(sections.verify()).toMatchObject({ check: 0 });
    // The next queue of that number begins with no room, whatever its block had left.
    const next = sections.createQueue(place.settings);
    expect(next.queue).toBe(queue.queue);
    sections.commit(next, [10], -1, NOW_MS);
    expect(keeper.reader.blocks(next.queue)).toBe(2);
    expect(keeper.reader.take(next.queue)).toMatchObject([{ kind: layout.EFFECT_SENT, value: 3 }]);
    expect(sections.verify()).toMatchObject({ check: 0 });
  });
});

describe("a ring that nobody reads", () => {
  test("refuses sends and claims from three quarters on, removals only when it is full", () => {
    const place = new JournaledPlace();
    const { sections, queue, keeper } = place;
    place.sendUntilRefused();
    const unread = keeper.reader.unread(queue.queue);
    expect(unread).toBeGreaterThan(QUARTERS * 0.7);
    expect(unread).toBeLessThan(QUARTERS * 0.76);
    expect(keeper.reader.isRefused(queue.queue)).toBe(true);
    expect(place.receive()).toBe(0);
    // A removal makes room for no send: the last quarter is not theirs.
    expect(place.remove(5)).toBe(5);
    expect(place.send(1)).toBe(0);
    let passed = 0;
    while (place.hide(0) !== layout.STATUS_FULL) {
      passed++;
      if (passed % 40 === 0) expect(place.send(1)).toBe(0);
    }
    expect(passed * 2).toBeGreaterThan(QUARTERS / 5);
    expect(keeper.reader.unread(queue.queue)).toBeGreaterThan(QUARTERS * 0.95);
    expect(keeper.reader.blocks(queue.queue)).toBe(layout.EFFECT_BLOCKS_MAX);
    expect(sections.verify()).toMatchObject({ check: 0 });
    keeper.take();
    expect(keeper.difference()).toBeUndefined();
    expect(place.send(1)).toBe(1);
    expect(place.receive()).toBe(10);
  });

  test("makes every section answer that there is no room, and change nothing", () => {
    const place = new JournaledPlace();
    const { sections, queue, engine, thread } = place;
    place.fill();
    const { queue: index, incarnation } = queue;
    const before = messagesOf(sections, index);
    const changed = layout.STATUS_CHANGED;
    const later = NOW_MS + 1;
    engine.prepare(thread, 0, later);
    expect(engine.sectionCommit(thread, index, incarnation, 0, 1, later)).toBe(changed);
    engine.discard(thread, 1);
    expect(engine.sectionClaim(thread, index, incarnation, 10, 1000, later)).toBe(changed);
    sections.held.handles(place.receipts, [5, 5, 5], [], incarnation);
    expect(engine.sectionRemove(thread, index, incarnation, 3, later)).toBe(changed);
    expect(engine.sectionHide(thread, index, incarnation, 3, later)).toBe(changed);
    expect(messagesOf(sections, index)).toEqual(before);
    const end = NOW_MS + place.settings.retentionMs;
    expect(engine.sectionSweep(thread, index, end)).toBe(0);
    expect(messagesOf(sections, index)).toEqual(before);
    expect(sections.verify()).toMatchObject({ check: 0 });
  });

  test("makes every operation answer that there is no room, and none waits", () => {
    const place = new JournaledPlace();
    const { sections, queue, engine, thread } = place;
    place.fill();
    const { queue: index, incarnation } = queue;
    const before = messagesOf(sections, index);
    expect(place.send(3)).toBe(0);
    expect(place.receive()).toBe(0);
    expect(place.remove(3)).toBe(layout.STATUS_FULL);
    expect(place.hide(0)).toBe(layout.STATUS_FULL);
    expect(engine.cut(thread, index, incarnation, NOW_MS)).toBe(layout.STATUS_FULL);
    const { other } = place;
    const redrive = [thread, index, incarnation, 10, other.queue, other.incarnation] as const;
    expect(engine.redrive(...redrive, 0, NOW_MS)).toBe(layout.STATUS_FULL);
    // What the steward does: retention is due, and each comes back.
    const end = NOW_MS + place.settings.retentionMs;
    engine.advance(thread, index, incarnation, end);
    engine.count(thread, index, incarnation, end);
    engine.reclaim(thread, index, 1000);
    expect(engine.heartbeat(thread, NOW_MS)).toBe(Infinity);
    expect(messagesOf(sections, index).size).toBe(before.size);
    place.keeper.take();
    engine.reclaim(thread, index, 1000);
    expect(messagesOf(sections, index).size).toBeLessThan(before.size);
    place.keeper.take();
    expect(place.keeper.difference()).toBeUndefined();
  });

  test("keeps a heartbeat for a moment later, and forgets none", () => {
    const place = new JournaledPlace();
    const { sections, queue, engine, thread } = place;
    place.fill();
    const receipt = place.receipts[0] ?? { slot: 0, sequence: 0, count: 0 };
    const dueMs = sections.held.dueMs(receipt.slot);
    const { incarnation } = queue;
    sections.held.publish(0, { ...receipt, incarnation, dueMs, visibilityMs: 60_000 });
    const later = dueMs - 1;
    expect(engine.heartbeat(thread, later)).toBe(later + 10);
    expect(sections.held.dueMs(receipt.slot)).toBe(dueMs);
    place.keeper.take();
    engine.heartbeat(thread, later + 10);
    expect(sections.held.dueMs(receipt.slot)).toBe(later + 10 + 60_000);
  });

  test("lets a deletion through, without its effect", () => {
    const place = new JournaledPlace();
    const { sections, queue, engine, thread } = place;
    place.fill();
    const head = sections.shard(queue.queue, layout.EFFECT_HEAD);
    const version = sections.header(layout.HEADER_CATALOGUE + layout.CATALOGUE_VERSION);
    const status = engine.catalogueDelete(thread, version, queue.queue, queue.incarnation, NOW_MS);
    expect(status).toBe(0);
    expect(sections.shard(queue.queue, layout.SHARD_INCARNATION)).toBe(0);
    expect(sections.shard(queue.queue, layout.EFFECT_HEAD)).toBe(head);
  });

  test("has those rung who found no room, once it was read", () => {
    const place = new JournaledPlace();
    const { sections, queue, engine, thread, keeper } = place;
    place.fill();
    engine.waitBegin(thread, queue.queue);
    expect(place.receive()).toBe(0);
    engine.takeDirty(thread, queue.queue);
    const before = sections.out(layout.THREAD_DOORBELL);
    keeper.take();
    expect(sections.out(layout.THREAD_DOORBELL)).toBe(before + 1);
    expect(place.receive()).toBeGreaterThan(0);
    keeper.take();
    expect(sections.out(layout.THREAD_DOORBELL)).toBe(before + 1);
    engine.waitEnd(thread, queue.queue);
  });
});

describe("a ring that can't grow", () => {
  test("lets removals free a full arena, as long as it is read", () => {
    const place = new JournaledPlace({ pages: 64 });
    const { sections, keeper } = place;
    while (place.send(1, 30_000) === 1) keeper.take();
    while (place.send(1, 100) === 1) keeper.take();
    const sent = messagesOf(sections, place.queue.queue).size;
    expect(sent).toBeGreaterThan(20);
    let removed = 0;
    for (;;) {
      const got = place.receive();
      if (got === 0) break;
      expect(place.removeReceived(got)).toBe(got);
      removed += got;
      keeper.take();
    }
    expect(removed).toBe(sent);
    expect(keeper.difference()).toBeUndefined();
  });

  test("refuses in a full arena all that nobody reads, and takes no memory for it", () => {
    const place = new JournaledPlace({ pages: 64 });
    const { sections, keeper, queue } = place;
    while (place.send(1, 30_000) === 1) keeper.take();
    while (place.send(1, 100) === 1) keeper.take();
    keeper.take();
    expect(place.receive()).toBe(10);
    while (place.hide(1000) !== layout.STATUS_FULL);
    expect(keeper.reader.blocks(queue.queue)).toBeLessThan(layout.EFFECT_BLOCKS_MAX / 2);
    expect(place.receive()).toBe(0);
    expect(place.send(1, 1)).toBe(0);
    expect(sections.verify()).toMatchObject({ check: 0 });
    keeper.take();
    expect(place.hide(1000)).toBeGreaterThan(0);
    expect(keeper.difference()).toBeUndefined();
  });

  test("has its two blocks whatever all rings have together", () => {
    const place = new JournaledPlace();
    const { sections, queue, keeper } = place;
    sections.words[(layout.HEADER + layout.HEADER_EFFECT_BLOCKS) >> 2] =
      layout.EFFECT_BLOCKS_ALL_MAX;
    place.sendUntilRefused();
    expect(keeper.reader.blocks(queue.queue)).toBe(2);
    const all = sections.header(layout.HEADER_EFFECT_BLOCKS);
    expect(all).toBe(layout.EFFECT_BLOCKS_ALL_MAX + 2);
    keeper.take();
    expect(place.send(10)).toBe(10);
    // Sends have the last quarter of that neither, removals have.
    sections.words[(layout.HEADER + layout.HEADER_EFFECT_BLOCKS) >> 2] =
      (layout.EFFECT_BLOCKS_ALL_MAX / 4) * 3;
    place.sendUntilRefused();
    expect(keeper.reader.blocks(queue.queue)).toBe(2);
    for (let round = 0; round < 200; round++) expect(place.hide(0)).toBeGreaterThanOrEqual(0);
    expect(keeper.reader.blocks(queue.queue)).toBeGreaterThan(2);
  });
});
