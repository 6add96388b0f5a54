/**
 * What would be lost or come back by the cleaning of the log without one of its rules: each test is an interleaving
 * of the cleaning with what happens meanwhile, and asks what a start would find.
 */
import { describe, expect, test } from "vitest";
import { RESULT_APPLIED, SLOT_FLAG_FRESH, SLOT_IN_FLIGHT } from "../../../assembly/layout.ts";
import type { QueueHandle } from "../../../bindings/index.ts";
import type { Receipt } from "../../../bindings/receipts.ts";
import { bodiesOf, departedOf, receiptOf } from "../../journal/logScene.ts";
import { pictureOf } from "../../journal/picture.ts";
import { CleaningScene } from "./cleaningScene.ts";

const HOUR_MS = 3_600_000;
/** How many ways a power cut may go. */
const CUTS = 3;

/** A message that is about to become a dead letter and stands in the first segment, with six behind it. */
async function aboutToMove() {
  const scene = await CleaningScene.open();
  const { world } = scene;
  const to = world.createQueue({});
  const from = world.createQueue({ deadLetters: to, receivesMax: 1 });
  world.send(from, [{ body: "m" }]);
  // Both queues have their rings, so that nothing has to be asked of the journal for them.
  world.send(to, [{ body: "gone" }]);
  world.remove(to, world.receive(to, 1));
  await scene.turn();
  await scene.churn();
  world.receive(from, 1, 0);
  world.advance();
  await scene.turn();
  return { scene, world, from, to };
}

async function expectIn(scene: CleaningScene, from: QueueHandle, to: QueueHandle): Promise<void> {
  for (let cut = 0; cut < CUTS; cut++) {
    const found = await scene.found(cut);
    expect(found.verify()).toBe(0);
    found.advance();
    expect([bodiesOf(found, from), bodiesOf(found, to)]).toEqual([[], ["m"]]);
  }
}

describe("a message that moves while the segment goes that has its content", () => {
  test.each([
    ["a dead letter", 0],
    ["a redrive", SLOT_FLAG_FRESH],
  ])("%s keeps it until it has come in, which the cleaning sees to", async (_, flags) => {
    const { scene, world, from, to } = await aboutToMove();
    expect(world.depart(from, to, flags)).toBe(1);
    await scene.turn();
    await scene.tryToClean();
    expect(scene.journal.oldestSegment).toBe(1);
    expect(departedOf(await scene.found(), to)).toHaveLength(1);
    await expectIn(scene, from, to);
    expect(world.arrive(to)).toBe(1);
    // Nobody receives or counts there, which would let it in.
    await scene.cleanOne();
    expect(scene.journal.oldestSegment).toBe(2);
    await expectIn(scene, from, to);
  });

  test("one that moves between the reading of the segment and its end is said by its new queue", async () => {
    const { scene, world, from, to } = await aboutToMove();
    // Chosen, read, said again: what is left is to give the segment up.
    for (let step = 0; step < 3; step++) await scene.cleaner.step();
    await scene.turn();
    world.receive(from, 1);
    expect(bodiesOf(world, to)).toEqual(["m"]);
    await scene.cleaner.step();
    // Nobody has marked its queues.
    await scene.commits.turn();
    await scene.cleaner.step();
    expect(scene.journal.oldestSegment).toBe(2);
    await expectIn(scene, from, to);
  });

  test("one that departed by what a start concluded stays gone where that stood", async () => {
    const { scene, world, from, to } = await aboutToMove();
    world.receive(from, 1);
    // That it came in is in the log, that it left is not: the first implies the second.
    await scene.commitOnly([to]);
    const next = await scene.nextLife();
    await next.churn();
    for (let segment = 0; segment < 4; segment++) {
      await next.cleanOne();
      await expectIn(next, from, to);
    }
    const [receipt] = next.world.receive(to, 1) as [Receipt];
    expect(next.world.remove(to, [receipt])).toEqual([RESULT_APPLIED]);
    await next.turn();
    await next.churn();
    while (next.journal.oldestSegment < next.journal.currentSegment - 5) {
      await next.cleanOne();
      for (let cut = 0; cut < CUTS; cut++) {
        const found = await next.found(cut);
        found.advance();
        expect([bodiesOf(found, from), bodiesOf(found, to)]).toEqual([[], []]);
      }
    }
  });
});

describe("as one segment after the other goes, and a power cut keeps some of their names", () => {
  test("what was removed stays gone, what is in flight stays so, and a slot is one message's", async () => {
    const scene = await CleaningScene.open();
    const { world } = scene;
    const [first, second] = [world.createQueue({}), world.createQueue({})];
    world.send(first, [{ body: "gone" }, { body: "held" }, { body: "visible" }]);
    await scene.turn();
    await scene.churn(1);
    const [gone, held] = world.receive(first, 2, HOUR_MS) as [Receipt, Receipt];
    expect(world.remove(first, [gone])).toEqual([RESULT_APPLIED]);
    await scene.turn();
    // The same slot, and the same number in its queue.
    world.send(second, [{ body: "another" }]);
    const [another] = pictureOf(world, second.number).messages;
    expect(another).toMatchObject({ slot: gone.slot, sequence: gone.sequenceLow });
    await scene.turn();
    await scene.churn();
    const [before] = pictureOf(world, first.number).messages;
    expect(before).toMatchObject({ state: SLOT_IN_FLIGHT, receives: 1 });
    for (let segment = 0; segment < 4; segment++) {
      await scene.cleanOne();
      for (let cut = 0; cut < CUTS; cut++) {
        const found = await scene.found(cut);
        expect(found.verify()).toBe(0);
        expect(bodiesOf(found, first)).toEqual(["held", "visible"]);
        expect(bodiesOf(found, second)).toEqual(["another"]);
        expect(pictureOf(found, first.number).messages[0]).toEqual(before);
      }
    }
    const found = await scene.found();
    expect(found.remove(first, [receiptOf(world, found, held)])).toEqual([RESULT_APPLIED]);
  });
});

test("where a message is whose slot a start had to change outlives the segment that says so", async () => {
  const scene = await CleaningScene.open();
  const { world } = scene;
  const [from, to] = [world.createQueue({}), world.createQueue({})];
  world.send(from, [{ body: "a" }]);
  await scene.turn();
  world.remove(from, world.receive(from));
  world.send(to, [{ body: "b" }]);
  const [receipt] = world.receive(to, 1, HOUR_MS) as [Receipt];
  // The removal is not in the log, so its slot is the first one's yet.
  await scene.commitOnly([to]);
  const next = await scene.nextLife();
  expect(receiptOf(world, next.world, receipt).slot).not.toBe(receipt.slot);
  const last = next.journal.currentSegment;
  await next.churn();
  while (next.journal.oldestSegment <= last) {
    await next.cleanOne();
    const found = await next.found();
    expect(found.remove(to, [receiptOf(world, found, receipt)])).toEqual([RESULT_APPLIED]);
  }
});

test.each([3, 4, 5, 6])(
  "a segment that is given up is not begun with again, however long that commit takes (%i steps)",
  async (steps) => {
    const scene = await CleaningScene.open();
    await scene.churn(12);
    // Where syncs overlap a turn may have to wait, and the cleaning goes on between two of them.
    for (let turn = 0; scene.journal.oldestSegment < 4 && turn < 50; turn++) {
      for (let step = 0; step < steps; step++) await scene.cleaner.step();
      await scene.turn();
    }
    expect(scene.journal.oldestSegment).toBeGreaterThanOrEqual(4);
  },
);
