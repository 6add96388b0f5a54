/**
 * Random operations on three queues, each section compared with a plain-array model, under a clock
 * of the test's own. With much memory and with almost none (full and wrapping around all the time),
 * with short hops of the clock and with jumps of up to 14 days. What is asked at every
 * step throws by itself: an `expect` takes longer than the step.
 */
import { expect } from "vitest";
import {
  ARENA_PAGES_BUMP,
  ARENA_PAGES_FREE_COUNT,
  ARENA_SLOTS_BUMP,
  ARENA_SLOTS_FREE_COUNT,
  HANDLE_COUNT_ANY,
  HEADER_PAGES_MAX,
  HEADER_SLOTS_MAX,
  SHARD_DELAYED,
  SHARD_IN_FLIGHT,
  SHARD_VISIBLE,
  SLOT_FLAG_FRESH,
} from "../../../assembly/layout.ts";
import type { WasmModule } from "../../../bindings/webassembly.ts";
import { moduleOf } from "../../support/builds.ts";
import { Seeded } from "../../support/seeded.ts";
import { Scribe } from "../effects/scribe.ts";
import { Moves } from "../history/moves.ts";
import { LIMIT, RETAIN } from "../history/operations.ts";
import { type QueueNumbers, type Receipt, Sections, type Settings } from "../history/sections.ts";
import { Model, type Transit } from "./model.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

export interface World {
  readonly name: string;
  readonly steps: number;
  readonly pages: number;
  readonly slots: number;
  readonly bodyBytesMax: number;
  readonly jumpMsMax: number;
  /** Queues have dead-letter queues, in circles and among themselves. */
  readonly moves?: boolean;
  /** What each section does is written down, and read behind it. */
  readonly isJournaled?: boolean;
}

const THREADS = 1;
const QUEUES = 3;
/** Pages beside the arena: null page, header, threads, tables. */
const FIXED_PAGES = 12;

export const WORLDS: readonly World[] = [
  {
    name: "room for all",
    steps: 100_000,
    pages: 4096,
    slots: 50_000,
    bodyBytesMax: 600,
    jumpMsMax: MINUTE_MS,
  },
  {
    name: "few slots",
    steps: 40_000,
    pages: FIXED_PAGES + 40,
    slots: 300,
    bodyBytesMax: 200,
    jumpMsMax: MINUTE_MS,
  },
  {
    name: "a small arena and large bodies",
    steps: 30_000,
    pages: FIXED_PAGES + 40,
    slots: 2000,
    bodyBytesMax: 150_000,
    jumpMsMax: MINUTE_MS,
  },
  {
    name: "jumps of up to 14 days",
    steps: 30_000,
    pages: 2048,
    slots: 20_000,
    bodyBytesMax: 300,
    jumpMsMax: 14 * DAY_MS,
  },
  {
    name: "moves between queues",
    steps: 150_000,
    pages: 4096,
    slots: 50_000,
    bodyBytesMax: 600,
    jumpMsMax: MINUTE_MS,
    moves: true,
  },
  {
    name: "moves in a small arena",
    steps: 50_000,
    pages: FIXED_PAGES + 40,
    slots: 2000,
    bodyBytesMax: 20_000,
    jumpMsMax: MINUTE_MS,
    moves: true,
  },
];

/** One queue, its model, and the receipts that somebody still holds. */
class Lane {
  readonly numbers: QueueNumbers;
  readonly model: Model;
  readonly settings: Settings;
  readonly receipts: Receipt[] = [];
  deadLetters: { max: number; to: Lane } | undefined;

  constructor(sections: Sections, settings: Settings, transit: Transit) {
    this.settings = settings;
    this.numbers = sections.createQueue(settings);
    this.model = new Model({ ...settings, transit });
  }
}

class Run {
  readonly #random: Seeded;
  readonly #world: World;
  readonly #sections: Sections;
  readonly #moves: Moves;
  readonly #scribe: Scribe | undefined;
  readonly #lanes: Lane[];
  #nowMs = 1_700_000_000_000;
  full = 0;
  operations = 0;
  moved = 0;

