/** The ready ring against an array. */
import { expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { chooseSeed, Seeded } from "../support/seeded.ts";
import { Bare } from "./bare.ts";

const STEPS = 8_000;

class Ring {
  readonly bare = new Bare();
  /** Slot and sequence of each entry, the oldest first. */
  readonly model: [number, number][] = [];
  readonly #free: number[] = [];
  #pushed = 0;
  #segments = 0;
  most = 0;
  shrunk = 0;

  push(): void {
    const { engine, shard } = this.bare;
    while (engine.ringHasRoom(shard, 1) === 0) {
      engine.ringInsert(shard, this.#free.pop() ?? this.bare.segment());
      this.#segments++;
    }
    // What there is room for needs no more segments than this.
    expect(this.#segments).toBeLessThanOrEqual(
      Math.max(2, Math.ceil((this.model.length + 1) / layout.SEGMENT_ENTRIES) + 4),
    );
    const entry: [number, number] = [1 + (this.#pushed % 1000), ++this.#pushed];
    engine.ringPush(shard, ...entry);
    this.model.push(entry);
    this.most = Math.max(this.most, this.model.length);
  }

  pop(): void {
    const { engine, shard } = this.bare;
    const first = this.model.shift();
    expect(engine.ringIsEmpty(shard)).toBe(first === undefined ? 1 : 0);
    if (first === undefined) return;
    const at = engine.ringHead(shard);
    const entry = [layout.ENTRY_SLOT, layout.ENTRY_SEQUENCE].map((field) =>
      this.bare.word(at + field),
    );
    expect(entry).toEqual(first);
    engine.ringDrop(shard);
  }

  shrink(): void {
    const segment = this.bare.engine.ringShrink(this.bare.shard);
    if (segment === 0) return;
    this.#segments--;
    this.shrunk++;
    // Whoever has it now writes into all of it.
    this.bare.words.fill(0xdead, segment >> 2, (segment + layout.SEGMENT_BYTES) >> 2);
    this.#free.push(segment);
  }

  count(): void {
    const field = (offset: number) => this.bare.word(this.bare.shard + offset);
    expect(field(layout.SHARD_RING_SEGMENTS)).toBe(this.#segments);
    expect(field(layout.SHARD_RING_RESERVED)).toBe(this.model.length);
  }
}

test("a ring gives its entries in the order they were pushed, however it grows and shrinks", () => {
  const random = new Seeded(chooseSeed("ring"));
  const ring = new Ring();
  for (let step = 0; step < STEPS; step++) {
    // For a while more come than go, then more go than come.
    const isRising = Math.floor(step / 4000) % 2 === 0;
    if (random.chance(isRising ? 0.75 : 0.25)) ring.push();
    else ring.pop();
    if (random.chance(0.05)) ring.shrink();
    if (random.chance(0.02)) ring.count();
  }
  while (ring.model.length > 0) ring.pop();
  ring.pop();
  ring.count();
  expect(ring.most).toBeGreaterThan(2 * layout.SEGMENT_ENTRIES);
  expect(ring.shrunk).toBeGreaterThan(0);
});
