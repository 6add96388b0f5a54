/**
 * A move names a message and carries nothing of it, so what the journal does not hold yet does not
 * depart: it stays a moment longer where it is. Without that rule a crash between a move and the log's
 * next part finds a departure, no content, and a source that has forgotten the message.
 */
import { describe, expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { FifoSections } from "../model/fifo/fifoSections.ts";
import type { QueueNumbers } from "../model/history/sections.ts";
import { JournaledPlace, NOW_MS } from "./journaledPlace.ts";

const LATER_MS = NOW_MS + 10;

function redrive(
  { engine, thread }: JournaledPlace,
  from: QueueNumbers,
  to: QueueNumbers,
  now: number,
) {
  const numbers = [thread, from.queue, from.incarnation, 10, to.queue, to.incarnation] as const;
  return engine.redrive(...numbers, 0, now);
}

/** Slot, state and due time of the messages of a queue. */
function seen({ sections, keeper }: JournaledPlace, { queue }: QueueNumbers) {
  keeper.take();
  return [...keeper.kept(queue).messages].map(([sequence, { slot }]) => {
    const at = sections.header(layout.HEADER_SLOTS_BASE) + slot * layout.SLOT_BYTES;
    const word = sections.words[(at + layout.SLOT_STATE) >> 2] as number;
    const dueMs = sections.doubles[(at + layout.SLOT_DUE) >> 3] as number;
    return { sequence, state: word & layout.SLOT_STATE_MASK, dueMs };
  });
}

describe("a message that the journal does not hold", () => {
  test("is not redriven, but stays 10 ms longer, and then is", () => {
    const place = new JournaledPlace();
    const { sections, queue, other, keeper } = place;
    sections.commit(queue, [10, 10, 10], -1, NOW_MS);
    expect(redrive(place, queue, other, NOW_MS)).toBe(layout.STATUS_FULL);
    expect(sections.out(layout.THREAD_OUT_HELD_BACK)).toBe(3);
    expect(sections.shard(queue.queue, layout.SHARD_IN_FLIGHT)).toBe(3);
    expect(seen(place, queue)).toEqual(
      [1, 2, 3].map((sequence) => ({
        ...{ sequence, state: layout.SLOT_IN_FLIGHT, dueMs: LATER_MS },
      })),
    );
    // The journal holds them by now; a moment before its time each is where it was.
    expect(redrive(place, queue, other, LATER_MS - 1)).toBe(0);
    expect(redrive(place, queue, other, LATER_MS)).toBe(3);
    expect(sections.shard(other.queue, layout.SHARD_VISIBLE)).toBe(3);
    keeper.take();
    expect(keeper.difference()).toBeUndefined();
    expect(sections.verify()).toMatchObject({ check: 0 });
  });

  test("stays where the others leave", () => {
    const place = new JournaledPlace();
    const { sections, queue, other, keeper } = place;
    sections.commit(queue, [10, 10], -1, NOW_MS);
    keeper.take();
    sections.commit(queue, [10], -1, NOW_MS);
    expect(redrive(place, queue, other, NOW_MS)).toBe(2);
    expect(sections.out(layout.THREAD_OUT_HELD_BACK)).toBe(1);
    expect(redrive(place, queue, other, LATER_MS)).toBe(layout.STATUS_FULL);
    keeper.take();
    expect(redrive(place, queue, other, LATER_MS + 10)).toBe(1);
  });

  test("is no dead letter yet, and a receive finds it in its own queue again", () => {
    const place = new JournaledPlace();
    const { sections, queue, other, keeper, engine, thread } = place;
    sections.commit(queue, [10], -1, NOW_MS);
    sections.change(queue, { ...place.settings, deadLetters: { max: 1, to: other } });
    const receive = (now: number): number =>
      engine.receive(thread, queue.queue, queue.incarnation, 10, 5, now);
    expect(receive(NOW_MS)).toBe(1);
    expect(receive(NOW_MS + 5)).toBe(0);
    expect(sections.shard(other.queue, layout.SHARD_VISIBLE)).toBe(0);
    expect(sections.shard(queue.queue, layout.SHARD_IN_FLIGHT)).toBe(1);
    keeper.take();
    expect(keeper.difference()).toBeUndefined();
    expect(receive(NOW_MS + 15)).toBe(0);
    expect(sections.shard(other.queue, layout.SHARD_VISIBLE)).toBe(1);
    const [departed, admitted] = [queue, other].map((one) =>
      keeper.reader.take(one.queue).find(({ messages }) => messages.length > 0),
    );
    expect(departed).toMatchObject({ kind: layout.EFFECT_DEPARTED });
    expect(departed?.messages).toMatchObject([
      { sequence: 1, count: other.incarnation, flags: 0, order: 0 },
    ]);
    const birth = departed?.messages[0]?.birth;
    expect(admitted).toMatchObject({ kind: layout.EFFECT_ADMITTED, value: 1 });
    expect(admitted?.messages).toMatchObject([{ sequence: 1, count: 1, birth }]);
  });

  test("of a FIFO group stays before the others of its group", () => {
    const place = new JournaledPlace({ settings: { flags: layout.QUEUE_FLAG_FIFO } });
    const { sections, queue, other, keeper } = place;
    const fifo = new FifoSections(sections, () => {});
    const parcels = [1, 2, 3].map((id) => ({ group: 7, id, bodyBytes: 30 }));
    fifo.commit(queue, parcels, NOW_MS);
    expect(redrive(place, queue, other, NOW_MS)).toBe(layout.STATUS_FULL);
    expect(fifo.claim(queue, 10, 1000, NOW_MS)).toEqual([]);
    keeper.take();
    expect(redrive(place, queue, other, LATER_MS)).toBe(3);
    const moved = keeper.reader.take(other.queue).flatMap(({ messages }) => messages);
    expect(moved.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    // As new ones: another id, never received.
    expect(moved.map(({ count }) => count)).toEqual([0, 0, 0]);
    const departed = keeper.reader.take(queue.queue).flatMap(({ messages }) => messages);
    expect(departed.map(({ order, flags }) => [order, flags])).toEqual(
      [0, 1, 2].map((order) => [order, layout.SLOT_FLAG_FRESH]),
    );
    expect(moved.map(({ birth }) => birth)).toEqual(departed.map(({ birth }) => birth));
    expect(fifo.claim(other, 10, 1000, LATER_MS).map(({ sequence }) => sequence)).toEqual([
      1, 2, 3,
    ]);
  });

  test("may be all of a rebuilt shard, until the answer to the rebuild was read", () => {
    const place = new JournaledPlace();
    const { sections, queue, other, keeper, engine, thread } = place;
    sections.commit(queue, [10, 10], -1, NOW_MS);
    keeper.take();
    engine.rebuild(thread, queue.queue);
    expect(keeper.reader.rebuilt(queue.queue)).toBe(layout.REBUILT);
    expect(redrive(place, queue, other, NOW_MS)).toBe(layout.STATUS_FULL);
    let from = engine.resync(thread, queue.queue, 0);
    expect(keeper.reader.rebuilt(queue.queue)).toBe(layout.RESYNCING);
    for (
      let next = from;
      next !== layout.STATUS_FULL;
      next = engine.resync(thread, queue.queue, from)
    ) {
      from = next;
    }
    expect(redrive(place, queue, other, LATER_MS)).toBe(layout.STATUS_FULL);
    keeper.take();
    expect(engine.resync(thread, queue.queue, from)).toBe(0);
    expect(keeper.reader.rebuilt(queue.queue)).toBe(0);
    expect(redrive(place, queue, other, LATER_MS + 10)).toBe(2);
  });
});
