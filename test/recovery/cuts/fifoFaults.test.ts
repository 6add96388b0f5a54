/**
 * Proof that no death leaves a FIFO queue broken: every operation is cut before every store. Here
 * those that bring messages and hand them out; the others in fifoFaultsGoing.test.ts.
 */
import { describe, expect, test } from "vitest";
import {
  DEDUPLICATION_MS,
  HEADER_SHARDS_BASE,
  SHARD_BYTES,
  SHARD_NOW,
} from "../../../assembly/layout.ts";
import { chooseSeed, Seeded } from "../../support/seeded.ts";
import { cut } from "./cut.ts";
import { COMING, cutEverywhere } from "./fifoCuts.ts";
import { FifoScene, parcel } from "./fifoScene.ts";
import { faulty, START_MS } from "./scene.ts";

describe("a FIFO operation that is cut before any of its stores", () => {
  const random = new Seeded(chooseSeed("FIFO faults"));

  test.each(COMING)("$name", (operation) => {
    const every = operation.every ?? 1;
    const stores = cutEverywhere(operation, random.between(1, every), every);
    expect(stores).toBeGreaterThan(0);
    console.log(`${operation.name}: ${stores} stores, cut before one in ${every}`);
  });
});

test("an id that a rebuild remembers is forgotten five minutes after its message was sent", () => {
  const send = {
    name: "send",
    run: ({ there, queue, nowMs }: FifoScene) => void there.commit(queue, [parcel(6, 300)], nowMs),
  };
  let there = 0;
  for (let store = 1; ; store++) {
    const scene = new FifoScene(faulty);
    const { survivor, victim, here, queue } = scene;
    if (!cut(scene, send, store)) break;
    // The shard's time goes on before the rebuild: it is not what the node counts from.
    const shard = survivor.header(HEADER_SHARDS_BASE) + queue.queue * SHARD_BYTES;
    survivor.doubles[(shard + SHARD_NOW) >> 3] = START_MS + 100_000;
    survivor.engine.threadDied(survivor.thread, victim.thread);
    const before = scene.textsOf(queue).find(({ id }) => id === "i300")?.sequence;
    if (before === undefined) continue;
    there++;
    const again = (ms: number) => here.commit(queue, [parcel(6, 300)], START_MS + ms);
    expect(again(DEDUPLICATION_MS - 1)).toEqual([before]);
    expect(again(DEDUPLICATION_MS)[0]).toBeGreaterThan(before);
  }
  expect(there).toBeGreaterThan(3);
});
