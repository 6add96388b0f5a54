/**
 * Moves between queues, cut before every store that they make (as in faults.test.ts), by the release
 * binary's own code. A message on its way has no number that stays, so each is known by what it carries:
 * after the reaping, and after the time in which a claim runs out, each is once in one queue, as it
 * was before the move or as it is after it.
 */
import { describe, expect, test } from "vitest";
import * as layout from "../../../assembly/layout.ts";
import { lossesOf } from "../witness/audit.ts";
import { cut, type Operation } from "./cut.ts";
import { OPERATIONS, settle } from "./moveOperations.ts";
import { clean, faulty, Scene } from "./scene.ts";
import { leaveStage } from "./stage.ts";

/** Where each message is, by the first bytes that it carries, and all that may not change by a cut. */
function placesOf({ survivor, queue, other }: Scene): Map<string, string> {
  const { words } = survivor;
  const places = new Map<string, string>();
  const last = survivor.arena(layout.ARENA_SLOTS_BUMP);
  for (let index = 1; index <= last; index++) {
    const slot = (survivor.header(layout.HEADER_SLOTS_BASE) + index * layout.SLOT_BYTES) >> 2;
    const field = (offset: number): number => words[slot + (offset >> 2)] as number;
    const state = field(layout.SLOT_STATE) & layout.SLOT_STATE_MASK;
    const shard = field(layout.SLOT_SHARD);
    if (state !== layout.SLOT_READY && state !== layout.SLOT_DELAYED) continue;
    const isCut = field(layout.SLOT_SEQUENCE) <= survivor.shard(shard, layout.SHARD_PURGE_SEQUENCE);
    if (isCut) continue;
    const block = field(layout.SLOT_BLOCK) >> 2;
    const content = block + (layout.BLOCK_PLAIN_BYTES >> 2);
    const tag = `${words[content]} ${words[content + 1]}`;
    if (places.has(tag)) throw new Error(`message ${tag} is there twice`);
    if (shard !== queue.queue && shard !== other.queue) throw new Error(`${tag} is in ${shard}`);
    const base = (words[block + (layout.BLOCK_FLAGS >> 2)] as number) >>> layout.BLOCK_BASE_SHIFT;
    const count = field(layout.SLOT_COUNT);
    const source = field(layout.SLOT_SOURCE);
    const first = count === 0 ? "" : `, first ${field(layout.SLOT_FIRST_RECEIVE)}`;
    places.set(tag, `queue ${shard}, received ${count} - ${base}${first}, from ${source}`);
  }
  return places;
}

interface Around {
  readonly before: Map<string, string>;
  readonly after: Map<string, string>;
}

function placesAround(operation: Operation): Around {
  const untouched = new Scene(clean);
  operation.before?.(untouched);
  if (untouched.corpse >= 0) untouched.survivor.engine.threadDied(0, untouched.corpse);
  settle(untouched);
  const scene = new Scene(clean);
  operation.before?.(scene);
  operation.run(scene);
  settle(scene);
  return { before: placesOf(untouched), after: placesOf(scene) };
}

function check(scene: Scene, { before, after }: Around): void {
  const { survivor } = scene;
  if (scene.corpse >= 0) survivor.engine.threadDied(survivor.thread, scene.corpse);
  expect(survivor.verify()).toMatchObject({ check: 0 });
  settle(scene);
  expect(survivor.verify()).toMatchObject({ check: 0 });
  const now = placesOf(scene);
  for (const tag of new Set([...now.keys(), ...before.keys(), ...after.keys()])) {
    const allowed = [before.get(tag), after.get(tag)];
    if (!allowed.includes(now.get(tag))) expect(allowed, tag).toContain(now.get(tag));
  }
  expect(lossesOf(survivor)).toEqual({ slots: 0, blocks: 0, pages: 0 });
}

/** The same traps, sampled, in a thread that lives on and puts right what it left. */
function expectTrapsRecovered(operation: Operation, around: Around, stores: number): void {
  const step = Math.max(1, Math.floor(stores / 40));
  for (let store = 1; store <= stores; store += step) {
    const scene = new Scene(faulty);
    cut(scene, operation, store);
    scene.victim.engine.threadTrapped(scene.victim.thread);
    check(scene, around);
    leaveStage(scene);
  }
}

describe("a move that is cut before any of its stores", () => {
  test.each(OPERATIONS)("$name", (operation) => {
    const around = placesAround(operation);
    let stores = 0;
    for (;;) {
      const scene = new Scene(faulty);
      if (!cut(scene, operation, stores + 1)) break;
      stores++;
      try {
        scene.survivor.engine.threadDied(scene.survivor.thread, scene.victim.thread);
        check(scene, around);
      } catch (error) {
        throw new Error(`cut before store ${stores}`, { cause: error });
      }
      leaveStage(scene);
    }
    expect(stores).toBeGreaterThan(0);
    expectTrapsRecovered(operation, around, stores);
    console.log(`${operation.name}: cut before each of ${stores} stores`);
  });
});
