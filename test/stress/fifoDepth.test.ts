/**
 * A deep FIFO backlog costs no more than twice what a nearly empty queue does, for each message that
 * is received and deleted: medians of slices, measured in turns in one run. SLUICE_BACKLOG sets how deep.
 */
import { expect, test } from "vitest";
import * as layout from "../../assembly/layout.ts";
import { FifoSections } from "../model/fifo/fifoSections.ts";
import { type QueueNumbers, Sections } from "../model/history/sections.ts";
import { moduleOf } from "../support/builds.ts";

const BACKLOG = Number(process.env.SLUICE_BACKLOG ?? 1_000_000);
const SLICE = 10_000;
const NOW_MS = 1_700_000_000_000;
const SETTINGS = { visibilityMs: 1e6, delayMs: 0, retentionMs: 1e12, isGroupScope: false };

interface Whole {
  receive(t: number, q: number, inc: number, most: number, ms: number, now: number): number;
  remove(thread: number, queue: number, inc: number, count: number, now: number): number;
}

class Drain {
  readonly #sections: Sections;
  readonly #fifo: FifoSections;
  #id = 0;

  constructor() {
    const sizes = { pages: 24_000, threads: 2, queues: 4, slots: BACKLOG + SLICE * 2 };
    this.#sections = Sections.open(moduleOf(), sizes, () => {});
    this.#fifo = new FifoSections(this.#sections, () => {});
  }

  create(): QueueNumbers {
    return this.#fifo.create(SETTINGS);
  }

  fill(queue: QueueNumbers, messages: number, groups: number): void {
    for (let sent = 0; sent < messages; sent += 10) {
      const parcels = Array.from({ length: 10 }, () => {
        this.#id++;
        return { group: (this.#id * 7919) % groups, id: this.#id, bodyBytes: 20 };
      });
      if (this.#fifo.commit(queue, parcels, NOW_MS).length !== 10) throw new Error("full");
    }
  }

  /** Receives and deletes so many; ns a message. */
  drain({ queue, incarnation }: QueueNumbers, messages: number): number {
    const sections = this.#sections;
    const engine = sections.engine as unknown as Whole;
    const { thread, words } = sections;
    const area = sections.header(layout.HEADER_THREADS_BASE) + thread * layout.THREAD_BYTES;
    const began = performance.now();
    for (let done = 0; done < messages; ) {
      const got = engine.receive(thread, queue, incarnation, 10, 1e6, NOW_MS);
      if (got <= 0) throw new Error(`${done} of ${messages} came`);
      for (let index = 0; index < got; index++) {
        const from = (area + layout.THREAD_RECEIVES + index * layout.RECEIVE_BYTES) >> 2;
        const to = (area + layout.THREAD_HANDLES + index * layout.HANDLE_BYTES) >> 2;
        // Slot, count and sequence stand alike in both records.
        for (let word = 0; word < 4; word++) words[to + word] = words[from + word] as number;
      }
      if (engine.remove(thread, queue, incarnation, got, NOW_MS) !== got) throw new Error("kept");
      done += got;
    }
    return ((performance.now() - began) * 1e6) / messages;
  }
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] as number;
}

test.each([1, 100_000])(`${BACKLOG} messages over %i groups`, (groups) => {
  const house = new Drain();
  const deep = house.create();
  const empty = house.create();
  house.fill(deep, BACKLOG, groups);
  const costs = { deep: [] as number[], empty: [] as number[] };
  for (let slice = 0; slice < BACKLOG / SLICE - 1; slice++) {
    costs.deep.push(house.drain(deep, SLICE));
    const rounds: number[] = [];
    for (let round = 0; round < 10; round++) {
      house.fill(empty, 100, groups);
      rounds.push(house.drain(empty, 100));
    }
    costs.empty.push(median(rounds));
  }
  const [deepNs, emptyNs] = [median(costs.deep), median(costs.empty)];
  const factor = (deepNs / emptyNs).toFixed(2);
  console.log(
    `${groups} groups: ${deepNs.toFixed(0)} ns deep, ${emptyNs.toFixed(0)} ns empty, ${factor}`,
  );
  expect(deepNs).toBeLessThan(emptyNs * 2);
});
