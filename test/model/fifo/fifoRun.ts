/**
 * Random operations on two FIFO queues, one for each scope of deduplication at first, each section
 * compared with the plain-array model under a clock of the test's own: few groups and many, almost
 * no memory, time that jumps over five minutes and over the retention, settings that change, purges,
 * and indexes made again in between.
 */
import { expect } from "vitest";
import {
  ARENA_PAGES_BUMP,
  ARENA_PAGES_FREE_COUNT,
  ARENA_SLOTS_BUMP,
  ARENA_SLOTS_FREE_COUNT,
  FIFO_ATTEMPTS,
  FIFO_WINDOW,
  HEADER_PAGES_MAX,
  HEADER_SLOTS_MAX,
  SHARD_DELAYED,
  SHARD_GROUPS_IN_FLIGHT,
  SHARD_IN_FLIGHT,
  SHARD_VISIBLE,
  WINDOW_COUNT,
} from "../../../assembly/layout.ts";
import type { WasmModule } from "../../../bindings/webassembly.ts";
import { moduleOf } from "../../support/builds.ts";
import { Seeded } from "../../support/seeded.ts";
import { compareNodes } from "../effects/nodes.ts";
import { Scribe } from "../effects/scribe.ts";
import { DELAY, RETAIN, SCOPE } from "../history/operations.ts";
import { type QueueNumbers, type Receipt, Sections } from "../history/sections.ts";
import { FifoModel } from "./fifoModel.ts";
import { FifoSections, type FifoSettings } from "./fifoSections.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

export interface World {
  readonly name: string;
  readonly steps: number;
  readonly pages: number;
  readonly slots: number;
  readonly groups: number;
  readonly ids: number;
  readonly bodyBytesMax: number;
  readonly jumpMsMax: number;
  /** What each section does is written down, and read behind it. */
  readonly isJournaled?: boolean;
}

/** Pages beside the arena: null page, header, threads, tables. */
const FIXED_PAGES = 14;
const ROOMY = { pages: 4096, slots: 50_000, bodyBytesMax: 600 };

export const WORLDS: readonly World[] = [
  { ...ROOMY, name: "four groups", steps: 50_000, groups: 4, ids: 3000, jumpMsMax: MINUTE_MS },
  {
    ...ROOMY,
    name: "five thousand groups",
    steps: 60_000,
    groups: 5000,
    ids: 60_000,
    jumpMsMax: MINUTE_MS,
  },
  {
    name: "few slots",
    steps: 40_000,
    pages: FIXED_PAGES + 50,
    slots: 200,
    groups: 30,
    ids: 2000,
    bodyBytesMax: 200,
    jumpMsMax: MINUTE_MS,
  },
  {
    name: "a small arena",
    steps: 25_000,
    pages: FIXED_PAGES + 44,
    slots: 5000,
    groups: 800,
    ids: 20_000,
    bodyBytesMax: 30_000,
    jumpMsMax: MINUTE_MS,
  },
  {
    ...ROOMY,
    name: "jumps of up to 14 days",
    steps: 25_000,
    groups: 50,
    ids: 500,
    jumpMsMax: 14 * DAY_MS,
  },
];

/** One queue, its model, and the receipts and attempts that somebody still has. */
class Lane {
  readonly numbers: QueueNumbers;
  readonly model: FifoModel;
  readonly settings: FifoSettings;
  readonly receipts: Receipt[] = [];
  attempts = 0;

  constructor(sections: FifoSections, settings: FifoSettings) {
    this.settings = settings;
    this.numbers = sections.create(settings);
    this.model = new FifoModel(settings);
  }
}

class Run {
  readonly #random: Seeded;
  readonly #world: World;
  readonly #base: Sections;
  readonly #sections: FifoSections;
  readonly #scribe: Scribe | undefined;
  readonly #lanes: Lane[] = [];
  #nowMs = 1_700_000_000_000;
  full = 0;
  operations = 0;
  /** The most deduplication nodes that a journal was seen to know of one queue. */
  nodes = 0;

