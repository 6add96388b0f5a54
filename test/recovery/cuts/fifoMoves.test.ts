/**
 * Moves between FIFO queues, cut before every store that they make, as in moves.test.ts. A message is
 * known by its deduplication id, which moves with it; after the reaping, and after the time in which a
 * claim runs out, each is once in one queue, as before the move or as after it, and every group is in
 * the order it was sent in.
 */
import { describe, expect, test } from "vitest";
import * as layout from "../../../assembly/layout.ts";
import { lossesOf } from "../witness/audit.ts";
import { cut } from "./cut.ts";
import { GROUPS, OPERATIONS, type Operation, Scene } from "./fifoMoveScene.ts";
import { clean, faulty } from "./scene.ts";
import { leaveStage } from "./stage.ts";

interface Place {
  readonly queue: number;
  readonly sequence: number;
  readonly group: string;
  readonly id: number;
  readonly text: string;
}

const decoder = new TextDecoder("latin1");

/** Where each message is that is there, by the texts in its block, in the order of its queue. */
function placesOf({ survivor }: Scene): Place[] {
  const { words } = survivor;
  const bytes = new Uint8Array(words.buffer);
  const places: Place[] = [];
  for (let index = 1; index <= survivor.arena(layout.ARENA_SLOTS_BUMP); index++) {
    const slot = (survivor.header(layout.HEADER_SLOTS_BASE) + index * layout.SLOT_BYTES) >> 2;
    const field = (offset: number): number => words[slot + (offset >> 2)] as number;
    const state = field(layout.SLOT_STATE) & layout.SLOT_STATE_MASK;
    if (state !== layout.SLOT_READY) continue;
    const block = field(layout.SLOT_BLOCK);
    const groupBytes = bytes[block + layout.BLOCK_GROUP_BYTES] as number;
    const idBytes = bytes[block + layout.BLOCK_DEDUPLICATION_BYTES] as number;
    const from = block + layout.BLOCK_GROUPED_BYTES;
    const texts = decoder.decode(bytes.slice(from, from + groupBytes + idBytes));
    const base = (words[(block + layout.BLOCK_FLAGS) >> 2] as number) >>> layout.BLOCK_BASE_SHIFT;
    const queue = field(layout.SLOT_SHARD);
    const received = `received ${field(layout.SLOT_COUNT)} - ${base}`;
    places.push({
      queue,
      sequence: field(layout.SLOT_SEQUENCE),
      group: texts.slice(0, groupBytes),
      id: Number(texts.slice(groupBytes + 1)),
      text: `queue ${queue}, ${received}, from ${field(layout.SLOT_SOURCE)}`,
    });
  }
  return places.sort((one, other) => one.sequence - other.sequence);
}

function textsOf(scene: Scene): Map<number, string> {
  const places = placesOf(scene);
  const texts = new Map(places.map(({ id, text }) => [id, text]));
  expect(texts.size, "each message once").toBe(places.length);
  expect(places).toHaveLength(GROUPS.length + 2);
  return texts;
}

/** Ids were given out in the order of the sends; those of the dead-letter queue's own are higher. */
function expectOrder(scene: Scene): void {
  const last = new Map<string, number>();
  for (const { queue, group, id } of placesOf(scene)) {
    const key = `${queue} ${group}`;
    if (id >= 100) continue;
    const before = last.get(key) ?? 0;
    if (id <= before) throw new Error(`group ${group} of queue ${queue}: ${id} after ${before}`);
    last.set(key, id);
  }
}

type Around = readonly [before: Map<number, string>, after: Map<number, string>];

function textsAround({ before, run }: Operation): Around {
  const [untouched, scene] = [new Scene(clean), new Scene(clean)];
  before?.(untouched);
  before?.(scene);
  run(scene);
  for (const one of [untouched, scene]) one.settle();
  return [textsOf(untouched), textsOf(scene)];
}

function check(scene: Scene, operation: Operation, around: Around): void {
  const { survivor } = scene;
  expect(survivor.verify()).toMatchObject({ check: 0 });
  scene.settle();
  expect(survivor.verify()).toMatchObject({ check: 0 });
  for (const [id, text] of textsOf(scene)) {
    const allowed = [...around.map((texts) => texts.get(id)), operation.between];
    if (!allowed.includes(text)) expect(allowed, `message ${id}`).toContain(text);
  }
  if (operation.reorders !== true) expectOrder(scene);
  expect(lossesOf(survivor)).toEqual({ slots: 0, blocks: 0, pages: 0 });
}

describe("a move between FIFO queues that is cut before any of its stores", () => {
  test.each(OPERATIONS)("$name", (operation) => {
    const around = textsAround(operation);
    let stores = 0;
    for (; ; stores++) {
      const scene = new Scene(faulty);
      if (!cut(scene, operation, stores + 1)) break;
      const { engine, thread } = scene.survivor;
      engine.threadDied(thread, scene.victim.thread);
      check(scene, operation, around);
      leaveStage(scene);
      // The same in a thread that lives on and puts right what it left.
      if (stores % 8 !== 0) continue;
      const living = new Scene(faulty);
      cut(living, operation, stores + 1);
      living.victim.engine.threadTrapped(living.victim.thread);
      check(living, operation, around);
      leaveStage(living);
    }
    expect(stores).toBeGreaterThan(0);
    console.log(`${operation.name}: cut before each of ${stores} stores`);
  });
});
