/**
 * Moves between queues, cut before every store that they make (as in faults.test.ts), by the release
 * binary's own code. A message on its way has no number that stays, so each is known by what it carries:
 * after the reaping, and after the time in which a claim runs out, each is once in one queue, as it
 * was before the move or as it is after it.
 */
import { describe, expect, test } from "vitest";
import * as layout from "../../../assembly/layout.ts";
import { Moves } from "../../model/history/moves.ts";
import { type QueueNumbers, Sections } from "../../model/history/sections.ts";
import { lossesOf } from "../witness/audit.ts";
import { cut, type Operation } from "./cut.ts";
import { clean, faulty, Scene, SETTINGS } from "./scene.ts";
import { leaveStage } from "./stage.ts";

/** Longer than any claim in these scenes hides a message, shorter than retention. */
const CLAIMS_END_MS = 31_000;
const NOWHERE = { queue: 1, incarnation: 999 };
const FRESH = layout.SLOT_FLAG_FRESH;

const redrive = (
  sections: Sections,
  from: QueueNumbers,
  to: QueueNumbers,
  nowMs: number,
): number => {
  const { thread, engine } = sections;
  return engine.redrive(
    ...([thread, from.queue, from.incarnation, 10, to.queue, to.incarnation, 0, nowMs] as const),
  );
};

const receive = ({ victim, queue, nowMs }: Scene): number =>
  victim.engine.receive(victim.thread, queue.queue, queue.incarnation, 10, 20_000, nowMs);

/** From now on what was received `max` times goes to `to`; five messages were, once. */
function limit(scene: Scene, to: QueueNumbers): void {
  const { survivor, queue } = scene;
  scene.letters.receive(survivor, queue, 10, scene.nowMs, 5);
  scene.nowMs += 10;
  while (survivor.expire(queue, scene.nowMs));
  survivor.change(queue, { ...SETTINGS, deadLetters: { max: 1, to } });
}

function remove({ survivor, nowMs }: Scene, { queue, incarnation }: QueueNumbers): void {
  const version = survivor.header(layout.HEADER_CATALOGUE + layout.CATALOGUE_VERSION);
  survivor.engine.catalogueDelete(survivor.thread, version, queue, incarnation, nowMs);
}

/** Three messages lie in the other queue's arrivals. */
function post({ survivor, queue, other, nowMs }: Scene): void {
  const moves = new Moves(survivor);
  moves.take(queue, 3, nowMs);
  moves.depart(queue, other, FRESH, nowMs);
  moves.arrive(other, other, [], nowMs);
}

/** A thread that died with three messages in its hands. */
function corpse(scene: Scene, to: QueueNumbers): void {
  const dead = new Sections(scene.survivor.share, () => {});
  const moves = new Moves(dead);
  moves.take(scene.queue, 3, scene.nowMs);
  moves.depart(scene.queue, to, FRESH, scene.nowMs);
  scene.corpse = dead.thread;
}

const recover = ({ victim, corpse: dead }: Scene): void =>
  victim.engine.threadDied(victim.thread, dead);

const OPERATIONS: readonly Operation[] = [
  {
    name: "a receive that moves dead letters",
    before: (scene) => limit(scene, scene.other),
    run: receive,
  },
  {
    name: "a receive that moves dead letters into the same queue",
    before: (scene) => limit(scene, scene.queue),
    run: receive,
  },
  {
    name: "a redrive to another queue",
    run: ({ victim, queue, other, nowMs }) => void redrive(victim, queue, other, nowMs),
  },
  {
    name: "a redrive to a queue that is gone",
    run: ({ victim, queue, nowMs }) => void redrive(victim, queue, NOWHERE, nowMs),
  },
  {
    name: "a redrive home",
    before: (scene) => {
      limit(scene, scene.other);
      const { letters, survivor, queue, nowMs } = scene;
      letters.receive(survivor, queue, 10, nowMs, 10);
    },
    run: ({ victim, other, nowMs }) =>
      void redrive(victim, other, { queue: 0, incarnation: 0 }, nowMs),
  },
  {
    name: "a redrive home of messages that came from nowhere",
    run: ({ victim, queue, nowMs }) =>
      void redrive(victim, queue, { queue: 0, incarnation: 0 }, nowMs),
  },
  {
    name: "a count that lets in what arrived",
    before: (scene) => post(scene),
    run: ({ victim, other, nowMs }) =>
      void victim.engine.count(victim.thread, other.queue, other.incarnation, nowMs),
  },
  {
    name: "the reclaiming of a deleted queue's arrivals",
    before: (scene) => {
      post(scene);
      remove(scene, scene.other);
    },
    run: ({ victim, other }) => void victim.engine.reclaim(victim.thread, other.queue, 100),
  },
  {
    name: "the recovery of a thread with messages in its hands",
    before: (scene) => corpse(scene, scene.other),
    run: recover,
  },
  {
    name: "the recovery of a thread whose messages go back",
    before: (scene) => corpse(scene, NOWHERE),
    run: recover,
  },
  {
    name: "the recovery of a thread whose messages have no queue any more",
    before: (scene) => {
      corpse(scene, NOWHERE);
      remove(scene, scene.queue);
    },
    run: recover,
  },
];

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
    const content = block + (layout.BLOCK_HEADER_BYTES >> 2);
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

/** All that is due happens, and all that has arrived is let in. */
function settle(scene: Scene): void {
  const { survivor, queue, other } = scene;
  scene.nowMs += CLAIMS_END_MS;
  for (const { queue: index, incarnation } of [queue, other]) {
    survivor.engine.count(survivor.thread, index, incarnation, scene.nowMs);
    survivor.engine.reclaim(survivor.thread, index, 1000);
  }
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
