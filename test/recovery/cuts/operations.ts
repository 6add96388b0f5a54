/**
 * What a Standard queue does, to be cut before the stores it makes (faults.test.ts, and
 * effects.test.ts with a journal).
 */
import { CATALOGUE_VERSION, HEADER_CATALOGUE } from "../../../assembly/layout.ts";
import type { Sections } from "../../model/history/sections.ts";
import type { Operation } from "./cut.ts";
import { type Scene, SETTINGS, START_MS } from "./scene.ts";

const version = (sections: Sections) => sections.header(HEADER_CATALOGUE + CATALOGUE_VERSION);

export const OPERATIONS: readonly Operation[] = [
  {
    name: "send one",
    run: (scene) => void scene.send(scene.victim, scene.queue, [50]),
  },
  {
    name: "send three",
    run: (scene) => void scene.send(scene.victim, scene.queue, [50, 200, 5]),
  },
  {
    name: "send delayed",
    run: (scene) => void scene.send(scene.victim, scene.queue, [50, 5], 400),
  },
  {
    name: "send with a tail block",
    run: (scene) => void scene.send(scene.victim, scene.queue, [16_384]),
  },
  {
    name: "send with whole pages",
    run: (scene) => void scene.send(scene.victim, scene.queue, [200_000]),
  },
  {
    name: "the first send to a queue",
    run: (scene) => void scene.send(scene.victim, scene.other, [50]),
  },
  {
    name: "a send that finds memory full",
    run: (scene) =>
      void scene.send(scene.victim, scene.queue, [1_000_000, 900_000, 900_000, 900_000, 900_000]),
  },
  {
    name: "send four in one call",
    run: ({ letters, victim, queue, nowMs }) =>
      void letters.sendAtOnce(victim, queue, [50, 200, 9000, 5], nowMs),
  },
  { name: "prepare and discard", run: ({ victim }) => discard(victim) },
  {
    name: "receive one",
    run: (scene) => receive(scene, 1),
  },
  {
    name: "receive many",
    run: (scene) => receive(scene, 10),
  },
  {
    name: "receive what is past its retention",
    before: (scene) => age(scene),
    run: ({ victim: { engine, thread }, queue: { queue, incarnation }, nowMs }) =>
      void engine.sectionClaim(thread, queue, incarnation, 10, 1000, nowMs),
  },
  {
    name: "delete one",
    run: ({ victim, queue, receipts, nowMs }) =>
      void victim.remove(queue, receipts.slice(0, 1), nowMs),
  },
  {
    name: "delete many, a large one too",
    run: ({ victim, queue, receipts, nowMs }) => void victim.remove(queue, receipts, nowMs),
  },
  {
    name: "hide longer",
    run: ({ victim, queue, receipts, nowMs }) =>
      void victim.hide(queue, receipts, [9000, 1, 70], nowMs),
  },
  {
    name: "make visible at once",
    run: ({ victim, queue, receipts, nowMs }) =>
      void victim.hide(queue, receipts, [0, 0, 0], nowMs),
  },
  {
    name: "hide what is visible again",
    before: (scene) => pass(scene, 6000),
    run: ({ victim, queue, receipts, nowMs }) =>
      void victim.hide(queue, receipts, [500, 500, 500], nowMs),
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
    run: ({ victim, queue, receipts, nowMs }) => {
      const knownMs = receipts.map(({ slot }) => victim.held.dueMs(slot));
      victim.hide(queue, receipts, [0, 9000, 70], nowMs, knownMs);
    },
  },
  {
    name: "timers cascade and fire",
    before: (scene) => {
      scene.nowMs += 5100;
    },
    run: ({ victim, queue, nowMs }) => {
      while (victim.expire(queue, nowMs));
    },
  },
  {
    name: "retention sweeps",
    before: (scene) => age(scene),
    run: ({ victim, queue, nowMs }) => {
      while (victim.sweep(queue, nowMs));
    },
  },
  { name: "purge", run: ({ victim, queue, nowMs }) => victim.cut(queue, nowMs) },
  {
    name: "reclaim after a purge",
    before: ({ victim, queue, nowMs }) => victim.cut(queue, nowMs),
    run: ({ victim, queue }) => void victim.engine.reclaim(victim.thread, queue.queue, 100),
  },
  { name: "create a queue", run: ({ victim }) => void victim.createQueue(SETTINGS) },
  { name: "change a queue", run: ({ victim, queue }) => void victim.change(queue, SETTINGS) },
  {
    name: "delete a queue",
    run: ({ victim, queue: { queue, incarnation }, nowMs }) =>
      void victim.engine.catalogueDelete(victim.thread, version(victim), queue, incarnation, nowMs),
  },
  {
    name: "reclaim a deleted queue",
    before: ({ survivor, queue: { queue, incarnation }, nowMs }) =>
      void survivor.engine.catalogueDelete(
        survivor.thread,
        version(survivor),
        queue,
        incarnation,
        nowMs,
      ),
    run: ({ victim, queue: { queue } }) => void victim.engine.reclaim(victim.thread, queue, 100),
  },
  { name: "leave", run: ({ victim }) => victim.engine.threadDetach(victim.thread) },
];

function receive({ letters, victim, queue, nowMs }: Scene, most: number): void {
  letters.receive(victim, queue, 1000, nowMs, most);
}

function discard(victim: Sections): void {
  if (victim.engine.prepare(victim.thread, 0, START_MS) === 0)
    victim.engine.discard(victim.thread, 1);
}

/** A handler of the survivor has had what was received, for a third of its time and more. */
function hold(scene: Scene): void {
  const { survivor, queue, receipts } = scene;
  receipts.forEach((receipt, index) => {
    const dueMs = survivor.held.dueMs(receipt.slot);
    const { incarnation } = queue;
    survivor.held.publish(index, { ...receipt, incarnation, dueMs, visibilityMs: 5000 });
  });
  scene.nowMs += 4000;
}

function pass(scene: Scene, ms: number): void {
  scene.nowMs += ms;
  while (scene.survivor.expire(scene.queue, scene.nowMs));
}

function age(scene: Scene): void {
  scene.nowMs += SETTINGS.retentionMs;
}
