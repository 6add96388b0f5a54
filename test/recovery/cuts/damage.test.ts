/**
 * Everything that is not a truth is overwritten with rubbish while a dead thread's number stands in
 * the lock, in each phase there is: it is made again from the truths, and the queue is what it was.
 * The thread that makes it again is itself cut, before sampled stores, and another goes on.
 */
import { describe, expect, test } from "vitest";
import * as layout from "../../../assembly/layout.ts";
import { chooseSeed, Seeded } from "../../support/seeded.ts";
import { lossesOf } from "../witness/audit.ts";
import { cutRebuilds } from "./rebuilds.ts";
import { clean, Scene } from "./scene.ts";

const PHASES = Object.entries(layout).filter(([name]) => name.startsWith("PHASE_"));

/** Overwrites words with numbers that lead nowhere good. */
class Rubbish {
  readonly #scene: Scene;
  readonly #random: Seeded;

  constructor(scene: Scene, random: Seeded) {
    this.#scene = scene;
    this.#random = random;
  }

  #write(address: number, bytes: number): void {
    const { words } = this.#scene.survivor;
    for (let at = address; at < address + bytes; at += 4) {
      words[at >> 2] = this.#random.pick([0, 1, 0xffffffff, this.#random.between(0, 0xffffffff)]);
    }
  }

  #take(lock: number, phase: number): void {
    const { victim, survivor } = this.#scene;
    survivor.words[(lock + layout.LOCK_WORD) >> 2] = victim.thread + 1;
    survivor.words[(lock + layout.LOCK_PHASE) >> 2] = phase;
  }

  /** A shard's ring, age list, wheel and gauges, and its messages' links. */
  shard(phase: number): void {
    const { survivor, queue } = this.#scene;
    const shard = survivor.header(layout.HEADER_SHARDS_BASE) + queue.queue * layout.SHARD_BYTES;
    this.#take(shard, phase);
    const line = shard + layout.SHARD_RING_HEAD;
    this.#write(line, layout.SHARD_LISTED + 4 - layout.SHARD_RING_HEAD);
    this.#write(shard + layout.SHARD_NEXT_DUE, 8);
    this.#write(shard + layout.SHARD_WHEEL_TICK, 12);
    this.#write(shard + layout.SHARD_WHEEL_BITMAPS, layout.WHEEL_LEVELS * 8);
    this.#write(shard + layout.SHARD_WHEEL_SPOKES, layout.SHARD_WHEEL_SPOKES_BYTES);
    const slots = survivor.arena(layout.ARENA_SLOTS_BUMP);
    for (let slot = 1; slot <= slots; slot++) {
      const age = survivor.header(layout.HEADER_AGE_LINKS_BASE) + slot * layout.LIST_LINK_BYTES;
      const wheel =
        survivor.header(layout.HEADER_WHEEL_LINKS_BASE) + slot * layout.WHEEL_LINK_BYTES;
      this.#write(age, layout.LIST_LINK_BYTES);
      this.#write(wheel, layout.WHEEL_LINK_BYTES);
    }
  }

  /** The arena's lists, counts and summaries. */
  arena(phase: number): void {
    const { survivor } = this.#scene;
    const arena = layout.HEADER + layout.HEADER_ARENA;
    this.#take(arena, phase);
    this.#write(arena + layout.ARENA_SLOTS_FREE_COUNT, 4);
    this.#write(arena + layout.ARENA_PAGES_FREE, 8);
    const last = survivor.arena(layout.ARENA_PAGES_BUMP);
    for (let page = 1; page <= last; page++) {
      const record = survivor.header(layout.HEADER_PAGES_BASE) + page * layout.PAGE_RECORD_BYTES;
      this.#write(record + layout.PAGE_USED, 12);
      this.#write(record + layout.PAGE_LISTED, 8);
    }
    for (let index = 0; index < layout.CLASS_COUNT; index++) {
      const record = arena + layout.ARENA_CLASSES + index * layout.CLASS_RECORD_BYTES;
      this.#write(record + layout.CLASS_PAGES, 4);
    }
    const slots = survivor.arena(layout.ARENA_SLOTS_BUMP);
    this.#write(survivor.header(layout.HEADER_FREE_SLOTS_BASE), slots * 4);
  }

  /** The settings of a queue, which its entry holds too. */
  catalogue(phase: number): void {
    const { survivor, queue } = this.#scene;
    this.#take(layout.HEADER + layout.HEADER_CATALOGUE, phase);
    const at = survivor.header(layout.HEADER_QUEUES_BASE) + queue.queue * layout.QUEUE_BYTES;
    this.#write(
      at + layout.QUEUE_VISIBILITY_MS,
      layout.QUEUE_IN_FLIGHT_MAX + 4 - layout.QUEUE_VISIBILITY_MS,
    );
  }
}

type Part = "shard" | "arena" | "catalogue";
const PARTS: readonly Part[] = ["shard", "arena", "catalogue"];

function settingsOf({ survivor, queue }: Scene): Float64Array {
  const at = survivor.header(layout.HEADER_QUEUES_BASE) + queue.queue * layout.QUEUE_BYTES;
  return survivor.doubles.slice(
    (at + layout.QUEUE_VISIBILITY_MS) >> 3,
    (at + layout.QUEUE_MAXIMUM_BYTES) >> 3,
  );
}

function damaged(part: Part, phase: number, random: Seeded): { scene: Scene; check: () => void } {
  const scene = new Scene(clean);
  const before = { messages: scene.sees(), settings: settingsOf(scene) };
  new Rubbish(scene, random)[part](phase);
  const check = (): void => {
    expect(scene.survivor.verify()).toMatchObject({ check: 0 });
    expect({ messages: scene.sees(), settings: settingsOf(scene) }).toEqual(before);
    expect(lossesOf(scene.survivor)).toEqual({ slots: 0, blocks: 0, pages: 0 });
  };
  return { scene, check };
}

describe("rubbish under a dead owner's lock is made again from the truths", () => {
  const random = new Seeded(chooseSeed("damage"));

  test.each(PARTS)("%s, in every phase", (part) => {
    for (const [name, phase] of PHASES) {
      const { scene, check } = damaged(part, phase, random);
      scene.survivor.engine.threadDied(scene.survivor.thread, scene.victim.thread);
      try {
        check();
      } catch (error) {
        throw new Error(`in ${name}`, { cause: error });
      }
    }
  });

  test.each(PARTS)("%s, though who makes it again is cut too", (part) => {
    const cuts = cutRebuilds(20, () => damaged(part, layout.PHASE_IDLE, random));
    expect(cuts).toBeGreaterThan(10);
    console.log(`${part}: the one who makes it again was cut ${cuts} times`);
  });
});
