/**
 * A memory with nobody in it, and the engine's small structures one operation at a time
 * (assembly/probe/structures.ts), for the tests that compare each with plain arrays and maps.
 */
import * as layout from "../../assembly/layout.ts";
import { createMemory } from "../../bindings/memory.ts";
import { instantiate } from "../../bindings/module.ts";
import { type Build, moduleOf } from "../support/builds.ts";

/** Addresses in, an address out; what answers with a bool answers 0 or 1. */
export interface Structures {
  memoryInit(pages: number, threads: number, queues: number, slots: number): number;
  ringInsert(shard: number, segment: number): void;
  ringShrink(shard: number): number;
  ringHasRoom(shard: number, more: number): number;
  ringPush(shard: number, slot: number, sequence: number): void;
  ringIsEmpty(shard: number): number;
  ringHead(shard: number): number;
  ringDrop(shard: number): void;
  wheelArm(shard: number, link: number, dueMs: number): void;
  wheelCancel(shard: number, link: number): void;
  wheelFire(shard: number, now: number): number;
  tableInsert(table: number, node: number): void;
  tableUnlink(table: number, node: number): void;
  tableFind(table: number, key: number): number;
  tableBucket(table: number, key: number): number;
  tableSplit(table: number): void;
  windowInsert(shard: number, segment: number, isIds: number): void;
  windowHasRoom(shard: number, more: number, isIds: number): number;
  windowAdd(shard: number, key: number, sequence: number, now: number, isIds: number): number;
  windowFind(shard: number, key: number, now: number, isIds: number): number;
  windowIsDue(shard: number, now: number, isIds: number): number;
  windowRetire(shard: number, now: number, isIds: number): void;
  magazineTurn(entries: number, count: number): void;
  circleClear(end: number): void;
  circleAppend(end: number, link: number): void;
  circleUnlink(link: number): void;
  circleNext(link: number): number;
}

const PAGES = 64;

export class Bare {
  readonly engine: Structures;
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
  /** The record of a shard that no queue has. */
  readonly shard: number;
  #next: number;

  constructor(build?: Build) {
    const memory = createMemory(PAGES);
    this.engine = instantiate(moduleOf(build), memory).exports as unknown as Structures;
    this.words = new Uint32Array(memory.buffer);
    this.doubles = new Float64Array(memory.buffer);
    if (this.engine.memoryInit(PAGES, 1, 1, 100) !== 0) throw new Error("the sizes do not fit");
    this.shard = this.header(layout.HEADER_SHARDS_BASE);
    this.#next = this.header(layout.HEADER_ARENA_BASE);
  }

  header(offset: number): number {
    return this.word(layout.HEADER + offset);
  }

  word(address: number): number {
    return this.words[address >> 2] as number;
  }

  set(address: number, value: number): void {
    this.words[address >> 2] = value;
  }

  /** The address of so many bytes that nobody had before, all 0. */
  bytes(count: number): number {
    const at = this.#next;
    this.#next += Math.ceil(count / layout.LINE_BYTES) * layout.LINE_BYTES;
    return at;
  }

  segment(): number {
    return this.bytes(layout.SEGMENT_BYTES);
  }

  /** A table of so many pages of buckets that has `buckets` of them in use, at this address. */
  makeTable(table: number, pages: number, buckets: number): void {
    const directory = this.segment();
    this.set(table + layout.TABLE_ROOT, directory);
    for (let page = 0; page < pages; page++) this.set(directory + 8 + page * 4, this.segment());
    this.set(table + layout.TABLE_PAGES, pages);
    this.set(table + layout.TABLE_BUCKETS, buckets);
  }

  /** Four words, as a key has them. */
  setKey(address: number, [a, b, c, d]: Key): void {
    this.words.set([a, b, c, d], address >> 2);
  }
}

export type Key = readonly [number, number, number, number];
