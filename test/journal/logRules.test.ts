/**
 * What the log says and what a load makes of it, rule by rule: each test is an interleaving that loses or
 * revives a message, or hands one out of order, without its rule.
 */
import { describe, expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import type { Receipt } from "../../bindings/receipts.ts";
import { bodiesOf, kinds, receiptOf, reload, said } from "./logScene.ts";
import { World } from "./logWorld.ts";
import { pictureOf } from "./picture.ts";

const { RESULT_APPLIED } = layout;

describe("what a message was comes back", () => {
  test("ready, delayed, in flight: with its slot, count, due time and receipt", async () => {
    const world = await World.open();
    const queue = world.createQueue({});
    world.send(queue, [{ body: "a" }, { body: "b" }, { body: "c", delayMs: 5000 }]);
    const parts = world.takeAll();
    const [receipt] = world.receive(queue, 1, 20_000) as [Receipt];
    world.hide(queue, [receipt], 7000);
    parts.push(...world.takeAll());
    world.nowMs += 1000;
    const { world: next } = await reload(world, parts);
    expect(pictureOf(next, queue.number)).toEqual(pictureOf(world, queue.number));
    expect(next.remove(queue, [receiptOf(world, next, receipt)])).toEqual([RESULT_APPLIED]);
    expect(bodiesOf(next, queue)).toEqual(["b", "c"]);
  });

  test("a content of any size, also one larger than the buffer and in pieces of a batch", async () => {
    const world = await World.open();
    const queue = world.createQueue({});
    const sizes = [1, 4000, 4096, 60_000, 65_536, 131_000, 131_072, 200_001, 900_000];
    const bodies = sizes.map((bytes) =>
      `${bytes}`.padEnd(bytes, String.fromCharCode(97 + (bytes % 26))),
    );
    for (const body of bodies) world.send(queue, [{ body }]);
    const part = world.engine.drain.take(queue.number);
    if (part === undefined) throw new Error("there is something to take");
    const whole = part.bytes.slice();
    const pieces = [...world.engine.drain.pieces({ ...part, bytes: whole.slice() }, 1_000_000)].map(
      // Each is good until the next one only.
      (piece) => piece.length,
    );
    expect(pieces.length).toBeGreaterThan(1);
    expect(Math.max(...pieces)).toBeLessThanOrEqual(1_000_000);
    const copies: Uint8Array[] = [];
    for (const piece of world.engine.drain.pieces({ ...part, bytes: whole.slice() }, 1_000_000)) {
      copies.push(piece.slice());
    }
    expect(copies.map((piece) => said([piece])[0])).toMatchObject(
      copies.map((_, index) => ({ kind: "part", goesOn: index > 0 })),
    );
    for (const parts of [[whole], copies]) {
      const { world: next } = await reload(world, parts);
      const receipts = next.receive(queue, 10);
      expect(receipts).toHaveLength(bodies.length);
      expect(next.bodies()).toEqual(bodies);
    }
    expect(() => [...world.engine.drain.pieces(part, 100_000)]).toThrow(RangeError);
  });

  test("FIFO: groups in order, ids for five minutes, a receive attempt with its receipts", async () => {
    const world = await World.open();
    const queue = world.createQueue({ isFifo: true });
    const parcels = [1, 2, 3, 4, 5, 6].map((n) => ({
      body: `${n}`,
      group: n % 2 === 0 ? "even" : "odd",
      id: `id ${n}`,
    }));
    world.send(queue, parcels);
    const first = world.receive(queue, 2, 30_000, "again");
    const parts = world.takeAll();
    world.nowMs += 1000;
    const { world: next } = await reload(world, parts);
    expect(pictureOf(next, queue.number)).toEqual(pictureOf(world, queue.number));
    // The ids are known, so nothing joins; the attempt brings what it brought.
    expect(next.send(queue, parcels)).toBe(6);
    expect(bodiesOf(next, queue)).toEqual(["1", "2", "3", "4", "5", "6"]);
    expect(next.receive(queue, 2, 30_000, "again")).toEqual(first);
    expect(next.remove(queue, first)).toEqual([RESULT_APPLIED, RESULT_APPLIED]);
    // Five minutes later they are not.
    const late = await reload(Object.assign(world, { nowMs: world.nowMs + 300_000 }), parts);
    late.world.send(queue, parcels);
    expect(bodiesOf(late.world, queue)).toHaveLength(12);
  });

  test("FIFO: a receive attempt that was repeated is remembered from its first time on", async () => {
    const world = await World.open();
    const queue = world.createQueue({ isFifo: true });
    world.send(queue, [{ body: "1", group: "g", id: "id" }]);
    const first = world.receive(queue, 1, 600_000, "again");
    world.nowMs += 200_000;
    const other = world.receive(queue, 1, 600_000, "other");
    expect([other, world.receive(queue, 1, 600_000, "again")]).toEqual([[], first]);
    const parts = world.takeAll();
    world.nowMs += 99_000;
    const soon = await reload(world, parts);
    expect(pictureOf(soon.world, queue.number)).toEqual(pictureOf(world, queue.number));
    expect(soon.world.receive(queue, 1, 600_000, "again")).toEqual(first);
    world.nowMs += 2000;
    const late = await reload(world, parts);
    expect(pictureOf(late.world, queue.number).attempts).toEqual([]);
    expect(late.world.receive(queue, 1, 600_000, "again")).toEqual([]);
  });

  test("what was counted, and numbers that go on above all that were ever given", async () => {
    const world = await World.open();
    const queue = world.createQueue({});
    world.send(queue, [{ body: "a" }, { body: "b" }]);
    world.remove(queue, world.receive(queue, 1));
    world.engine.countEmptyReceive(queue.number);
    const parts = world.takeAll();
    const { world: next, loaded } = await reload(world, parts);
    expect(next.engine.queues.totals(queue.number)).toEqual(
      world.engine.queues.totals(queue.number),
    );
    next.send(queue, [{ body: "c" }]);
    const [b, c] = pictureOf(next, queue.number).messages;
    expect(b?.sequence).toBe(2);
    expect(c?.sequence).toBe(2 ** 32 + 3);
    expect(c?.birth).toBeGreaterThanOrEqual(2 ** 32);
    expect(loaded.births).toBeGreaterThanOrEqual(2 ** 32);
    // What the log has besides messages may know more: those with these numbers are all gone.
    const { load } = (await World.open()).engine;
    load.begin();
    expect(load.end(world.nowMs, 2 ** 40).births).toBeGreaterThanOrEqual(2 ** 40);
  });
});

describe("what never touches the disk", () => {
  test("what was sent and deleted within a part, but for the ids that are remembered", async () => {
    const world = await World.open();
    const queue = world.createQueue({});
    const fifo = world.createQueue({ isFifo: true });
    world.send(queue, [{ body: "stays" }, { body: "goes" }]);
    const receipts = world.receive(queue, 2);
    world.remove(queue, [receipts[1] as Receipt]);
    world.send(fifo, [{ body: "goes", group: "g", id: "i" }]);
    world.remove(fifo, world.receive(fifo));
    const parts = world.takeAll();
    expect(said(parts).filter(({ kind }) => kind === "message")).toMatchObject([
      { how: "sent", sequence: 1 },
    ]);
    expect(kinds(parts)).toEqual(["part", "message", "received", "part", "nodes"]);
    const { world: next } = await reload(world, parts);
    expect(bodiesOf(next, queue)).toEqual(["stays"]);
    expect(next.send(fifo, [{ body: "again", group: "g", id: "i" }])).toBe(1);
    expect(bodiesOf(next, fifo)).toEqual([]);
  });

  test("what a purge ended in the same part", async () => {
    const world = await World.open();
    const queue = world.createQueue({});
    world.send(queue, [{ body: "old" }]);
    const parts = world.takeAll();
    world.send(queue, [{ body: "dead" }]);
    world.engine.cut(queue, world.nowMs);
    world.send(queue, [{ body: "new" }]);
    parts.push(...world.takeAll());
    expect(kinds(parts)).toEqual(["part", "message", "part", "cut", "message"]);
    const { world: next } = await reload(world, parts);
    expect(bodiesOf(next, queue)).toEqual(["new"]);
  });

  test("a content that changed under the reading: its removal comes with the next part", async () => {
    const world = await World.open();
    const queue = world.createQueue({});
    const { exports, engine } = world;
    const large = "x".repeat(300_000);
    for (const body of ["a", large, "c"]) world.send(queue, [{ body }]);
    const receipts = world.receive(queue, 3);
    const before: Uint8Array[] = [];
    const drain = (): number => {
      const bytes = exports.drain(engine.thread);
      if (bytes > 0) before.push(world.buffer(bytes));
      return bytes;
    };
    exports.drainBegin(engine.thread, queue.number, 1_000_000);
    // "a" goes before it is read, the large one while it is.
    world.remove(queue, [receipts[0] as Receipt]);
    expect(drain()).toBe(layout.THREAD_BUFFER_BYTES);
    world.remove(queue, [receipts[1] as Receipt]);
    world.send(queue, [{ body: "y".repeat(300_000) }]);
    expect(drain()).toBe(layout.STATUS_CHANGED);
    // What came of it is thrown away, as the bindings do.
    before.pop();
    expect(drain()).toBeGreaterThan(0);
    expect(drain()).toBe(0);
    const parts: Uint8Array[] = [Buffer.concat([world.partHead(), ...before])];
    exports.drained(engine.thread);
    expect(said(parts).filter(({ kind }) => kind === "message")).toMatchObject([{ sequence: 3 }]);
    expect(bodiesOf((await reload(world, parts)).world, queue)).toEqual(["c"]);
    parts.push(...world.takeAll());
    const { world: next } = await reload(world, parts);
    expect(bodiesOf(next, queue)).toEqual(bodiesOf(world, queue));
  });
});

describe("a slot has one message after the other", () => {
  test("of two queues, the later one is read first", async () => {
    const world = await World.open();
    const [from, to] = [world.createQueue({}), world.createQueue({})];
    world.send(from, [{ body: "a" }]);
    const parts = world.takeAll();
    world.remove(from, world.receive(from));
    world.send(to, [{ body: "b" }]);
    const [receipt] = world.receive(to, 1, 60_000) as [Receipt];
    parts.push(...world.takeAll([to]));
    const slots = said(parts).flatMap((entry) => (entry.kind === "message" ? [entry.slot] : []));
    expect(slots[1]).toBe(slots[0]);
    // The removal is not there yet: both are, and the later one is elsewhere.
    const early = await reload(world, parts);
    expect(bodiesOf(early.world, from)).toEqual(["a"]);
    expect(bodiesOf(early.world, to)).toEqual(["b"]);
    expect(early.loaded.moved).toEqual([
      expect.objectContaining({ incarnation: to.incarnation, sequence: 1, former: receipt.slot }),
    ]);
    expect(kinds(early.loaded.conclusions)).toEqual(["part", "slots"]);
    const read = receiptOf(world, early.world, receipt);
    expect(read.slot).not.toBe(receipt.slot);
    expect(early.world.hide(to, [read], 0)).toEqual([RESULT_APPLIED]);
    // The life that gave it another slot says so, and all lives after it find it by either.
    const [second] = early.world.receive(to, 1, 0) as [Receipt];
    const lives = [...parts, ...early.loaded.conclusions, ...early.world.takeAll()];
    for (const order of [lives, [...lives, ...lives]]) {
      const third = await reload(world, order);
      expect(bodiesOf(third.world, to)).toEqual(["b"]);
      expect(receiptOf(world, third.world, receipt).slot).toBe(second.slot);
      expect(third.world.remove(to, [receiptOf(world, third.world, second)])).toEqual([
        RESULT_APPLIED,
      ]);
      const removal = third.world.takeAll();
      expect(bodiesOf((await reload(world, [...order, ...removal])).world, to)).toEqual([]);
    }
    // With the removal the slot is the later one's.
    parts.push(...world.takeAll());
    const late = await reload(world, parts);
    expect(bodiesOf(late.world, from)).toEqual([]);
    expect(late.loaded.moved).toEqual([]);
    expect(late.world.remove(to, [receiptOf(world, late.world, receipt)])).toEqual([
      RESULT_APPLIED,
    ]);
  });

  test("FIFO: a hint that another message took still finds the message, in its group's order", async () => {
    const world = await World.open();
    const [from, to] = [world.createQueue({}), world.createQueue({ isFifo: true })];
    world.send(from, [{ body: "a" }]);
    const parts = world.takeAll();
    world.remove(from, world.receive(from));
    world.send(to, [
      { body: "1", group: "g", id: "1" },
      { body: "2", group: "g", id: "2" },
    ]);
    const [receipt] = world.receive(to, 1, 60_000, "attempt") as [Receipt];
    parts.push(...world.takeAll([to]));
    const { world: next, loaded } = await reload(world, parts);
    expect(loaded.moved).toHaveLength(1);
    expect(next.receive(to, 1, 60_000)).toEqual([]);
    // The attempt's receipt names the slot where the message is now.
    const [again] = next.receive(to, 1, 60_000, "attempt") as [Receipt];
    expect(again.slot).toBe(loaded.moved[0]?.slot);
    expect(next.hide(to, [receiptOf(world, next, receipt)], 0)).toEqual([RESULT_APPLIED]);
    next.receive(to, 10, 60_000);
    expect(next.bodies()).toEqual(["1", "2"]);
  });

  test("a claim whose send is not in the log means nothing", async () => {
    const world = await World.open();
    const queue = world.createQueue({});
    world.send(queue, [{ body: "a" }]);
    world.takeAll();
    world.receive(queue);
    const parts = world.takeAll();
    expect(kinds(parts)).toEqual(["part", "received"]);
    const { loaded } = await reload(world, parts);
    expect(loaded).toMatchObject({ messages: 0, dropped: 0 });
  });

  test("a memory with fewer slots takes what it can, and says where; a smaller one is refused", async () => {
    const world = await World.open();
    const queue = world.createQueue({});
    for (let turn = 0; turn < 10; turn++) {
      world.send(
        queue,
        Array.from({ length: 100 }, (_, index) => ({ body: `${turn * 100 + index}` })),
      );
    }
    const parts = world.takeAll();
    for (let turn = 0; turn < 9; turn++) {
      const receipts = world.receive(queue, 100);
      if (turn > 0) world.remove(queue, receipts);
    }
    parts.push(...world.takeAll());
    const { world: next, loaded } = await reload(world, parts, { messagesMax: 1000 });
    expect(loaded.moved).toEqual([]);
    const small = await reload(world, parts, { messagesMax: 1000, memoryBytes: 16 * 1_048_576 });
    expect(bodiesOf(small.world, queue)).toEqual(bodiesOf(next, queue));
    await expect(reload(world, parts, { messagesMax: 600 })).rejects.toThrow(/too small/);
    // What is left fits, though it lay above; its receipts find it.
    const fewer = [...parts.slice(0, 1), ...parts.slice(1)];
    const { catalogue } = world;
    const shrunk = await World.load([...fewer], catalogue, world.nowMs, { messagesMax: 1000 });
    expect(shrunk.loaded.messages).toBe(200);
  });
});
