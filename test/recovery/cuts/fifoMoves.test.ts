/**
 * Moves between FIFO queues, cut before every store that they make, as in moves.test.ts. A message is
 * known by its deduplication id, which moves with it; after the reaping, and after the time in which a
 * claim runs out, each is once in one queue, as before the move or as after it, and every group is in
 * the order it was sent in.
 */
import { describe, expect, test } from "vitest";
import * as layout from "../../../assembly/layout.ts";
import type { WasmModule } from "../../../bindings/webassembly.ts";
import { FifoSections } from "../../model/fifo/fifoSections.ts";
import type { QueueNumbers, Sections, Settings } from "../../model/history/sections.ts";
import { lossesOf } from "../witness/audit.ts";
import { type Operation as Cut, cut } from "./cut.ts";
import { clean, faulty, START_MS } from "./scene.ts";
import { enterStage, leaveStage } from "./stage.ts";

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
const GROUPS = [1, 1, 1, 2, 2, 3, 1, 2, 4, 1, 1, 1];

/** Two FIFO queues, a thread that survives and one that is about to be cut. */
class Scene {
  readonly survivor: Sections;
  readonly victim: Sections;
  readonly here: FifoSections;
  readonly queue: QueueNumbers;
  readonly other: QueueNumbers;
  nowMs = START_MS;

  constructor(module: WasmModule) {
    ({ survivor: this.survivor, victim: this.victim } = enterStage(clean, module, SIZES));
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

interface Operation extends Cut<Scene> {
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

const OPERATIONS: readonly Operation[] = [
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
    const from = block + layout.BLOCK_HEADER_BYTES;
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
