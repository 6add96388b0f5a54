/**
 * All that a FIFO queue does, cut before the stores it makes, as in faults.test.ts. Afterwards the
 * structure is whole, each message is as before or as after, comes in the order of its group, and an
 * id that is sent again is answered with a message that there is or was.
 */
import { expect } from "vitest";
import * as layout from "../../../assembly/layout.ts";
import type { FifoSections } from "../../model/fifo/fifoSections.ts";
import { lossesOf } from "../witness/audit.ts";
import { type Operation as Cut, cut } from "./cut.ts";
import { ATTEMPT_ID, FIFO_SETTINGS, FifoScene, parcel } from "./fifoScene.ts";
import { expectFifoWorks } from "./fifoWork.ts";
import { clean, faulty } from "./scene.ts";
import { leaveStage } from "./stage.ts";

export interface Operation extends Cut<FifoScene> {
  /** It makes thousands of stores: one in so many is cut, other ones in each run. */
  readonly every?: number;
}

const FIVE_MINUTES_MS = layout.DEDUPLICATION_MS;

function sendNew({ there, queue, nowMs }: FifoScene, groups: readonly number[]): void {
  there.commit(
    queue,
    groups.map((group, index) => parcel(group, 300 + index)),
    nowMs,
  );
}

/** So many new groups and ids, by the survivor, that tables and windows are about to grow. */
function crowd(scene: FifoScene, count: number): void {
  const { here, queue, nowMs } = scene;
  for (let id = 0; id < count; id += 10) {
    const parcels = Array.from({ length: 10 }, (_, index) =>
      parcel(1000 + id + index, 10_000 + id),
    );
    here.commit(
      queue,
      parcels.map((one, index) => ({ ...one, id: one.id + index })),
      nowMs,
    );
    empty(scene, here);
  }
}

function empty({ queue, nowMs }: FifoScene, by: FifoSections): void {
  const receipts = by.claim(queue, 10, 5000, nowMs);
  by.remove(queue, receipts, nowMs);
}

/** A handler of the survivor has had what was received, for a third of its time and more. */
function hold(scene: FifoScene): void {
  const { survivor, queue, receipts, held } = scene;
  [...receipts, ...held].forEach((receipt, index) => {
    const dueMs = survivor.held.dueMs(receipt.slot);
    const { incarnation } = queue;
    survivor.held.publish(index, { ...receipt, incarnation, dueMs, visibilityMs: 5000 });
  });
  scene.nowMs += 4000;
}

function forget(scene: FifoScene): void {
  scene.nowMs += FIVE_MINUTES_MS;
}

const reclaim = ({ victim, queue }: FifoScene): void =>
  void victim.engine.reclaim(victim.thread, queue.queue, 10_000);

