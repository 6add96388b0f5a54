/**
 * Moves between Standard queues, to be cut before the stores they make (moves.test.ts, and
 * effects.test.ts with a journal).
 */
import * as layout from "../../../assembly/layout.ts";
import { Moves } from "../../model/history/moves.ts";
import { type QueueNumbers, Sections } from "../../model/history/sections.ts";
import type { Operation } from "./cut.ts";
import { type Scene, SETTINGS } from "./scene.ts";

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

export const OPERATIONS: readonly Operation[] = [
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

/** All that is due happens, and all that has arrived is let in. */
export function settle(scene: Scene): void {
  const { survivor, queue, other } = scene;
  scene.nowMs += CLAIMS_END_MS;
  for (const { queue: index, incarnation } of [queue, other]) {
    survivor.engine.count(survivor.thread, index, incarnation, scene.nowMs);
    survivor.engine.reclaim(survivor.thread, index, 1000);
  }
}
