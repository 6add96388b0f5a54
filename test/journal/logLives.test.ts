/**
 * What a load makes of moves, of several lives and of queues that came after another, rule by rule: each
 * test is an interleaving that loses or revives a message, or hands one out of order, without its rule.
 */
import { describe, expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import type { Receipt } from "../../bindings/receipts.ts";
import { bodiesOf, departedOf, kinds, receiptOf, reload, said } from "./logScene.ts";
import { World } from "./logWorld.ts";
import { pictureOf } from "./picture.ts";

const { RESULT_GONE } = layout;

describe("moves", () => {
  /** A message that is about to become a dead letter, in the log; then it does. */
  async function dead() {
    const world = await World.open();
    const to = world.createQueue({});
    const from = world.createQueue({ deadLetters: to, receivesMax: 1, visibilityMs: 1000 });
    world.send(from, [{ body: "m" }, { body: "stays" }]);
    const parts = world.takeAll();
    world.receive(from, 1);
    world.nowMs += 1000;
    world.receive(from, 10, 0);
    return { world, from, to, parts };
  }

  test("what came in is there, and gone where it was, whichever the log says first", async () => {
    const { world, from, to, parts } = await dead();
    const came = world.takeAll([to]);
    const went = world.takeAll([from]);
    expect(kinds(came)).toEqual(["part", "message"]);
    expect(kinds(went)).toContain("departed");
    for (const order of [came, [...came, ...went], [...went, ...came]]) {
      const { world: next, loaded } = await reload(world, [...parts, ...order]);
      expect(bodiesOf(next, to)).toEqual(["m"]);
      expect(bodiesOf(next, from)).toEqual(["stays"]);
      expect(loaded.departed).toBe(0);
      expect(pictureOf(next, to.number).messages).toEqual(pictureOf(world, to.number).messages);
    }
  });

  test("what departed and came in nowhere waits among the arrivals, or goes back, or is gone", async () => {
    const { world, from, to, parts } = await dead();
    parts.push(...world.takeAll([from]));
    const there = await reload(world, parts);
    expect(there.loaded.departed).toBe(1);
    expect(departedOf(there.world, to)).toHaveLength(1);
    there.world.advance();
    expect(bodiesOf(there.world, to)).toEqual(["m"]);
    expect(pictureOf(there.world, to.number).messages[0]?.source).toBe(from.incarnation);
    // Its target is deleted: it comes back, with its count.
    world.forget(to);
    const back = await reload(world, parts);
    back.world.advance();
    expect(bodiesOf(back.world, from)).toEqual(["stays", "m"]);
    expect(pictureOf(back.world, from.number).messages[1]).toMatchObject({
      receives: 1,
      source: 0,
    });
    world.forget(from);
    expect((await reload(world, parts)).loaded).toMatchObject({ messages: 0, departed: 0 });
  });

  test("what came in and was deleted in one part does not come back", async () => {
    const { world, from, to, parts } = await dead();
    world.remove(to, world.receive(to));
    const came = world.takeAll([to]);
    const went = world.takeAll([from]);
    expect(kinds(came)).toEqual(["part", "arrived"]);
    for (const order of [came, [...came, ...went], [...went, ...came]]) {
      const { world: next, loaded } = await reload(world, [...parts, ...order]);
      expect(loaded.departed).toBe(0);
      expect(bodiesOf(next, from)).toEqual(["stays"]);
      expect(bodiesOf(next, to)).toEqual([]);
    }
  });

  test("what departed before a purge lives on", async () => {
    const { world, from, to, parts } = await dead();
    world.engine.cut(from, world.nowMs);
    parts.push(...world.takeAll([from]));
    const { world: next } = await reload(world, parts);
    next.advance();
    expect(bodiesOf(next, from)).toEqual([]);
    expect(bodiesOf(next, to)).toEqual(["m"]);
  });

  test("back and forth as a new message, in its own queue too, read in any order", async () => {
    const { world, from, to, parts } = await dead();
    parts.push(...world.takeAll([to, from]));
    world.engine.moves.redrive(to, 10, undefined, [], world.nowMs);
    parts.push(...world.takeAll([from, to]));
    world.engine.moves.redrive(from, 10, from, [], world.nowMs);
    parts.push(...world.takeAll([from, to]));
    const { world: next } = await reload(world, parts);
    for (const queue of [from, to]) {
      expect(pictureOf(next, queue.number)).toEqual(pictureOf(world, queue.number));
    }
    expect(bodiesOf(next, to)).toEqual([]);
  });
});

describe("lives and queues", () => {
  test("a receipt of a receive that the log forgot never deletes a later message", async () => {
    const world = await World.open();
    const queue = world.createQueue({});
    world.send(queue, [{ body: "a" }]);
    world.remove(queue, world.receive(queue));
    const parts = world.takeAll(); // Nothing in them: its slot is free.
    world.send(queue, [{ body: "lost" }]);
    const [forgotten] = world.receive(queue) as [Receipt];
    const { world: next } = await reload(world, parts);
    next.send(queue, [{ body: "later" }]);
    const [later] = pictureOf(next, queue.number).messages;
    expect(later?.slot).toBe(forgotten.slot);
    expect(next.remove(queue, [receiptOf(world, next, forgotten)])).toEqual([RESULT_GONE]);
    expect(bodiesOf(next, queue)).toEqual(["later"]);
  });

  test("nor does one of a life that wrote nothing but its beginning", async () => {
    const world = await World.open();
    const queue = world.createQueue({});
    const parts: Uint8Array[] = [];
    const receipts: Receipt[] = [];
    let last = world;
    for (let life = 0; life < 3; life++) {
      last = (await reload(world, parts)).world;
      parts.push(last.take(queue.number, true) as Uint8Array);
      last.send(queue, [{ body: `of life ${life}` }]);
      for (const receipt of receipts) {
        expect(last.remove(queue, [receiptOf(world, last, receipt)])).toEqual([RESULT_GONE]);
      }
      receipts.push(...last.receive(queue));
    }
    expect(new Set(receipts.map(({ sequenceHigh }) => sequenceHigh)).size).toBe(3);
    expect(new Set(receipts.map(({ birthHigh }) => birthHigh)).size).toBe(3);
  });

  test("what the catalogue does not know is dropped, and a queue after another has its own alone", async () => {
    const world = await World.open();
    const first = world.createQueue({});
    world.send(first, [{ body: "of the first" }]);
    const parts = world.takeAll();
    world.deleteQueue(first);
    parts.push(...world.takeAll([first]));
    world.engine.reclaim(first.number, 1000);
    expect(world.engine.endQueue(first.number)).toBe(true);
    const second = world.createQueue({ isFifo: true });
    expect(second.number).toBe(first.number);
    // The log has nothing of it yet: what it has is not its.
    const early = await reload(world, parts.slice(0, 1));
    expect(early.loaded).toMatchObject({ messages: 0, dropped: 1 });
    expect(bodiesOf(early.world, second)).toEqual([]);
    world.send(second, [{ body: "of the second", group: "g", id: "i" }]);
    parts.push(...world.takeAll());
    const { world: next, loaded } = await reload(world, parts);
    expect(bodiesOf(next, second)).toEqual(["of the second"]);
    expect(loaded.messages).toBe(1);
    // What the first one has comes again, behind: it means nothing.
    const again = await reload(world, [...parts, parts[0] as Uint8Array]);
    expect(bodiesOf(again.world, second)).toEqual(["of the second"]);
    world.forget(second);
    expect((await reload(world, parts)).loaded).toMatchObject({ messages: 0, dropped: 1 });
  });

  test("queues that the catalogue does not know are dropped in whatever order the log has them", async () => {
    const world = await World.open();
    const queues = [world.createQueue({}), world.createQueue({}), world.createQueue({})];
    for (const queue of queues) world.send(queue, [{ body: "m" }]);
    const parts = world.takeAll();
    for (const queue of queues) world.forget(queue);
    for (const order of [parts, parts.toReversed()]) {
      expect((await reload(world, order)).loaded).toMatchObject({ messages: 0, dropped: 3 });
    }
  });

  test("all that is said may be said twice, and a queue may be stated again", async () => {
    const world = await World.open();
    const [standard, fifo] = [world.createQueue({}), world.createQueue({ isFifo: true })];
    world.send(standard, [{ body: "a" }, { body: "b", delayMs: 9000 }, { body: "c" }]);
    world.send(fifo, [
      { body: "1", group: "g", id: "1" },
      { body: "2", group: "h", id: "2" },
    ]);
    const parts = world.takeAll();
    const [receipt] = world.receive(standard, 1) as [Receipt];
    world.receive(fifo, 1, 60_000, "attempt");
    parts.push(...world.takeAll());
    world.remove(standard, [receipt]);
    for (const { number, incarnation } of [standard, fifo]) {
      pictureOf(world, number).messages.forEach(({ slot, sequence }, index) => {
        const names = { sequenceLow: sequence, sequenceHigh: 0, birthLow: 0, birthHigh: 0 };
        world.engine.receipts.put(index, { incarnation, slot, receiveCount: 0, ...names });
      });
      expect(world.exports.restate(world.engine.thread, number, incarnation, 2)).toBe(2);
    }
    const stated = world.takeAll();
    const states = said(stated).flatMap((entry) => (entry.kind === "message" ? [entry.state] : []));
    expect(states).toEqual(["delayed", "ready", "inFlight", "ready"]);
    for (const order of [
      [...parts, ...stated],
      [...parts, ...stated, ...parts, ...stated],
    ]) {
      const { world: next } = await reload(world, order);
      for (const { number } of [standard, fifo]) {
        expect(pictureOf(next, number)).toEqual(pictureOf(world, number));
      }
    }
    // The segment that had them before is gone.
    const { world: cleaned } = await reload(world, stated);
    expect(pictureOf(cleaned, standard.number)).toEqual(pictureOf(world, standard.number));
    expect(pictureOf(cleaned, fifo.number).messages).toEqual(
      pictureOf(world, fifo.number).messages,
    );
  });

  test.each([false, true])(
    "a section cut between its states and its records (FIFO: %s)",
    async (isFifo) => {
      const world = await World.open();
      const queue = world.createQueue({ isFifo });
      const parcel = (body: string) => ({ body, ...(isFifo ? { group: body, id: body } : {}) });
      world.send(queue, ["a", "b", "c"].map(parcel));
      const receipts = world.receive(queue, 2, 60_000);
      const parts = world.takeAll();
      // These happen, and nothing of them is written: so it looks when a thread dies in between.
      world.unwritten(queue, () => {
        world.remove(queue, [receipts[0] as Receipt]);
        world.send(queue, [parcel("d")]);
      });
      world.exports.rebuild(world.engine.thread, queue.number);
      world.hide(queue, [receipts[1] as Receipt], 0);
      const torn = [...parts, ...world.takeAll()];
      expect(bodiesOf((await reload(world, torn)).world, queue)).toEqual(["a", "b", "c"]);
      expect(world.engine.drain.take(queue.number, true)?.needsResync).toBe(true);
      world.engine.drain.taken();
      torn.push(...world.resync(queue));
      expect(kinds(torn)).toContain("resynced");
      const { world: next } = await reload(world, torn);
      expect(pictureOf(next, queue.number)).toEqual(pictureOf(world, queue.number));
      expect(bodiesOf(next, queue)).toEqual(["b", "c", "d"]);
      // Up to the middle of it nothing is taken for gone.
      const begun = torn.slice(0, -1);
      if (!kinds(begun).includes("resynced")) {
        expect(bodiesOf((await reload(world, begun)).world, queue)).toContain("a");
      }
    },
  );

  test("FIFO: only what stands behind the last that appeared may still be delayed", async () => {
    const world = await World.open();
    const queue = world.createQueue({ isFifo: true, delayMs: 10_000 });
    world.send(queue, [
      { body: "1", group: "g", id: "1" },
      { body: "2", group: "h", id: "2" },
      { body: "3", group: "i", id: "3" },
    ]);
    const parts = world.takeAll();
    world.nowMs += 10_000;
    world.receive(queue, 2, 60_000);
    parts.push(...world.takeAll());
    // The delay is longer now: what appeared must not vanish again.
    world.catalogue.queues.set(queue, { isFifo: true, delayMs: 900_000 });
    const { world: next } = await reload(world, parts);
    const states = pictureOf(next, queue.number).messages.map(({ state }) => state);
    expect(states).toEqual([layout.SLOT_IN_FLIGHT, layout.SLOT_IN_FLIGHT, layout.SLOT_DELAYED]);
    // The second was received and is gone, the first only appeared.
    world.remove(queue, world.receive(queue, 1, 0));
  });
});
