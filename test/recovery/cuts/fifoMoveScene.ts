/**
 * Two FIFO queues and moves between them, to be cut before the stores they make (fifoMoves.test.ts, and
 * effects.test.ts with a journal).
 */
import * as layout from "../../../assembly/layout.ts";
import type { WasmModule } from "../../../bindings/webassembly.ts";
import { FifoSections } from "../../model/fifo/fifoSections.ts";
import type { QueueNumbers, Sections, Settings } from "../../model/history/sections.ts";
import type { Operation as Cut } from "./cut.ts";
import { clean, START_MS } from "./scene.ts";
import { enterStage } from "./stage.ts";

const SIZES = { pages: 80, threads: 4, queues: 3, slots: 600 };
const SETTINGS: Settings = {
  ...{ visibilityMs: 1000, delayMs: 0, retentionMs: 60_000 },
  flags: layout.QUEUE_FLAG_FIFO,
};
/** Longer than any claim in these scenes hides a message, shorter than retention. */
const CLAIMS_END_MS = 31_000;
const NOWHERE = { queue: 1, incarnation: 999 };
const HOME = { queue: 0, incarnation: 0 };
/** Groups of the messages 1, 2, 3 ... of the first queue. */
export const GROUPS = [1, 1, 1, 2, 2, 3, 1, 2, 4, 1, 1, 1];

/** Two FIFO queues, a thread that survives and one that is about to be cut. */
export class Scene {
  readonly survivor: Sections;
  readonly victim: Sections;
  readonly here: FifoSections;
  readonly queue: QueueNumbers;
  readonly other: QueueNumbers;
  nowMs = START_MS;

  constructor(module: WasmModule, isJournaled = false) {
    ({ survivor: this.survivor, victim: this.victim } = enterStage(clean, module, SIZES));
    if (isJournaled) this.survivor.engine.journalBegin(this.survivor.thread);
    this.here = new FifoSections(this.survivor, () => {});
    this.queue = this.survivor.createQueue(SETTINGS);
    this.other = this.survivor.createQueue(SETTINGS);
    // Stock in both threads' magazines, and sequences that died.
    const there = new FifoSections(this.victim, () => {});
    for (const by of [this.here, there]) {
      by.commit(this.queue, [{ group: 9, id: 900 + by.thread, bodyBytes: 30 }], this.nowMs);
      by.remove(this.queue, by.claim(this.queue, 10, 1000, this.nowMs), this.nowMs);
    }
    [1, 5].forEach((group, index) => {
      this.#send(this.here, this.other, group, 100 + index);
    });
    // Two senders in turns, so that the slots of a group stand in another order than its messages.
    GROUPS.forEach((group, index) => {
      this.#send(index % 2 === 0 ? there : this.here, this.queue, group, 1 + index);
    });
  }

  #send(by: FifoSections, to: QueueNumbers, group: number, id: number): void {
    const sent = by.commit(to, [{ group, id, bodyBytes: 30 }], this.nowMs);
    if (sent.length !== 1) throw new Error(`message ${id} was not sent`);
  }

  /** From now on what was received once goes to `to`; seven messages of two groups were. */
  limit(to: QueueNumbers): void {
    this.here.claim(this.queue, 7, 5, this.nowMs);
    this.nowMs += 10;
    this.here.advance(this.queue, this.nowMs);
    this.survivor.change(this.queue, { ...SETTINGS, deadLetters: { max: 1, to } });
  }

  /** All that is due happens, and all that has arrived is let in. */
  settle(): void {
    this.nowMs += CLAIMS_END_MS;
    const { engine, thread } = this.survivor;
    for (const { queue, incarnation } of [this.queue, this.other]) {
      engine.count(thread, queue, incarnation, this.nowMs);
      engine.reclaim(thread, queue, 1000);
    }
  }
}

export interface Operation extends Cut<Scene> {
  /** What moves within one queue comes behind what was sent later. */
  readonly reorders?: boolean;
  /** What a message may be that has moved, but is not yet as after the operation. */
  readonly between?: string;
}

function receive({ queue, nowMs }: Scene, by: Sections): void {
  by.engine.receive(by.thread, queue.queue, queue.incarnation, 10, 20_000, nowMs);
}

function redrive({ victim, nowMs }: Scene, from: QueueNumbers, to: QueueNumbers): void {
  victim.engine.redrive(
    ...([victim.thread, from.queue, from.incarnation, 10, to.queue, to.incarnation] as const),
    ...([0, nowMs] as const),
  );
}

export const OPERATIONS: readonly Operation[] = [
  {
    name: "a receive that moves dead letters",
    before: (scene) => scene.limit(scene.other),
    run: (scene) => receive(scene, scene.victim),
  },
  {
    name: "a receive that moves dead letters into the same queue",
    before: (scene) => scene.limit(scene.queue),
    run: (scene) => receive(scene, scene.victim),
    reorders: true,
    // The same receive brings some of them again.
    between: "queue 0, received 1 - 1, from 1",
  },
  {
    name: "a redrive to another queue",
    run: (scene) => redrive(scene, scene.queue, scene.other),
  },
  {
    name: "a redrive to a queue that is gone",
    run: (scene) => redrive(scene, scene.queue, NOWHERE),
    reorders: true,
  },
  {
    name: "a redrive home",
    before: (scene) => {
      scene.limit(scene.other);
      receive(scene, scene.survivor);
    },
    run: (scene) => redrive(scene, scene.other, HOME),
    reorders: true,
  },
];
