/**
 * A message whose slot more than one start had to change, as where each has less memory than the one before: the log
 * says so once a life, and the cleaning says an older one of these again behind the others. Whatever the order, receipts
 * of all these lives find the message.
 */
import { expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import type { Receipt } from "../../bindings/receipts.ts";
import { writeSlots } from "../../bindings/slotEntries.ts";
import { receiptOf, reload } from "./logScene.ts";
import { World } from "./logWorld.ts";

const { RESULT_APPLIED } = layout;
const [SECOND, THIRD] = [60, 70];

/** A message in flight, what the log has of it, and what lives say of it: where it was at first, and is now. */
async function scene() {
  const world = await World.open();
  const queue = world.createQueue({});
  world.send(queue, [{ body: "m" }]);
  const [receipt] = world.receive(queue, 1, 600_000) as [Receipt];
  const parts = world.takeAll();
  const sequence = receipt.sequenceLow;
  const says = (former: number, slot: number): Uint8Array =>
    writeSlots(queue.number, queue.incarnation, [{ former, slot, sequence }]);
  return { world, queue, receipt, parts, says };
}

const FIRST = 1;

test.each([
  [
    "as it was said",
    [
      [FIRST, SECOND],
      [FIRST, THIRD],
    ],
  ],
  [
    "by its last slot alone",
    [
      [FIRST, SECOND],
      [SECOND, THIRD],
    ],
  ],
  [
    "the older one again, behind",
    [
      [FIRST, SECOND],
      [FIRST, THIRD],
      [FIRST, SECOND],
    ],
  ],
  [
    "the older one behind alone",
    [
      [FIRST, THIRD],
      [FIRST, SECOND],
    ],
  ],
] as const)("%s", async (_, rows) => {
  const { world, queue, receipt, parts, says } = await scene();
  expect(receipt.slot).toBe(FIRST);
  const log = [...parts, ...rows.map(([former, slot]) => says(former, slot))];
  for (const slot of [FIRST, SECOND, THIRD]) {
    const { world: next, loaded } = await reload(world, log);
    expect(loaded.moved).toMatchObject([{ former: FIRST, slot: rows.at(-1)?.[1] }]);
    const read = receiptOf(world, next, { ...receipt, slot });
    expect(next.remove(queue, [read])).toEqual([RESULT_APPLIED]);
  }
});

test("by lives with less memory each, one with more, and the cleaning between them", async () => {
  const world = await World.open();
  const [queue, others] = [world.createQueue({}), world.createQueue({})];
  const fill = (count: number): void => {
    for (let sent = 0; sent < count; sent += 100) {
      expect(world.send(others, Array(100).fill({ body: "x" }))).toBe(100);
    }
  };
  fill(300);
  const parts = world.takeAll();
  fill(500);
  world.send(queue, [{ body: "m" }]);
  const [receipt] = world.receive(queue, 1, 600_000) as [Receipt];
  world.engine.cut(others, world.nowMs);
  parts.push(...world.takeAll([queue]));
  const second = await reload(world, parts, { messagesMax: 500 });
  const slots = [receipt.slot, second.loaded.moved[0]?.slot];
  // The cleaning: messages as they are, then what is remembered.
  const { engine, exports } = second.world;
  engine.receipts.put(0, receiptOf(world, second.world, receipt));
  expect(exports.restate(engine.thread, queue.number, queue.incarnation, 1)).toBe(1);
  const cleaned = [...second.world.takeAll([queue]), ...second.loaded.conclusions];
  const third = await reload(world, cleaned, { messagesMax: 250 });
  slots.push(third.loaded.moved[0]?.slot);
  expect(new Set(slots).size).toBe(3);
  for (const slot of slots) {
    const { world: last } = await reload(world, [...cleaned, ...third.loaded.conclusions]);
    const read = receiptOf(world, last, { ...receipt, slot: slot as number });
    expect(last.remove(queue, [read])).toEqual([RESULT_APPLIED]);
  }
});
