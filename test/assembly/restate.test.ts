/**
 * What is true is written down again: messages in every state, those that are asked for (before a segment
 * of the log goes), and a whole shard with its deduplication nodes after a rebuild. A journal that read
 * nothing but that knows what is there.
 */
import { describe, expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { compareNodes } from "../model/effects/nodes.ts";
import { FifoSections } from "../model/fifo/fifoSections.ts";
import { Keeper } from "../model/history/keeper.ts";
import type { Kept } from "../model/history/kept.ts";
import { Moves } from "../model/history/moves.ts";
import type { Told } from "../model/history/ringReader.ts";
import type { QueueNumbers } from "../model/history/sections.ts";
import { JournaledPlace, NOW_MS } from "./journaledPlace.ts";

/** Messages in every state; nothing of it is known to the keeper that is answered. */
function everyState(place: JournaledPlace): Keeper {
  const { sections, queue, keeper } = place;
  sections.commit(queue, [10, 300, 10, 10], -1, NOW_MS);
  const got = sections.claim(queue, 3, 5000, NOW_MS);
  sections.remove(queue, got.slice(0, 1), NOW_MS);
  sections.hide(queue, got.slice(1, 2), [0], NOW_MS);
  sections.commit(queue, [10, 40_000], 700, NOW_MS);
  sections.commit(queue, [10], -1, NOW_MS);
  keeper.take();
  expect(keeper.difference()).toBeUndefined();
  return new Keeper(sections);
}

/** Asks for these messages to be stated again; the engine's answer. */
function restate(place: JournaledPlace, { queue, incarnation }: QueueNumbers, known: Kept): number {
  const { sections, engine, thread } = place;
  const all = [...known.messages].map(([sequence, { slot }]) => ({ slot, sequence, count: 0 }));
  let stated = 0;
  for (let from = 0; from < all.length; from += 10) {
    const some = all.slice(from, from + 10);
    sections.held.handles(some);
    stated += engine.restate(thread, queue, incarnation, some.length);
  }
  return stated;
}

const kindsOf = (told: readonly Told[]): number[] => told.map(({ kind }) => kind);

describe("messages that are stated again", () => {
  test("are as they are, in every state", () => {
    const place = new JournaledPlace();
    const { sections, queue, keeper } = place;
    const fresh = everyState(place);
    expect(restate(place, queue, keeper.kept(queue.queue))).toBe(6);
    const told = fresh.reader.take(queue.queue);
    expect(kindsOf(told)).toEqual([layout.EFFECT_RESTATED]);
    const stated = told[0]?.messages.map((one) => [one.sequence, one.stated]);
    expect(stated).toEqual([
      [2, layout.STATED_READY],
      [3, layout.STATED_IN_FLIGHT],
      [4, layout.STATED_READY],
      [5, layout.STATED_DELAYED],
      [6, layout.STATED_DELAYED],
      [7, layout.STATED_READY],
    ]);
    fresh.kept(queue.queue).apply(told);
    expect(fresh.kept(queue.queue).difference(sections, queue.queue)).toBeUndefined();
  });

  test("are left out where they are gone, moved on or another's, or named by no slot there is", () => {
    const place = new JournaledPlace();
    const { sections, queue, keeper, engine, thread } = place;
    everyState(place);
    const all = [...keeper.kept(queue.queue).messages];
    sections.remove(
      queue,
      all.slice(0, 1).map(([sequence, { slot }]) => ({ slot, sequence, count: 1 })),
      NOW_MS,
    );
    keeper.take();
    const asked = all.slice(0, 3).map(([sequence, { slot }]) => ({ slot, sequence, count: 0 }));
    asked.push({ slot: 4_294_967_295, sequence: 3, count: 0 }, { slot: 1, sequence: 99, count: 0 });
    sections.held.handles(asked);
    const { queue: index, incarnation } = queue;
    expect(engine.restate(thread, index, incarnation, asked.length)).toBe(2);
    expect(engine.restate(thread, place.other.queue, place.other.incarnation, 5)).toBe(0);
    expect(engine.restate(thread, index, incarnation + 1, 5)).toBe(layout.STATUS_GONE);
    const told = keeper.reader.take(index).flatMap(({ messages }) => messages);
    expect(told.map(({ sequence }) => sequence)).toEqual([3, 4]);
    sections.cut(queue, NOW_MS);
    sections.held.handles(asked);
    expect(engine.restate(thread, index, incarnation, asked.length)).toBe(0);
  });

  test("wait for room, and nothing is stated before", () => {
    const place = new JournaledPlace();
    const { queue, keeper, engine, thread } = place;
    place.fill();
    place.sections.held.handles(place.receipts.slice(0, 3));
    const asked = [thread, queue.queue, queue.incarnation, 3] as const;
    expect(engine.restate(...asked)).toBe(layout.STATUS_FULL);
    keeper.take();
    place.sections.held.handles(place.receipts.slice(0, 3));
    expect(engine.restate(...asked)).toBe(3);
  });
});

const FIFO = { flags: layout.QUEUE_FLAG_FIFO };

/** Groups in every state, ids that are remembered, of messages that are gone too. */
function everyFifoState(place: JournaledPlace, count: number): void {
  const { sections, queue, keeper } = place;
  const fifo = new FifoSections(sections, () => {});
  for (let id = 0; id < count; id += 10) {
    const parcels = Array.from({ length: 10 }, (_, at) => ({
      ...{ group: (id + at) % 37, id: id + at, bodyBytes: 20 },
    }));
    fifo.commit(queue, parcels, NOW_MS + id);
  }
  const got = fifo.claim(queue, 60, 5000, NOW_MS + count);
  fifo.remove(queue, got.slice(0, 10), NOW_MS + count);
  keeper.take();
}

describe("a shard that was rebuilt", () => {
  test("is stated again whole, and a journal that knew nothing knows all of it", () => {
    const place = new JournaledPlace();
    const { sections, queue, engine, thread } = place;
    const fresh = everyState(place);
    engine.rebuild(thread, queue.queue);
    expect(fresh.resync()).toBe(1);
    expect(fresh.difference()).toBeUndefined();
    expect(fresh.kept(queue.queue).messages.size).toBe(6);
    expect(fresh.resync()).toBe(0);
    expect(sections.verify()).toMatchObject({ check: 0 });
  });

  test("makes a journal forget what is not there, and what the ring never said", () => {
    const place = new JournaledPlace();
    const { queue, keeper, engine, thread } = place;
    everyState(place);
    const known = keeper.kept(queue.queue).messages;
    const [first] = known.values();
    if (first === undefined) throw new Error("nothing is known");
    known.set(1, first);
    known.delete(7);
    expect(keeper.difference()).toMatch(/message 7 is .* and is not known/);
    engine.rebuild(thread, queue.queue);
    keeper.resync();
    expect(keeper.difference()).toBeUndefined();
  });

  test("is stated again while others work, and what they do counts", () => {
    const place = new JournaledPlace();
    const { sections, queue, keeper, engine, thread } = place;
    const ten = Array.from({ length: 10 }, () => 10);
    for (let round = 0; round < 8; round++) sections.commit(queue, ten, -1, NOW_MS);
    const some = sections.claim(queue, 10, 5000, NOW_MS);
    engine.rebuild(thread, queue.queue);
    const steps = [engine.resync(thread, queue.queue, 0)];
    for (let step = 0; step < 3; step++) {
      steps.push(engine.resync(thread, queue.queue, steps.at(-1) ?? 0));
    }
    sections.remove(queue, some.slice(0, 5), NOW_MS);
    sections.commit(queue, ten, -1, NOW_MS);
    sections.hide(queue, some.slice(5), [0, 0, 0, 0, 0], NOW_MS);
    for (let from = steps.at(-1) ?? 0; from > 0; ) {
      const next = engine.resync(thread, queue.queue, from);
      if (next === layout.STATUS_FULL) keeper.take();
      else from = next;
    }
    keeper.take();
    expect(keeper.difference()).toBeUndefined();
    expect(keeper.kept(queue.queue).messages.size).toBe(85);
  });

  test("holds back what was set aside and stated in between: nothing is said of that, and it is no fault", () => {
    const place = new JournaledPlace();
    const { sections, queue, other, keeper, engine, thread } = place;
    sections.change(queue, { ...place.settings, deadLetters: { max: 1, to: other } });
    sections.commit(queue, [10], -1, NOW_MS);
    sections.claim(queue, 1, 0.5, NOW_MS);
    while (sections.expire(queue, NOW_MS + 1));
    engine.rebuild(thread, queue.queue);
    const moves = new Moves(sections);
    const begun = engine.resync(thread, queue.queue, 0);
    // Set aside until half a millisecond later, stated so, and then hidden for 10 ms more.
    expect(sections.claim(queue, 1, 0.5, NOW_MS + 1)).toEqual([]);
    expect(sections.aside()).toHaveLength(1);
    const next = engine.resync(thread, queue.queue, begun);
    expect(moves.depart(queue, other, layout.SLOT_FLAG_FRESH, NOW_MS + 1)).toEqual([]);
    for (let from = next; from > 0; ) {
      const after = engine.resync(thread, queue.queue, from);
      if (after === layout.STATUS_FULL) keeper.take();
      else from = after;
    }
    keeper.take();
    expect(keeper.difference()).toBeUndefined();
    // Of what goes nowhere it would be one.
    sections.change(queue, place.settings);
    expect(keeper.difference()).toMatch(/message 1 is .*, known as/);
  });

  test("of a FIFO queue is stated again with what it remembers", () => {
    const place = new JournaledPlace({ settings: FIFO });
    const { sections, queue, engine, thread } = place;
    everyFifoState(place, 400);
    const fresh = new Keeper(sections);
    engine.rebuild(thread, queue.queue);
    fresh.resync();
    expect(fresh.difference()).toBeUndefined();
    expect(compareNodes(sections, queue.queue, fresh.kept(queue.queue))).toBe(400);
    expect(sections.verify()).toMatchObject({ check: 0 });
  });
});
