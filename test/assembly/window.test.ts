/** The two windows of what is remembered for five minutes, against an array. */
import { expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { chooseSeed, Seeded } from "../support/seeded.ts";
import { Bare, type Key } from "./bare.ts";

const STEPS = 4_000;
const START_MS = 1_700_000_000_000;
/** Segments that the window begins with; it never shrinks here. */
const KEYS = 300;

interface Remembered {
  readonly key: Key;
  readonly node: number;
  readonly atMs: number;
  readonly sequence: number;
}

class Window {
  readonly bare = new Bare();
  readonly isIds: number;
  readonly window: number;
  /** The oldest first. */
  readonly model: Remembered[] = [];
  readonly #random: Seeded;
  readonly #asked = this.bare.bytes(16);
  readonly #keys: Key[];
  #sequence = 0;
  #purged = 0;
  nowMs = START_MS;
  most = 0;
  left = 0;

  constructor(random: Seeded, isIds: boolean) {
    this.#random = random;
    this.isIds = isIds ? 1 : 0;
    const { shard } = this.bare;
    this.window = shard + (isIds ? layout.FIFO_WINDOW : layout.FIFO_ATTEMPTS);
    const table = shard + (isIds ? layout.FIFO_WINDOW_TABLE : layout.FIFO_ATTEMPT_TABLE);
    this.bare.makeTable(table, 1, layout.PAGE_BUCKETS);
    const word = (): number => random.between(0, 2 ** 32 - 1);
    this.#keys = Array.from({ length: KEYS }, () => [word(), word(), word(), word()]);
  }

  #ask(key: Key): number {
    this.bare.setKey(this.#asked, key);
    return this.#asked;
  }

  #isPast({ atMs, sequence }: Remembered): boolean {
    return (
      atMs + layout.DEDUPLICATION_MS <= this.nowMs || (this.isIds === 1 && sequence <= this.#purged)
    );
  }

  /** The living one with this key; a key has one at a time. */
  #living(key: Key): number {
    const found = this.model.filter((one) => one.key === key && !this.#isPast(one));
    expect(found.length).toBeLessThan(2);
    return found[0]?.node ?? 0;
  }

  ask(): void {
    const key = this.#random.pick(this.#keys);
    const { engine, shard } = this.bare;
    expect(engine.windowFind(shard, this.#ask(key), this.nowMs, this.isIds)).toBe(
      this.#living(key),
    );
  }

  add(): void {
    const key = this.#random.pick(this.#keys);
    if (this.#living(key) !== 0) return;
    const { engine, shard } = this.bare;
    while (engine.windowHasRoom(shard, 1, this.isIds) === 0) {
      engine.windowInsert(shard, this.bare.segment(), this.isIds);
    }
    const sequence = ++this.#sequence;
    const node = engine.windowAdd(shard, this.#ask(key), sequence, this.nowMs, this.isIds);
    if (this.model.some((one) => one.node === node)) throw new Error("a node is used twice");
    this.model.push({ key, node, atMs: this.nowMs, sequence });
    this.most = Math.max(this.most, this.model.length);
  }

  retire(): void {
    const { engine, shard } = this.bare;
    const oldest = this.model[0];
    const isDue = oldest !== undefined && this.#isPast(oldest);
    expect(engine.windowIsDue(shard, this.nowMs, this.isIds)).toBe(isDue ? 1 : 0);
    engine.windowRetire(shard, this.nowMs, this.isIds);
    if (isDue) {
      this.model.shift();
      this.left++;
    }
    expect(this.bare.word(this.window + layout.WINDOW_COUNT)).toBe(this.model.length);
  }

  purge(): void {
    this.#purged = this.#sequence;
    this.bare.set(this.bare.shard + layout.SHARD_PURGE_SEQUENCE, this.#purged);
  }
}

test.each([
  ["deduplication ids", true],
  ["receive attempts", false],
])("a window of %s finds what is not past, and lets go of the oldest first", (_, isIds) => {
  const random = new Seeded(chooseSeed("window"));
  const window = new Window(random, isIds);
  for (let step = 0; step < STEPS; step++) {
    const choice = random.next();
    if (choice < 0.45) window.add();
    else if (choice < 0.7) window.ask();
    else if (choice < 0.96) window.retire();
    else window.nowMs += random.next() * 20_000;
    if (random.chance(0.001)) window.purge();
  }
  window.nowMs += layout.DEDUPLICATION_MS;
  while (window.model.length > 0) window.retire();
  window.ask();
  const nodes = isIds ? layout.DEDUPLICATION_NODES : layout.ATTEMPT_NODES;
  expect(window.most).toBeGreaterThan(2 * nodes);
  expect(window.left).toBeGreaterThan(5 * nodes);
});
