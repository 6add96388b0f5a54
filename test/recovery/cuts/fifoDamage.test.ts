/**
 * As damage.test.ts, for a FIFO shard: ready groups, chains, group records, hash tables, free records
 * and the windows' ends are overwritten with rubbish while a dead thread's number stands in the lock.
 * All is made again from slots, blocks and nodes, also when the one who does it is cut in between.
 */
import { describe, expect, test } from "vitest";
import * as layout from "../../../assembly/layout.ts";
import { chooseSeed, Seeded } from "../../support/seeded.ts";
import { lossesOf, takenBlocks } from "../witness/audit.ts";
import { FifoScene } from "./fifoScene.ts";
import { expectFifoWorks } from "./fifoWork.ts";
import { cutRebuilds } from "./rebuilds.ts";
import { clean } from "./scene.ts";

const KINDS_OF_TABLES = [
  layout.BLOCK_IS_GROUP_TABLE,
  layout.BLOCK_IS_WINDOW_TABLE,
  layout.BLOCK_IS_ATTEMPT_TABLE,
];

/** Overwrites a share of the FIFO indexes of the scene's first queue with numbers that lead nowhere good. */
function ruin({ survivor, victim, queue }: FifoScene, random: Seeded, share: number): void {
  const { words } = survivor;
  const write = (address: number, bytes: number): void => {
    for (let at = address; at < address + bytes; at += 4) {
      if (!random.chance(share)) continue;
      words[at >> 2] = random.pick([0, 1, 0xffffffff, random.between(0, 0xffffffff)]);
    }
  };
  const shard = survivor.header(layout.HEADER_SHARDS_BASE) + queue.queue * layout.SHARD_BYTES;
  words[(shard + layout.LOCK_WORD) >> 2] = victim.thread + 1;
  write(shard + layout.SHARD_AGE, layout.SHARD_LISTED + 4 - layout.SHARD_AGE);
  write(shard + layout.SHARD_GROUPS_IN_FLIGHT, 4);
  write(shard + layout.SHARD_FIFO, layout.FIFO_BYTES);
  const slots = survivor.arena(layout.ARENA_SLOTS_BUMP);
  const chains = survivor.header(layout.HEADER_CHAIN_LINKS_BASE);
  const slotsBase = survivor.header(layout.HEADER_SLOTS_BASE);
  for (let slot = 1; slot <= slots; slot++) {
    const at = slotsBase + slot * layout.SLOT_BYTES;
    if (words[(at + layout.SLOT_SHARD) >> 2] !== queue.queue) continue;
    write(chains + slot * layout.LIST_LINK_BYTES, layout.LIST_LINK_BYTES);
    write(at + layout.SLOT_GROUP, 4);
  }
  const mark = (kind: number): number => kind + queue.queue * 2 ** layout.BLOCK_OWNER_SHIFT;
  const isOn = (block: number, kind: number): boolean =>
    words[(block + layout.BLOCK_STATE) >> 2] === layout.BLOCK_OUT &&
    words[(block + layout.BLOCK_FLAGS) >> 2] === mark(kind);
  for (const group of takenBlocks(survivor, 0, layout.GROUP_BYTES)) {
    if (isOn(group, layout.BLOCK_IS_GROUP)) write(group + 8, layout.GROUP_BYTES - 8);
  }
  for (const block of takenBlocks(survivor, layout.CLASS_OF_SEGMENT, layout.SEGMENT_BYTES)) {
    if (KINDS_OF_TABLES.some((kind) => isOn(block, kind))) {
      write(block + 8, layout.SEGMENT_BYTES - 8);
    } else if (isOn(block, layout.BLOCK_IS_WINDOW) || isOn(block, layout.BLOCK_IS_ATTEMPTS)) {
      ruinSegment(block, isOn(block, layout.BLOCK_IS_WINDOW), write);
    }
  }
}

/** Its place in the circle, and its nodes' places in their buckets. */
function ruinSegment(
  segment: number,
  isIds: boolean,
  write: (address: number, bytes: number) => void,
): void {
  write(segment + layout.SEGMENT_NEXT, layout.WINDOW_SEGMENT_NODES - layout.SEGMENT_NEXT);
  const bytes = isIds ? layout.DEDUPLICATION_BYTES : layout.ATTEMPT_BYTES;
  const nodes = isIds ? layout.DEDUPLICATION_NODES : layout.ATTEMPT_NODES;
  for (let index = 0; index < nodes; index++) {
    write(segment + layout.WINDOW_SEGMENT_NODES + index * bytes + layout.NODE_NEXT, 8);
  }
}

/** A ruined scene with more nodes than a segment has, and how to see that it is whole again. */
function damaged(random: Seeded, share = 1): { scene: FifoScene; check: () => void } {
  const scene = new FifoScene(clean);
  for (let id = 0; id < 200; id += 10) {
    const parcels = Array.from({ length: 10 }, (_, index) => ({
      ...{ group: 1000 + id + index, id: 10_000 + id + index, bodyBytes: 5 },
    }));
    scene.here.commit(scene.queue, parcels, scene.nowMs);
  }
  const seen = () => ({
    messages: scene.sees(),
    groups: scene.groupsOf(scene.queue),
    ids: scene.survivor.shard(scene.queue.queue, layout.FIFO_WINDOW + layout.WINDOW_COUNT),
    attempts: scene.survivor.shard(scene.queue.queue, layout.FIFO_ATTEMPTS + layout.WINDOW_COUNT),
  });
  const before = seen();
  ruin(scene, random, share);
  const check = (): void => {
    expect(scene.survivor.verify()).toMatchObject({ check: 0 });
    expect(seen()).toEqual(before);
    expect(lossesOf(scene.survivor)).toEqual({ slots: 0, blocks: 0, pages: 0 });
    expectFifoWorks(scene);
  };
  return { scene, check };
}

/** Whoever reads ahead of a lock meets anything, and must not leave the memory for it. */
function readAhead({ survivor, queue }: FifoScene, random: Seeded): void {
  const { words, thread } = survivor;
  const area = survivor.header(layout.HEADER_THREADS_BASE) + thread * layout.THREAD_BYTES;
  const slots = survivor.arena(layout.ARENA_SLOTS_BUMP);
  for (let turn = 0; turn < 100; turn++) {
    for (let index = 0; index < layout.SECTION_STEPS; index++) {
      const handle = area + layout.THREAD_HANDLES + index * layout.HANDLE_BYTES;
      words[(handle + layout.HANDLE_SLOT) >> 2] = random.between(1, slots);
    }
    survivor.engine.prefetch(thread, queue.queue, layout.SECTION_STEPS);
  }
}

describe("rubbish in a FIFO shard is made again from the truths", () => {
  const random = new Seeded(chooseSeed("FIFO damage"));

  test("twenty times", () => {
    for (let time = 0; time < 20; time++) {
      const { scene, check } = damaged(random);
      readAhead(scene, random);
      scene.survivor.engine.threadDied(scene.survivor.thread, scene.victim.thread);
      check();
    }
  });

  test("where one word in ten is rubbish, and whoever reads ahead follows the others to it", () => {
    for (let time = 0; time < 20; time++) {
      const { scene, check } = damaged(random, 0.1);
      readAhead(scene, random);
      scene.survivor.engine.threadDied(scene.survivor.thread, scene.victim.thread);
      check();
    }
  });

  test("though who makes it again is cut too", () => {
    const cuts = cutRebuilds(10, () => damaged(random));
    expect(cuts).toBeGreaterThan(10);
    console.log(`the one who makes it again was cut ${cuts} times`);
  });
});
