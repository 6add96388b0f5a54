/**
 * What comes after a death: the survivor sends, lets timers fire, hides, deletes, and at last empties
 * each queue. What is there before is what must come, once and with all that it was sent with; the
 * structure is whole after each step. Slots, blocks and pages that the dead one had are used again.
 */
import { SHARD_INCARNATION, SHARD_SEQUENCE } from "../../../assembly/layout.ts";
import type { QueueNumbers } from "../../model/history/sections.ts";
import { lossesOf, messagesOf } from "../witness/audit.ts";
import { type Scene, SETTINGS } from "./scene.ts";

/** More than a thread has in stock, so that what the reaper gave back comes out again. */
const ROUNDS = 3;
const AFTER_DELAYS_MS = 60;
const AFTER_ALL_MS = 10_000;
const BODIES = [10, 300, 5, 3000, 10, 700, 20_000, 10];

function expectSound({ survivor }: Scene, when: string): void {
  const { check, index } = survivor.verify();
  if (check !== 0) throw new Error(`verify found ${check} at ${index} ${when}`);
}

/** The messages that are neither deleted nor purged, nor past their retention at `nowMs`. */
function dueOf({ survivor, letters }: Scene, queue: QueueNumbers, nowMs: number): Set<number> {
  const due = new Set<number>();
  for (const sequence of messagesOf(survivor, queue.queue).keys()) {
    const sentAt = letters.sentAt(queue, sequence) ?? Number.NaN;
    if (!(sentAt + SETTINGS.retentionMs <= nowMs)) due.add(sequence);
  }
  return due;
}

function sendMore(scene: Scene, queue: QueueNumbers, due: Set<number>): void {
  let last = scene.survivor.shard(queue.queue, SHARD_SEQUENCE);
  const send = (bodies: readonly number[], delayMs: number): void => {
    const sent = scene.send(scene.survivor, queue, bodies, delayMs);
    if (sent !== bodies.length) throw new Error(`the queue took ${sent} of ${bodies.length}`);
    for (const _ of bodies) due.add(++last);
  };
  for (let round = 0; round < ROUNDS; round++) send(BODIES, -1);
  send([10, 10, 10], 50);
  expectSound(scene, "after sending more");
}

function settleSome(scene: Scene, queue: QueueNumbers, due: Set<number>): void {
  const { survivor, letters } = scene;
  scene.nowMs += AFTER_DELAYS_MS;
  const some = letters.receive(survivor, queue, 500, scene.nowMs);
  expectSound(scene, "after a receive");
  // What a handler of the survivor had when the other was cut.
  survivor.engine.heartbeat(survivor.thread, scene.nowMs);
  expectSound(scene, "after heartbeats");
  survivor.hide(queue, some.slice(0, 3), [0, 40, 9000], scene.nowMs);
  const deleted = some.slice(3, 6);
  survivor.remove(queue, deleted, scene.nowMs);
  for (const { sequence } of deleted) due.delete(sequence);
  expectSound(scene, "after hiding and deleting");
}

function empty(scene: Scene, queue: QueueNumbers, due: Set<number>): void {
  const { survivor, letters } = scene;
  scene.nowMs += AFTER_ALL_MS;
  for (;;) {
    const some = letters.receive(survivor, queue, 1000, scene.nowMs);
    if (some.length === 0) break;
    for (const { sequence } of some) {
      if (!due.delete(sequence)) throw new Error(`message ${sequence} came, but is not due`);
    }
    survivor.remove(queue, some, scene.nowMs);
  }
  if (due.size > 0) throw new Error(`messages ${[...due]} do not come`);
  expectSound(scene, "with the queue emptied");
}

/** Throws where the survivor can't go on with what is there. A queue that is no more is left out. */
export function expectWorks(scene: Scene): void {
  const { survivor } = scene;
  for (const queue of [scene.queue, scene.other]) {
    if (survivor.shard(queue.queue, SHARD_INCARNATION) !== queue.incarnation) continue;
    const due = dueOf(scene, queue, scene.nowMs + AFTER_DELAYS_MS + AFTER_ALL_MS);
    sendMore(scene, queue, due);
    settleSome(scene, queue, due);
    empty(scene, queue, due);
  }
  const lost = lossesOf(survivor);
  if (lost.slots + lost.blocks + lost.pages !== 0) throw new Error(JSON.stringify(lost));
}
