/**
 * Assertions of the debug build: each structure is broken once, by a call too many or by a word of the
 * shared memory, and the next function that relies on it says so, with its file and line. The builds
 * without assertions go on in silence; what is broken comes up later there, or never.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { EngineAssertion } from "../../bindings/assertion.ts";
import type { EngineExports } from "../../bindings/exports.ts";
import { EngineTrap, guard } from "../../bindings/guard.ts";
import { createMemory } from "../../bindings/memory.ts";
import { instantiate } from "../../bindings/module.ts";
import { type QueueNumbers, type Receipt, Sections } from "../model/history/sections.ts";
import { type Build, moduleOf } from "../support/builds.ts";
import { Bare } from "./bare.ts";

const NOW_MS = 1_700_000_000_000;
const SIZES = { pages: 60, threads: 1, queues: 1, slots: 1_000 };
const SETTINGS = { visibilityMs: 1000, delayMs: 0, retentionMs: 1e9 };

/** A queue with ten messages, one of them received. */
class House {
  readonly sections: Sections;
  readonly queue: QueueNumbers;
  readonly receipt: Receipt;
  readonly shard: number;
  /** Where the received message's slot and block lie. */
  readonly slot: number;
  readonly block: number;

  constructor(build: Build) {
    this.sections = Sections.open(moduleOf(build), SIZES, () => {});
    this.queue = this.sections.createQueue(SETTINGS);
    this.sections.commit(this.queue, Array(10).fill(20), 0, NOW_MS);
    [this.receipt] = this.sections.claim(this.queue, 1, 1000, NOW_MS) as [Receipt];
    this.shard = this.sections.header(layout.HEADER_SHARDS_BASE);
    this.slot =
      this.sections.header(layout.HEADER_SLOTS_BASE) + this.receipt.slot * layout.SLOT_BYTES;
    this.block = this.word(this.slot + layout.SLOT_BLOCK);
  }

  word(address: number): number {
    return this.sections.words[address >> 2] as number;
  }

  set(address: number, value: number): void {
    this.sections.words[address >> 2] = value;
  }

  remove(): void {
    expect(this.sections.remove(this.queue, [this.receipt], NOW_MS)).toEqual([1]);
  }

  /** Says of the received message's block, in its page's map, that it is free. */
  markFree(): void {
    const { sections, block } = this;
    const offset = block - sections.header(layout.HEADER_ARENA_BASE);
    const page = Math.floor(offset / layout.PAGE_BYTES) + 1;
    const record = sections.header(layout.HEADER_PAGES_BASE) + page * layout.PAGE_RECORD_BYTES;
    const classIndex = this.word(record + layout.PAGE_STATE) - layout.PAGE_CLASSED;
    const bytes = sections.arena(
      layout.ARENA_CLASSES + classIndex * layout.CLASS_RECORD_BYTES + layout.CLASS_BYTES,
    );
    const number = (offset % layout.PAGE_BYTES) / bytes;
    const at = record + layout.PAGE_MAP + (number >> 5) * 4;
    this.set(at, this.word(at) | (1 << (number & 31)));
  }
}

interface Breach {
  readonly name: string;
  readonly file: string;
  readonly says: string;
  readonly commit: (build: Build) => void;
}