export const OPERATIONS: readonly Operation[] = [
  { name: "send to groups that are there", run: (scene) => sendNew(scene, [1, 3]) },
  { name: "send to new groups, one twice", run: (scene) => sendNew(scene, [6, 7, 6]) },
  {
    name: "send duplicates among others",
    run: ({ there, queue, nowMs }) =>
      void there.commit(
        queue,
        [parcel(1, 4), parcel(9, 300), parcel(9, 300), parcel(6, 301), parcel(2, 101)],
        nowMs,
      ),
  },
  {
    name: "send to a queue with a delay",
    run: ({ there, late, nowMs }) =>
      void there.commit(late, [parcel(1, 300), parcel(6, 301)], nowMs),
  },
  {
    name: "the first send to a FIFO queue",
    run: ({ there, nowMs }) => {
      const queue = there.create(FIFO_SETTINGS);
      there.commit(queue, [parcel(1, 300), parcel(2, 301)], nowMs);
    },
  },
  {
    name: "a send that makes room after five minutes",
    before: forget,
    run: (scene) => sendNew(scene, [1, 6]),
  },
  {
    name: "receive from several groups",
    run: ({ there, queue, nowMs }) => void there.claim(queue, 10, 1000, nowMs),
  },
  {
    name: "receive less than the first group has",
    run: ({ there, queue, nowMs }) => void there.claim(queue, 1, 1000, nowMs),
  },
  {
    name: "receive more of a group than one section takes",
    before: (scene) => {
      for (const id of [500, 510]) scene.send(scene.queue, new Array(8).fill(5), id);
    },
    run: ({ there, queue, nowMs }) => void there.claim(queue, 40, 1000, nowMs),
  },
  {
    name: "receive what is past its retention",
    before: (scene) => {
      scene.nowMs += FIFO_SETTINGS.retentionMs;
    },
    run: ({ there, queue, nowMs }) => void there.claim(queue, 10, 1000, nowMs),
  },
  {
    name: "receive with a new attempt",
    run: ({ there, queue, nowMs }) => void there.attempt(queue, 78, 10, 1000, nowMs),
  },
  {
    name: "receive again with the same attempt",
    run: ({ there, queue, nowMs }) => void there.attempt(queue, ATTEMPT_ID, 2, 9000, nowMs),
  },
  {
    name: "an attempt whose messages are visible again",
    before: (scene) => {
      scene.nowMs += 5000;
      scene.here.advance(scene.queue, scene.nowMs);
    },
    run: ({ there, queue, nowMs }) => void there.attempt(queue, ATTEMPT_ID, 2, 9000, nowMs),
  },
  {
    name: "an attempt when others are forgotten",
    before: forget,
    run: ({ there, queue, nowMs }) => void there.attempt(queue, 79, 2, 9000, nowMs),
  },
  {
    name: "delete the first of a group",
    run: ({ there, queue, receipts, nowMs }) =>
      void there.remove(queue, receipts.slice(0, 1), nowMs),
  },
  {
    name: "delete all of a group that were received",
    run: ({ there, queue, receipts, held, nowMs }) =>
      void there.remove(queue, [...held, ...receipts].reverse(), nowMs),
  },
  {
    name: "make visible and hide longer",
    run: ({ there, queue, receipts, nowMs }) =>
      void there.hide(queue, receipts, [0, 9000, 70], nowMs),
  },
  {
    name: "heartbeats",
    before: (scene) => hold(scene),
    run: ({ victim, nowMs }) => void victim.engine.heartbeat(victim.thread, nowMs),
  },
  {
    name: "give back and hide behind a heartbeat",
    before: (scene) => {
      hold(scene);
      scene.survivor.engine.heartbeat(scene.survivor.thread, scene.nowMs);
    },
    run: ({ there, victim, queue, receipts, nowMs }) => {
      const knownMs = receipts.map(({ slot }) => victim.held.dueMs(slot));
      there.hide(queue, receipts, [0, 9000, 70], nowMs, knownMs);
    },
  },
  {
    name: "timeouts end",
    before: (scene) => {
      scene.nowMs += 5100;
    },
    run: ({ there, queue, nowMs }) => {
      while (there.expire(queue, nowMs));
    },
  },
  {
    name: "a delay ends",
    before: (scene) => {
      scene.nowMs += 500;
    },
    run: ({ there, late, nowMs }) => void there.release(late, nowMs),
  },
  {
    name: "retention sweeps groups away",
    before: (scene) => {
      scene.nowMs += FIFO_SETTINGS.retentionMs;
    },
    run: ({ there, queue, late, nowMs }) => {
      while (there.sweep(queue, nowMs));
      while (there.sweep(late, nowMs));
    },
  },
  { name: "purge", run: ({ there, late, nowMs }) => there.cut(late, nowMs) },
  {
    name: "reclaim after a purge",
    before: ({ there, queue, nowMs }) => there.cut(queue, nowMs),
    run: reclaim,
  },
  {
    name: "a send behind a purge",
    before: ({ there, queue, nowMs }) => there.cut(queue, nowMs),
    run: (scene) => sendNew(scene, [1, 2]),
  },
  {
    name: "what is remembered is forgotten, and room given back",
    every: 16,
    before: (scene) => {
      crowd(scene, 400);
      forget(scene);
      scene.here.advance(scene.queue, scene.nowMs);
    },
    run: reclaim,
  },
  {
    name: "tables and windows grow",
    every: 23,
    before: (scene) => crowd(scene, 500),
    run: ({ there, queue, nowMs }) => {
      for (let id = 0; id < 40; id += 10) {
        const parcels = Array.from({ length: 10 }, (_, at) =>
          parcel(3000 + id + at, 4000 + id + at),
        );
        there.commit(queue, parcels, nowMs);
      }
    },
  },
  {
    name: "delete a queue and reclaim it",
    run: ({ victim, late: { queue, incarnation }, nowMs }) => {
      const version = victim.header(layout.HEADER_CATALOGUE + layout.CATALOGUE_VERSION);
      victim.engine.catalogueDelete(victim.thread, version, queue, incarnation, nowMs);
      victim.engine.reclaim(victim.thread, queue, 10_000);
    },
  },
];