  constructor(module: WasmModule, world: World, seed: number) {
    this.#random = new Seeded(seed);
    this.#world = world;
    const sizes = { pages: world.pages, slots: world.slots, threads: THREADS, queues: QUEUES };
    const lanes: Lane[] = [];
    const transit: Transit = new Map();
    this.#lanes = lanes;
    this.#sections = Sections.open(module, sizes, (queue, operation) => {
      this.operations++;
      lanes[queue]?.model.apply(operation);
      this.#scribe?.check(queue, operation);
    });
    this.#scribe = world.isJournaled === true ? new Scribe(this.#sections) : undefined;
    this.#moves = new Moves(this.#sections);
    lanes.push(
      new Lane(
        this.#sections,
        { visibilityMs: 30_000, delayMs: 0, retentionMs: 4 * DAY_MS },
        transit,
      ),
      new Lane(
        this.#sections,
        { visibilityMs: 5, delayMs: 0, retentionMs: 2 * MINUTE_MS },
        transit,
      ),
      new Lane(
        this.#sections,
        { visibilityMs: 1000, delayMs: 700, retentionMs: MINUTE_MS },
        transit,
      ),
    );
  }

  step(): void {
    const random = this.#random;
    const lane = random.pick(this.#lanes);
    const choice = random.next();
    if (choice < 0.3) this.#send(lane);
    else if (choice < 0.6) this.#receive(lane);
    else if (choice < 0.76) this.#delete(lane);
    else if (choice < 0.86) this.#hide(lane);
    else if (choice < 0.995) this.#pass();
    else this.#rare(lane);
    if (this.#world.moves === true && random.chance(0.02)) this.#redrive(lane);
  }

  /** Time moves, mostly a little; what falls due is fired and swept as any receive would do. */
  #pass(): void {
    const random = this.#random;
    const isJump = random.chance(0.02);
    this.#nowMs += isJump ? random.between(0, this.#world.jumpMsMax) : random.between(0, 40);
    for (const lane of this.#lanes) this.#advance(lane);
    if (this.#world.moves === true) for (const lane of this.#lanes) this.#admit(lane);
  }

  #advance(lane: Lane): void {
    const { numbers, model } = lane;
    while (
      this.#sections.expire(numbers, this.#nowMs) ||
      this.#sections.sweep(numbers, this.#nowMs)
    );
    const late = model.overdue(this.#nowMs);
    if (late.length > 0) throw new Error(`the timers of ${late} have not fired`);
    if (model.isPastDue(this.#nowMs)) throw new Error("the oldest message was not swept");
  }

  #send(lane: Lane): void {
    const random = this.#random;
    this.#sweepAll();
    const count = random.between(1, 10);
    const most = random.chance(0.9)
      ? Math.min(this.#world.bodyBytesMax, 300)
      : this.#world.bodyBytesMax;
    const bodies = Array.from({ length: count }, () => random.between(1, most));
    const delayMs = random.chance(0.7) ? -1 : random.pick([0, 1, 50, 3000, 900_000]);
    const sent = this.#sections.commit(lane.numbers, bodies, delayMs, this.#nowMs);
    if (sent === count) return;
    this.full++;
    this.#expectFull();
  }

  /** Who finds memory full sweeps for everybody; here that is done, and recorded, before. */
  #sweepAll(): void {
    for (const { numbers } of this.#lanes) while (this.#sections.sweep(numbers, this.#nowMs));
  }

  /** A refusal is right only when slots or pages really are used up (but for what is in stock). */
  #expectFull(): void {
    const sections = this.#sections;
    const slotsLeft =
      sections.header(HEADER_SLOTS_MAX) -
      sections.arena(ARENA_SLOTS_BUMP) +
      sections.arena(ARENA_SLOTS_FREE_COUNT);
    const pagesLeft =
      sections.header(HEADER_PAGES_MAX) -
      sections.arena(ARENA_PAGES_BUMP) +
      sections.arena(ARENA_PAGES_FREE_COUNT);
    if (slotsLeft === 0 || pagesLeft <= 2) return;
    throw new Error(`refused with ${slotsLeft} slots and ${pagesLeft} pages left`);
  }

  #receive(lane: Lane): void {
    const random = this.#random;
    const visibilityMs = random.chance(0.7)
      ? lane.settings.visibilityMs
      : random.pick([0, 1, 64, 4096, 43_200_000]);
    const most = random.between(1, 10);
    const receipts = this.#sections.claim(lane.numbers, most, visibilityMs, this.#nowMs);
    for (const { slot, sequence } of receipts) {
      const { sentAtMs, source } = this.#moves.origin(slot);
      const modelled = lane.model.messages.get(sequence);
      if (modelled?.sentAtMs === sentAtMs && modelled.source === source) continue;
      expect(modelled).toMatchObject({ sentAtMs, source });
    }
    lane.receipts.push(...receipts);
    while (lane.receipts.length > 4000) lane.receipts.shift();
    if (lane.deadLetters !== undefined && this.#sections.aside().length > 0) {
      this.#move(lane, lane.deadLetters.to, 0);
    }
  }

  /** What was set aside moves; now and then its target is gone, or memory is full. */
  #move(from: Lane, to: Lane, flags: number): void {
    const random = this.#random;
    if (random.chance(0.05)) this.#delete(from);
    if (random.chance(0.02)) this.#sections.cut(from.numbers, this.#nowMs);
    const isGone = random.chance(0.1);
    const target = isGone ? { ...to.numbers, incarnation: 999 } : to.numbers;
    const departed = this.#moves.depart(from.numbers, target, flags, this.#nowMs);
    this.moved += departed.length;
    if (this.#moves.arrive(target, target, departed, this.#nowMs)) expect(isGone).toBe(false);
    else expect(this.#moves.arrive(target, from.numbers, departed, this.#nowMs)).toBe(true);
    if (random.chance(0.02)) this.#sections.cut(to.numbers, this.#nowMs);
    if (random.chance(0.7)) for (const lane of [from, to]) this.#admit(lane);
  }

  #admit(lane: Lane): void {
    while (this.#moves.admit(lane.numbers, this.#nowMs));
    if (lane.model.arrived > 0) this.#expectFull();
  }

  /** Some of a queue's messages go, as new ones, to any other. */
  #redrive(lane: Lane): void {
    const random = this.#random;
    this.#moves.take(lane.numbers, random.between(1, 10), this.#nowMs);
    this.#move(lane, random.pick(this.#lanes), SLOT_FLAG_FRESH);
  }

  #limit(lane: Lane): void {
    const random = this.#random;
    const max = random.between(1, 4);
    const to = random.pick(this.#lanes);
    const deadLetters = random.chance(0.8) ? { max, to } : undefined;
    const settings = { ...lane.settings };
    settings.deadLetters = deadLetters && { max, to: to.numbers };
    this.#sweepAll();
    if (!this.#sections.change(lane.numbers, settings)) return;
    Object.assign(lane.settings, settings);
    lane.deadLetters = deadLetters;
    const none = { operation: 0, now: 0, status: 0, second: 0, items: [] };
    lane.model.apply({ kind: LIMIT, first: deadLetters?.max ?? Infinity, ...none });
  }

  /** Receipts of this queue, some used before, some of nobody. */
  #some(lane: Lane, keep: boolean): Receipt[] {
    const random = this.#random;
    const receipts: Receipt[] = [];
    for (let left = random.between(1, 10); left > 0; left--) {
      const index = random.between(0, lane.receipts.length - 1);
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
    // By its own receive, or by any of its message's.
    const receipts = this.#some(lane, true).map((receipt) =>
      random.chance(0.5) ? receipt : { ...receipt, count: HANDLE_COUNT_ANY },
    );
    const ms = receipts.map(() => random.pick([0, 0, 1, 100, 5000, 600_000, 43_200_000]));
    const knownMs = this.#sections.held.guesses(receipts, random);
    this.#sections.hide(lane.numbers, receipts, ms, this.#nowMs, knownMs);
  }

  /** A purge, or another retention. */
  #rare(lane: Lane): void {
    const random = this.#random;
    const choice = random.between(0, 2);
    if (choice === 0) this.#sections.cut(lane.numbers, this.#nowMs);
    else if (choice === 1)
      this.#retain(lane, random.pick([MINUTE_MS, 10 * MINUTE_MS, 14 * DAY_MS]));
    else if (this.#world.moves === true) this.#limit(lane);
  }

  #retain(lane: Lane, retentionMs: number): void {
    this.#sweepAll();
    if (!this.#sections.change(lane.numbers, { ...lane.settings, retentionMs })) return;
    lane.settings.retentionMs = retentionMs;
    const none = { operation: 0, now: 0, status: 0, second: 0, items: [] };
    lane.model.apply({ kind: RETAIN, first: retentionMs, ...none });
  }

  get older(): number {
    return this.#lanes.reduce((sum, { model }) => sum + model.older, 0);
  }

  /** The indexes made again from the slots alone hold the same queue. */
  rebuild(): void {
    for (const { numbers } of this.#lanes) {
      this.#sections.engine.rebuild(this.#sections.thread, numbers.queue);
    }
    this.check();
  }

  /** How often each kind of effect was written. */
  get told(): Map<number, number> {
    return this.#scribe?.kinds ?? new Map();
  }

  check(): void {
    this.#scribe?.compare();
    for (const { numbers, model } of this.#lanes) {
      expect({
        visible: this.#sections.shard(numbers.queue, SHARD_VISIBLE),
        inFlight: this.#sections.shard(numbers.queue, SHARD_IN_FLIGHT),
        delayed: this.#sections.shard(numbers.queue, SHARD_DELAYED),
      }).toEqual(model.counts());
    }
    expect(this.#sections.verify()).toMatchObject({ check: 0 });
  }
}

/**
 * Runs one world from a seed, checking counts and the whole structure every 250 steps. `told` gets how
 * often each kind of effect was written.
 */
export async function runModel(
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
  expect(run.older).toBeGreaterThan(0);
  if (world.moves === true) expect(run.moved).toBeGreaterThan(world.steps / 30);
  const moved = world.moves === true ? `, ${run.moved} messages moved` : "";
  console.log(
    `${world.name}: ${run.operations} sections equal, ${run.full} refusals when full${moved}, ` +
      `${run.older} messages deleted by an older receipt`,
  );
  for (const [kind, count] of run.told) told?.set(kind, count);
}
