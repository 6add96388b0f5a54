/** A hash table against a map, while it grows by a bucket at a time. */
import { expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { chooseSeed, Seeded } from "../support/seeded.ts";
import { Bare, type Key } from "./bare.ts";

const STEPS = 8_000;
const NODE_BYTES = 64;
const PAGES = 3;
/** So that chains have several nodes from the first on. */
const BUCKETS_FIRST = 2;

class Table {
  readonly bare = new Bare();
  readonly table = this.bare.shard + layout.FIFO_GROUP_TABLE;
  /** The node of each key, by the key as a text. */
  readonly model = new Map<string, { key: Key; node: number }>();
  readonly #random: Seeded;
  readonly #free: number[] = [];
  readonly #asked = this.bare.bytes(NODE_BYTES);

  constructor(random: Seeded) {
    this.#random = random;
    this.bare.makeTable(this.table, PAGES, BUCKETS_FIRST);
  }

  get buckets(): number {
    return this.bare.word(this.table + layout.TABLE_BUCKETS);
  }

  /** Some have the same low half and so the same bucket, however many there are. */
  newKey(): Key {
    const word = (): number => this.#random.between(0, 2 ** 32 - 1);
    return [this.#random.chance(0.01) ? 7 : word(), 0, this.#random.between(0, 3), word()];
  }

  find(key: Key): number {
    this.bare.setKey(this.#asked, key);
    return this.bare.engine.tableFind(this.table, this.#asked);
  }

  /** The version of the bucket that the key is in, and where that is. */
  versionOf(key: Key): { bucket: number; version: number } {
    this.bare.setKey(this.#asked, key);
    const bucket = this.bare.engine.tableBucket(this.table, this.#asked);
    return { bucket, version: this.bare.word(bucket + layout.BUCKET_VERSION) };
  }

  /** What was seen in a bucket holds no more when its chain changed. */
  #changes(key: Key, change: () => void): void {
    const before = this.versionOf(key);
    change();
    expect(this.versionOf(key)).toEqual({ ...before, version: before.version + 1 });
  }

  insert(): void {
    const key = this.newKey();
    if (this.model.has(key.join())) return;
    const node = this.#free.pop() ?? this.bare.bytes(NODE_BYTES);
    this.bare.setKey(node + layout.NODE_KEY, key);
    this.#changes(key, () => this.bare.engine.tableInsert(this.table, node));
    this.model.set(key.join(), { key, node });
  }

  remove(): void {
    if (this.model.size === 0) return;
    const { key, node } = this.#random.pick([...this.model.values()]);
    this.#changes(key, () => this.bare.engine.tableUnlink(this.table, node));
    this.model.delete(key.join());
    this.bare.words.fill(0, node >> 2, (node + NODE_BYTES) >> 2);
    this.#free.push(node);
  }

  check(): void {
    for (const { key, node } of this.model.values()) expect(this.find(key)).toBe(node);
    expect(this.bare.word(this.table + layout.TABLE_COUNT)).toBe(this.model.size);
    const absent = this.newKey();
    if (!this.model.has(absent.join())) expect(this.find(absent)).toBe(0);
  }
}

test("a table finds each key that it has, and none that it has no more, before and after each split", () => {
  const random = new Seeded(chooseSeed("table"));
  const table = new Table(random);
  for (let step = 1; step <= STEPS; step++) {
    if (random.chance(table.model.size < 800 ? 0.6 : 0.4)) table.insert();
    else table.remove();
    // More buckets than nodes only in the end, where the last of them must be refused.
    if (table.buckets < table.model.size || step > STEPS - 2_000) {
      table.bare.engine.tableSplit(table.table);
    }
    if (step % 500 === 0) table.check();
  }
  table.check();
  expect(table.buckets).toBe(PAGES * layout.PAGE_BUCKETS);
  while (table.model.size > 0) table.remove();
  table.check();
});