/** What is there when the victim is armed was a message, whatever becomes of it. */
function cutSettled(scene: FifoScene, operation: Operation, store: number): boolean {
  const before = (one: FifoScene): void => {
    operation.before?.(one);
    one.settle();
  };
  return cut(scene, { ...operation, before }, store);
}

interface Around {
  before: Map<number, string>[];
  after: Map<number, string>[];
}

function statesAround(operation: Operation): Around {
  const scene = new FifoScene(clean);
  operation.before?.(scene);
  const before = scene.sees();
  operation.run(scene);
  const after = scene.sees();
  expectFifoWorks(scene);
  return { before, after };
}

function check(scene: FifoScene, { before, after }: Around): void {
  expect(scene.survivor.verify()).toMatchObject({ check: 0 });
  scene.sees().forEach((now, index) => {
    const [was, is] = [before[index] ?? new Map(), after[index] ?? new Map()];
    for (const sequence of new Set([...now.keys(), ...was.keys(), ...is.keys()])) {
      const found = now.get(sequence);
      if (found === was.get(sequence) || found === is.get(sequence)) continue;
      expect({ sequence, found }).toEqual({
        sequence,
        found: [was.get(sequence), is.get(sequence)],
      });
    }
  });
  expect(lossesOf(scene.survivor)).toEqual({ slots: 0, blocks: 0, pages: 0 });
}

/** In two files, which run beside each other: what brings messages and hands them out, and the rest. */
const HALF = OPERATIONS.findIndex(({ name }) => name === "delete the first of a group");
export const COMING = OPERATIONS.slice(0, HALF);
export const GOING = OPERATIONS.slice(HALF);

/** The same as a trap in a thread that lives on, so often. */
const TRAPS = 40;

/** Cuts the operation before the stores `first`, `first + every` and so on; how many it makes. */
export function cutEverywhere(operation: Operation, first: number, every: number): number {
  const states = statesAround(operation);
  let store = first;
  for (; ; store += every) {
    const scene = new FifoScene(faulty);
    if (!cutSettled(scene, operation, store)) break;
    try {
      scene.survivor.engine.threadDied(scene.survivor.thread, scene.victim.thread);
      check(scene, states);
      expectFifoWorks(scene);
    } catch (error) {
      throw new Error(`cut before store ${store}`, { cause: error });
    }
    leaveStage(scene);
  }
  const step = Math.max(1, Math.floor(store / TRAPS));
  for (let trap = 1 + (first % step); trap < store; trap += step) {
    const scene = new FifoScene(faulty);
    cutSettled(scene, operation, trap);
    scene.victim.engine.threadTrapped(scene.victim.thread);
    check(scene, states);
    expectFifoWorks(scene);
    leaveStage(scene);
  }
  return store - every;
}