  constructor(module: WasmModule, world: World, seed: number) {
    this.#random = new Seeded(seed);
    this.#world = world;
    const sizes = { pages: world.pages, slots: world.slots, threads: 1, queues: 2 };
    this.#base = Sections.open(module, sizes, () => {});
    this.#scribe = world.isJournaled === true ? new Scribe(this.#base) : undefined;
    this.#sections = new FifoSections(this.#base, (queue, operation) => {
      this.operations++;
      this.#lanes[queue]?.model.apply(operation);
      this.#scribe?.check(queue, operation);
    });
    const common = { delayMs: 0, retentionMs: 4 * DAY_MS };
    const settings = [
      { ...common, visibilityMs: 5000, isGroupScope: false },
      { ...common, visibilityMs: 300, isGroupScope: true },
    ];
    for (const one of settings) this.#lanes.push(new Lane(this.#sections, one));
  }

  step(): void {
    const random = this.#random;
    const lane = random.pick(this.#lanes);
    const choice = random.next();
    if (choice < 0.3) this.#send(lane);
    else if (choice < 0.5) this.#receive(lane);
    else if (choice < 0.6) this.#attempt(lane);
    else if (choice < 0.78) this.#delete(lane);
    else if (choice < 0.86) this.#hide(lane);
    else if (choice < 0.994) this.#pass();
    else this.#rare(lane);
  }

  /** Time moves, mostly a little; what falls due happens as with any receive. */
  #pass(): void {
    const random = this.#random;
    const isJump = random.chance(0.02);
    this.#nowMs += isJump ? random.between(0, this.#world.jumpMsMax) : random.between(0, 40);
    for (const { numbers, model } of this.#lanes) {
      this.#sections.advance(numbers, this.#nowMs);
      const late = model.overdue(this.#nowMs);
      if (late.length > 0) throw new Error(`the timers of ${late} have not fired`);
    }
  }

  /** Who finds memory full sweeps for everybody; here that is done, and recorded, before. */
  #sweep(): void {
    for (const { numbers } of this.#lanes) while (this.#sections.sweep(numbers, this.#nowMs));
  }

  #send(lane: Lane): void {
    const random = this.#random;
    const world = this.#world;
    this.#sweep();
    const most = random.chance(0.9) ? Math.min(world.bodyBytesMax, 300) : world.bodyBytesMax;
    const parcels = Array.from({ length: random.between(1, 10) }, () => ({
      group: random.between(1, random.chance(0.3) ? 2 : world.groups),
      id: random.chance(0.05) ? -1 : random.between(1, random.chance(0.1) ? 5 : world.ids),
      bodyBytes: random.between(1, most),
    }));
    const sent = this.#sections.commit(lane.numbers, parcels, this.#nowMs);
    if (sent.length === parcels.length) return;
    this.full++;
    this.#expectFull();
  }

  /** A refusal is right only when slots or pages really are used up (but for what is in stock). */
  #expectFull(): void {
    const base = this.#base;
    const slotsLeft =
      base.header(HEADER_SLOTS_MAX) -
      base.arena(ARENA_SLOTS_BUMP) +
      base.arena(ARENA_SLOTS_FREE_COUNT);
    const pagesLeft =
      base.header(HEADER_PAGES_MAX) -
      base.arena(ARENA_PAGES_BUMP) +
      base.arena(ARENA_PAGES_FREE_COUNT);
    if (slotsLeft === 0 || pagesLeft <= 2) return;
    throw new Error(`refused with ${slotsLeft} slots and ${pagesLeft} pages left`);
  }

  #visibilityMs(lane: Lane): number {
    const random = this.#random;
    return random.chance(0.7)
      ? lane.settings.visibilityMs
      : random.pick([0, 1, 64, 4096, 43_200_000]);
  }

  #receive(lane: Lane): void {
    const most = this.#random.between(1, this.#random.chance(0.2) ? 60 : 10);
    const { numbers } = lane;
    this.#keep(lane, this.#sections.claim(numbers, most, this.#visibilityMs(lane), this.#nowMs));
  }

  /** Under a new attempt's id, or one of the last again. */
  #attempt(lane: Lane): void {
    this.#sweep();
    const random = this.#random;
    const isNew = lane.attempts === 0 || random.chance(0.4);
    if (isNew) lane.attempts++;
    const attempt = Math.max(
      1,
      lane.attempts - (isNew || random.chance(0.5) ? 0 : random.between(0, 12)),
    );
    const most = random.between(1, 10);
    const visibilityMs = this.#visibilityMs(lane);
    const got = this.#sections.attempt(lane.numbers, attempt, most, visibilityMs, this.#nowMs);
    if (typeof got !== "string") this.#keep(lane, got);
  }

  #keep(lane: Lane, receipts: readonly Receipt[]): void {
    lane.receipts.push(...receipts);
    while (lane.receipts.length > 1500) lane.receipts.shift();
  }

  /** Receipts of this queue, young ones mostly, some used before, some of nobody. */
  #some(lane: Lane, keep: boolean): Receipt[] {
    const random = this.#random;
    const receipts: Receipt[] = [];
    for (let left = random.between(1, 10); left > 0; left--) {
      const first = random.chance(0.8) ? Math.max(0, lane.receipts.length - 30) : 0;
      const index = random.between(first, lane.receipts.length - 1);
      const receipt = lane.receipts[index];
      if (receipt === undefined || random.chance(0.02)) {
        receipts.push({ slot: random.between(0, 4_294_967_295), sequence: 2 ** 40, count: 1 });
      } else {
        receipts.push(receipt);
        if (!keep && random.chance(0.9)) lane.receipts.splice(index, 1);
      }
    }
    return receipts;
  }

  #delete(lane: Lane): void {
    this.#sections.remove(lane.numbers, this.#some(lane, false), this.#nowMs);
  }

  #hide(lane: Lane): void {
    const random = this.#random;
    const receipts = this.#some(lane, true);
    const ms = receipts.map(() => random.pick([0, 0, 1, 100, 5000, 600_000, 43_200_000]));
    const knownMs = this.#base.held.guesses(receipts, random);
    this.#sections.hide(lane.numbers, receipts, ms, this.#nowMs, knownMs);
  }

  /** A purge, other settings, indexes made again, dead memory given back. */
  #rare(lane: Lane): void {
    const random = this.#random;
    const choice = random.between(0, 6);
    if (choice === 0) this.#sections.cut(lane.numbers, this.#nowMs);
    else if (choice === 1) {
      const retentionMs = random.pick([MINUTE_MS, 10 * MINUTE_MS, 14 * DAY_MS]);
      this.#change(lane, { retentionMs }, RETAIN, retentionMs);
    } else if (choice <= 3) {
      const delayMs = random.pick([0, 0, 20, 700, 900_000]);
      this.#change(lane, { delayMs }, DELAY, delayMs);
    } else if (choice === 4) {
      const isGroupScope = !lane.settings.isGroupScope;
      this.#change(lane, { isGroupScope }, SCOPE, isGroupScope ? 1 : 0);
    } else if (choice === 5) this.rebuild();
    else this.#reclaim(lane);
  }

  #change(lane: Lane, to: Partial<FifoSettings>, kind: number, first: number): void {
    this.#sweep();
    if (!this.#sections.change(lane.numbers, { ...lane.settings, ...to })) return;
    Object.assign(lane.settings, to);
    lane.model.apply({ kind, first, operation: 0, now: 0, status: 0, second: 0, items: [] });
  }

  #reclaim({ numbers }: Lane): void {
    this.#sweep();
    this.#base.engine.reclaim(this.#base.thread, numbers.queue, 10_000);
  }

  /** The indexes made again from the truths alone hold the same queue. */
  rebuild(): void {
    for (const { numbers, model } of this.#lanes) {
      this.#base.engine.rebuild(this.#base.thread, numbers.queue);
      model.rebuilt();
    }
    this.check();
  }

  /** How often each kind of effect was written. */
  get told(): Map<number, number> {
    return this.#scribe?.kinds ?? new Map();
  }

  #compare(scribe: Scribe): void {
    scribe.compare();
    for (const { numbers } of this.#lanes) {
      const nodes = compareNodes(this.#base, numbers.queue, scribe.kept(numbers.queue));
      this.nodes = Math.max(this.nodes, nodes);
    }
  }

  check(): void {
    if (this.#scribe !== undefined) this.#compare(this.#scribe);
    for (const { numbers, model } of this.#lanes) {
      const gauge = (offset: number) => this.#base.shard(numbers.queue, offset);
      expect({
        visible: gauge(SHARD_VISIBLE),
        inFlight: gauge(SHARD_IN_FLIGHT),
        delayed: gauge(SHARD_DELAYED),
        groups: gauge(SHARD_GROUPS_IN_FLIGHT),
      }).toEqual(model.counts());
      const remembered = model.remembered(this.#nowMs);
      expect(gauge(FIFO_WINDOW + WINDOW_COUNT)).toBeGreaterThanOrEqual(remembered.ids);
      expect(gauge(FIFO_ATTEMPTS + WINDOW_COUNT)).toBeGreaterThanOrEqual(remembered.attempts);
    }
    expect(this.#base.verify()).toMatchObject({ check: 0 });
  }

  report(): string {
    const seen = this.#lanes.map(({ model }) => JSON.stringify(model.seen)).join(" ");
    return `${this.operations} sections equal, ${this.full} refusals when full, ${seen}`;
  }
}

/**
 * Runs one world from a seed, checking counts and the whole structure every 250 steps. `told` gets how
 * often each kind of effect was written.
 */
export async function runFifoModel(
  world: World,
  seed: number,
  told?: Map<number, number>,
): Promise<void> {
  const run = new Run(moduleOf(), world, seed);
  for (let step = 1; step <= world.steps; step++) {
    run.step();
    if (step % 250 === 0) run.check();
  }
  run.check();
  run.rebuild();
  console.log(`${world.name}: ${run.report()}`);
  if (world.isJournaled === true) expect(run.nodes).toBeGreaterThan(20);
  for (const [kind, count] of run.told) told?.set(kind, count);
}
