/**
 * What a load makes of what FIFO queues remember for five minutes, where the log has much of it, or has
 * one attempt several times: nothing goes before its time to make room, and the last that happened counts.
 */
import { expect, test } from "vitest";
import type { QueueHandle } from "../../bindings/shapes.ts";
import { bodiesOf, reload, said } from "./logScene.ts";
import { World } from "./logWorld.ts";
import { pictureOf } from "./picture.ts";

/** More than there is room for at first. */
const MANY = 1_500;
/** Later, and not past yet. */
const SOON_MS = 200_000;

async function fifo(): Promise<{ world: World; queue: QueueHandle }> {
  const world = await World.open();
  return { world, queue: world.createQueue({ isFifo: true }) };
}

/** As many messages as a call takes, each of its own group and id, from this number on. */
function sendSome(world: World, queue: QueueHandle, from: number, count: number): void {
  const parcels = Array.from({ length: count }, (_, index) => ({
    ...{ body: "x", group: `g${from + index}`, id: `i${from + index}` },
  }));
  expect(world.send(queue, parcels)).toBe(count);
}

test("ids that are not past outlive the room that is made for later ones", async () => {
  const { world, queue } = await fifo();
  const parts: Uint8Array[] = [];
  for (let sent = 0; sent < 2 * MANY; sent += 100) {
    if (sent === MANY) world.nowMs += SOON_MS;
    sendSome(world, queue, sent, 100);
    world.remove(queue, world.receive(queue, 10));
    parts.push(...world.takeAll());
  }
  const { world: next } = await reload(world, parts);
  const { nodes } = pictureOf(next, queue.number);
  expect(nodes).toHaveLength(2 * MANY);
  expect(nodes).toEqual(pictureOf(world, queue.number).nodes);
});

test("attempts that are not past outlive the room that is made for later ones", async () => {
  const { world, queue } = await fifo();
  const parts: Uint8Array[] = [];
  for (let sent = 0; sent < 2 * MANY; sent += 100) {
    if (sent === MANY) world.nowMs += SOON_MS;
    sendSome(world, queue, sent, 100);
    for (let one = sent; one < sent + 100; one++) {
      expect(world.receive(queue, 1, 600_000, `a${one}`)).toHaveLength(1);
    }
    parts.push(...world.takeAll());
  }
  const { world: next } = await reload(world, parts);
  const { attempts } = pictureOf(next, queue.number);
  expect(attempts).toHaveLength(2 * MANY);
  expect(attempts).toEqual(pictureOf(world, queue.number).attempts);
});

test("an attempt that the log states again behind its repetition is as that left it", async () => {
  const { world, queue } = await fifo();
  sendSome(world, queue, 1, 2);
  const first = world.receive(queue, 1, 600_000, "again");
  const [part = Buffer.of(), ...others] = world.takeAll();
  expect(others).toEqual([]);
  const { at = 0, bytes = 0 } = said([part]).find(({ kind }) => kind === "attempt") ?? {};
  // Its message is hidden again from now on.
  world.nowMs += 2_000;
  expect(world.receive(queue, 1, 600_000, "again")).toEqual(first);
  const parts = [part, ...world.takeAll()];
  // As the cleaning says it: behind a head of the queue.
  parts.push(world.take(queue.number, true) as Uint8Array, part.slice(at, at + bytes));
  const { world: next } = await reload(world, parts);
  expect(pictureOf(next, queue.number)).toEqual(pictureOf(world, queue.number));
  expect(next.receive(queue, 1, 600_000, "again")).toEqual(first);
});

test("an attempt that the log states behind a later one is the earlier one yet", async () => {
  const { world, queue } = await fifo();
  sendSome(world, queue, 1, 2);
  const first = world.receive(queue, 1, 600_000, "first");
  const [part = Buffer.of(), ...others] = world.takeAll();
  expect(others).toEqual([]);
  world.nowMs += SOON_MS;
  const second = world.receive(queue, 1, 600_000, "second");
  const later = world.takeAll();
  const { at = 0, bytes = 0 } = said([part]).find(({ kind }) => kind === "attempt") ?? {};
  const parts = [
    Buffer.concat([part.subarray(0, at), part.subarray(at + bytes)]),
    ...later,
    ...[world.take(queue.number, true) as Uint8Array, part.slice(at, at + bytes)],
  ];
  const { world: next } = await reload(world, parts);
  expect(pictureOf(next, queue.number)).toEqual(pictureOf(world, queue.number));
  // The window ends with the first that is past.
  next.nowMs += SOON_MS;
  expect(next.receive(queue, 1, 600_000, "second")).toEqual(second);
  expect(next.receive(queue, 1, 600_000, "first")).not.toEqual(first);
  expect(next.verify()).toBe(0);
});

test("what a queue remembered that is gone is not known to the one that has its number now", async () => {
  const { world, queue: first } = await fifo();
  sendSome(world, first, 1, 2);
  expect(world.receive(first, 1, 600_000, "again")).toHaveLength(1);
  const parts = world.takeAll();
  world.deleteQueue(first);
  parts.push(...world.takeAll([first]));
  world.engine.reclaim(first.number, 1_000);
  expect(world.engine.endQueue(first.number)).toBe(true);
  const second = world.createQueue({ isFifo: true });
  expect(second.number).toBe(first.number);
  // The log has nothing of it yet.
  const { world: next } = await reload(world, parts);
  expect(pictureOf(next, second.number)).toMatchObject({ nodes: [], attempts: [] });
  sendSome(next, second, 1, 2);
  expect(bodiesOf(next, second)).toHaveLength(2);
});
