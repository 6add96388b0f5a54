/**
 * The last index of a load, which another thread may build: whoever does, the queue is as if its load had built it;
 * one of the two does; and the one that loads waits for the other, and is told of its error. The other thread is one
 * of dist/.
 */
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { Engine } from "../../bindings/engine.ts";
import type { LastIndex } from "../../bindings/lastIndex.ts";
import type { QueueHandle } from "../../bindings/shapes.ts";
import { SharedBlock } from "../../bindings/sharedBlock.ts";
import { patience } from "../support/patience.ts";
import { World } from "./logWorld.ts";
import { pictureOf } from "./picture.ts";

/** More than are built in one step. */
const MANY = 17_000;

/** Four queues, the second of which has most: visible, in flight, delayed and deleted messages of it. */
async function sent(many = MANY): Promise<{ world: World; parts: Uint8Array[] }> {
  const world = await World.open();
  const parts: Uint8Array[] = [];
  const send = (queue: QueueHandle, count: number, delayMs: number, group = ""): void => {
    for (let from = 0; from < count; from += 10) {
      const bodies = Array.from({ length: 10 }, (_, index) => `${from + index}`);
      world.send(
        queue,
        bodies.map((body) => ({ body, delayMs, ...(group !== "" && { group, id: body }) })),
      );
      parts.push(...world.takeAll());
    }
  };
  const few = world.createQueue({});
  const most = world.createQueue({});
  const fifo = world.createQueue({ isFifo: true });
  const fewer = world.createQueue({});
  send(few, 20, -1);
  send(fewer, 10, -1);
  send(most, 30, -1);
  send(most, 10, 60_000);
  send(most, many - 40, -1);
  send(fifo, 50, -1, "a");
  world.receive(most, 10, 30_000);
  world.remove(most, world.receive(most, 10));
  parts.push(...world.takeAll());
  return { world, parts };
}

function lastIndexOf(engine: Engine): LastIndex {
  const beside = engine.beside();
  if (beside === undefined) throw new Error("there is no memory beside");
  return beside.lastIndex;
}

function joined(world: World): Engine {
  const share = world.engine.share();
  if (share === undefined) throw new Error("no thread is left");
  return Engine.attach(share);
}

function pictures(world: World): unknown[] {
  return [...world.catalogue.queues.keys()].map(({ number }) => pictureOf(world, number));
}

/** The bodies of a queue in the order in which they are received. */
function received(world: World, queue: QueueHandle): string[] {
  const bodies: string[] = [];
  while (world.receive(queue, 10).length > 0) bodies.push(...world.bodies());
  return bodies;
}

test("another thread's is the same as the load's own", async () => {
  const { world, parts } = await sent();
  const { world: alone, loaded } = await World.load(parts, world.catalogue, world.nowMs);
  const { world: shared, ...both } = await World.load(
    ...([parts, world.catalogue, world.nowMs, {}, true] as const),
  );
  expect(both.loaded).toEqual(loaded);
  const [, most] = [...shared.catalogue.queues.keys()];
  if (most === undefined) throw new Error("the queue is gone");
  expect(shared.engine.count(most, shared.nowMs)?.visible).toBe(0);
  const other = lastIndexOf(joined(shared));
  expect(other.take()).toBe(true);
  let steps = 1;
  while (other.step()) steps++;
  expect(steps).toBeGreaterThan(2);
  lastIndexOf(shared.engine).settle();
  expect(shared.verify()).toBe(0);
  expect(pictures(shared)).toEqual(pictures(alone));
  expect(shared.engine.count(most, shared.nowMs)).toMatchObject({
    ...{ visible: MANY - 30, inFlight: 10, delayed: 10 },
  });
  expect(received(shared, most)).toEqual(received(alone, most));
});

test("the load's own thread builds it where nobody has begun, and nobody does then", async () => {
  const { world, parts } = await sent(100);
  const { world: shared } = await World.load(parts, world.catalogue, world.nowMs, {}, true);
  const other = lastIndexOf(joined(shared));
  lastIndexOf(shared.engine).settle();
  expect(other.take()).toBe(false);
  expect(shared.verify()).toBe(0);
  const { world: alone } = await World.load(parts, world.catalogue, world.nowMs);
  expect(pictures(shared)).toEqual(pictures(alone));
});

test("one thread builds it", async () => {
  const { world, parts } = await sent(100);
  const { world: shared } = await World.load(parts, world.catalogue, world.nowMs, {}, true);
  expect(lastIndexOf(joined(shared)).take()).toBe(true);
  expect(lastIndexOf(shared.engine).take()).toBe(false);
});

test("there is none where no Standard queue has messages", async () => {
  const world = await World.open();
  world.createQueue({});
  const fifo = world.createQueue({ isFifo: true });
  world.send(fifo, [{ body: "a", group: "g", id: "1" }]);
  const parts = world.takeAll();
  const { world: shared } = await World.load(parts, world.catalogue, world.nowMs, {}, true);
  expect(lastIndexOf(joined(shared)).take()).toBe(false);
  lastIndexOf(shared.engine).settle();
  expect(shared.verify()).toBe(0);
  expect(shared.engine.count(fifo, shared.nowMs)?.visible).toBe(1);
});

test("the load's thread is told where the other could not build it", async () => {
  const { world, parts } = await sent(100);
  const { world: shared } = await World.load(parts, world.catalogue, world.nowMs, {}, true);
  const other = lastIndexOf(joined(shared));
  other.fail();
  expect(other.take()).toBe(true);
  other.fail();
  expect(() => lastIndexOf(shared.engine).settle()).toThrow("had an error");
});

test(
  "the load's thread waits until the other has built it",
  async () => {
    const { world, parts } = await sent(100);
    const { world: shared } = await World.load(parts, world.catalogue, world.nowMs, {}, true);
    const ended = new SharedBlock(8);
    const file = fileURLToPath(new URL("lastIndexWorker.mjs", import.meta.url));
    const workerData = { share: shared.engine.share(), ended: ended.buffer };
    const worker = new Worker(file, { workerData });
    await once(worker, "message");
    lastIndexOf(shared.engine).settle();
    expect(ended.load(0)).toBe(1);
    expect(shared.verify()).toBe(0);
    await once(worker, "exit");
  },
  patience(),
);
