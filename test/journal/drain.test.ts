/**
 * What the bindings make of a part whose messages change while it is read, piece by piece: the part has whole entries
 * alone, and what changed comes with the next one.
 */
import { expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { Drain } from "../../bindings/drain.ts";
import type { EngineExports } from "../../bindings/exports.ts";
import type { Receipt } from "../../bindings/receipts.ts";
import { threadArea, Views } from "../../bindings/views.ts";
import { bodiesOf, reload } from "./logScene.ts";
import { World } from "./logWorld.ts";

test("a content that is removed while it is read leaves nothing of it, and all that stands around it", async () => {
  const world = await World.open();
  const queue = world.createQueue({});
  const { engine, memory } = world;
  const exports = world.exports as unknown as EngineExports;
  const large = "x".repeat(300_000);
  for (const body of ["a", large, "c"]) world.send(queue, [{ body }]);
  const receipts = world.receive(queue, 3);
  let isRemoved = false;
  const drain = (thread: number): number => {
    const bytes = exports.drain(thread);
    if (bytes === layout.THREAD_BUFFER_BYTES && !isRemoved) {
      isRemoved = true;
      world.remove(queue, [receipts[1] as Receipt]);
      world.send(queue, [{ body: "y".repeat(300_000) }]);
    }
    return bytes;
  };
  const views = new Views(memory.buffer);
  const { thread } = engine;
  const drained = new Drain({ ...exports, drain }, thread, threadArea(views, thread), views);
  const parts = [drained.take(queue.number)?.bytes.slice() as Uint8Array];
  drained.taken();
  expect(isRemoved).toBe(true);
  expect(bodiesOf((await reload(world, parts)).world, queue)).toEqual(["a", "c"]);
  parts.push(...world.takeAll());
  expect(bodiesOf((await reload(world, parts)).world, queue)).toEqual(bodiesOf(world, queue));
});
