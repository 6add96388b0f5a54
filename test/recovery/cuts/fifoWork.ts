/**
 * What comes after a death in a FIFO queue: every message that is there comes once, in the order of
 * its group; its id is answered with itself, and ids that were sent with a message that there is or
 * was, once and for all; new messages queue up behind the old ones; and at last the queue is empty and sound.
 */
import { DEDUPLICATION_MS, SHARD_INCARNATION, SHARD_SEQUENCE } from "../../../assembly/layout.ts";
import type { QueueNumbers } from "../../model/history/sections.ts";
import { lossesOf, messagesOf } from "../witness/audit.ts";
import { FIFO_SETTINGS, type FifoScene, parcel, type Text } from "./fifoScene.ts";

const AFTER_ALL_MS = 30_000;

function expectSound({ survivor }: FifoScene, when: string): void {
  const { check, index } = survivor.verify();
  if (check !== 0) throw new Error(`verify found ${check} at ${index} ${when}`);
}

/** The id of a message that is there, sent again within five minutes, is answered with it. */
function expectRemembered(scene: FifoScene, queue: QueueNumbers): void {
  const newest = new Map<string, Text>();
  for (const text of scene.textsOf(queue)) {
    if (text.id !== "" && text.sentAtMs + DEDUPLICATION_MS > scene.nowMs) {
      newest.set(text.id, text);
    }
  }
  for (const { group, id, sequence } of newest.values()) {
    const again = parcel(Number(group.slice(1)), Number(id.slice(1)));
    const [answer] = scene.here.commit(queue, [again], scene.nowMs);
    if (answer !== sequence) throw new Error(`${id} is ${sequence}'s, and was answered ${answer}`);
  }
}

/** An id of the scene sent twice brings one answer, of a message that exists, existed or is new. */
function expectIdsKept(scene: FifoScene, queue: QueueNumbers, ids: readonly number[]): void {
  const last = scene.last[queue === scene.queue ? 0 : 1] as number;
  for (const id of ids) {
    const next = scene.survivor.shard(queue.queue, SHARD_SEQUENCE) + 1;
    const again = parcel(8, id);
    const [first] = scene.here.commit(queue, [again], scene.nowMs);
    const [second] = scene.here.commit(queue, [again], scene.nowMs);
    const isThere = first !== undefined && messagesOf(scene.survivor, queue.queue).has(first);
    const was = first !== undefined && first <= last;
    if (first !== second || !(isThere || was)) {
      throw new Error(`id ${id} was answered with ${first}, then ${second}; next is ${next}`);
    }
  }
  expectSound(scene, "after sending ids again");
}

/** Empties the queue; within each group the sequences must come in their order. */
function expectOrder(scene: FifoScene, queue: QueueNumbers): void {
  const { here, survivor } = scene;
  const due = scene.groupsOf(queue);
  const groupOf = new Map(
    [...due].flatMap(([name, sequences]) => sequences.map((sequence) => [sequence, name] as const)),
  );
  for (;;) {
    here.advance(queue, scene.nowMs);
    const receipts = here.claim(queue, 3, 1000, scene.nowMs);
    if (receipts.length === 0) break;
    for (const { sequence } of receipts) {
      const first = due.get(groupOf.get(sequence) ?? "")?.shift();
      if (first !== sequence)
        throw new Error(`${sequence} came, but ${first} was its group's next`);
    }
    here.remove(queue, receipts, scene.nowMs);
  }
  const left = [...due.values()].flat();
  if (left.length > 0) throw new Error(`messages ${left} do not come`);
  if (survivor.verify().check !== 0) expectSound(scene, "with the queue emptied");
}

/** Throws where the survivor can't go on with what is there. */
export function expectFifoWorks(scene: FifoScene): void {
  const { survivor, here } = scene;
  for (const queue of [scene.queue, scene.late]) {
    if (survivor.shard(queue.queue, SHARD_INCARNATION) !== queue.incarnation) continue;
    expectRemembered(scene, queue);
    expectIdsKept(scene, queue, [1, 4, 100, 101, 200, 300, 301, 302, 900]);
    scene.send(queue, [1, 2, 3, 6, 6, 7, 1], 5000);
    expectSound(scene, "after sending more");
    scene.nowMs += AFTER_ALL_MS;
    here.advance(queue, scene.nowMs);
    expectSound(scene, "after all timers");
    expectOrder(scene, queue);
    here.change(queue, FIFO_SETTINGS);
  }
  const lost = lossesOf(survivor);
  if (lost.slots + lost.blocks + lost.pages !== 0) throw new Error(JSON.stringify(lost));
}