const BREACHES: readonly Breach[] = [
  {
    name: "a ring that more is taken from than was put in",
    file: "assembly/indexes/ring.ts",
    says: "the ring has an entry to drop",
    commit: (build) => {
      const bare = new Bare(build);
      const { engine, shard } = bare;
      for (let count = 0; count < 2; count++) engine.ringInsert(shard, bare.segment());
      engine.ringPush(shard, 1, 1);
      engine.ringDrop(shard);
      engine.ringDrop(shard);
    },
  },
  {
    name: "a timer that is armed twice",
    file: "assembly/indexes/wheel.ts",
    says: "a timer is armed once",
    commit: (build) => {
      const bare = new Bare(build);
      const link = bare.bytes(layout.WHEEL_LINK_BYTES);
      bare.engine.wheelArm(bare.shard, link, 1000);
      bare.engine.wheelArm(bare.shard, link, 2000);
    },
  },
  {
    name: "a link whose neighbour leads elsewhere",
    file: "assembly/ground/circle.ts",
    says: "the link before leads to this one",
    commit: (build) => {
      const bare = new Bare(build);
      const [end = 0, one = 0, other = 0] = [0, 1, 2].map(() => bare.bytes(8));
      bare.engine.circleClear(end);
      bare.engine.circleAppend(end, one);
      bare.engine.circleAppend(end, other);
      bare.set(one + layout.LINK_NEXT, end);
      bare.engine.circleUnlink(other);
    },
  },
  {
    name: "a lock in whose section somebody is",
    file: "assembly/ground/lock.ts",
    says: "no section begins inside another",
    commit: (build) => {
      const house = new House(build);
      house.set(house.shard + layout.LOCK_PHASE, layout.PHASE_BEGIN_CLAIM);
      house.remove();
    },
  },
  {
    name: "a shard that counts no message in flight",
    file: "assembly/shard/shard.ts",
    says: "a message that is counted out was counted in",
    commit: (build) => {
      const house = new House(build);
      house.set(house.shard + layout.SHARD_IN_FLIGHT, 0);
      house.remove();
    },
  },
  {
    name: "a slot that nobody sent with, in flight",
    file: "assembly/ground/slot.ts",
    says: "a slot that changes its state has a message",
    commit: (build) => {
      const house = new House(build);
      house.set(house.slot + layout.SLOT_STATE, layout.SLOT_HELD);
      while (house.sections.expire(house.queue, NOW_MS + 2000));
    },
  },
  {
    name: "a block that is free though a message has it",
    file: "assembly/arena/blocks.ts",
    says: "a block that is released was taken",
    commit: (build) => {
      const house = new House(build);
      house.markFree();
      house.remove();
    },
  },
];

/** What an assertion that does not hold throws. */
function caught(act: () => void): EngineAssertion {
  try {
    act();
  } catch (error) {
    if (error instanceof EngineAssertion) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe.each(BREACHES)("$name", ({ file, says, commit }) => {
  test("is told by the debug build, with file and line", () => {
    const { message } = caught(() => commit("debug"));
    const [, where = "", line = "", what = ""] =
      /^(.*):(\d+) does not hold: (.*)$/.exec(message) ?? [];
    expect([where, what]).toEqual([file, says]);
    const lines = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8").split("\n");
    expect(lines.slice(Number(line) - 1, Number(line) + 3).join("\n")).toContain(says);
  });

  test("is not seen by a build without assertions", () => {
    commit("probe");
  });
});

test("a thread that an assertion stopped gives back what it held, as after a trap", () => {
  const house = new House("debug");
  const { engine, thread } = house.sections;
  const guarded = guard(engine as unknown as EngineExports, thread);
  house.set(house.shard + layout.LOCK_PHASE, layout.PHASE_BEGIN_CLAIM);
  const { queue, incarnation } = house.queue;
  const receive = () => guarded.receive(thread, queue, incarnation, 1, 1000, NOW_MS);
  expect(receive).toThrow(EngineTrap);
  expect(house.word(house.shard + layout.LOCK_WORD)).toBe(0);
  expect(receive()).toBe(1);
  expect(house.sections.verify()).toMatchObject({ check: 0 });
});

test("the texts of assertions lie in the memory's first page, which is nobody's", () => {
  const memory = createMemory(2);
  instantiate(moduleOf("debug"), memory);
  const bytes = new Uint8Array(memory.buffer);
  expect(bytes.subarray(0, layout.HEADER).some((byte) => byte !== 0)).toBe(true);
  expect(bytes.subarray(layout.HEADER).some((byte) => byte !== 0)).toBe(false);
});
