/**
 * A seeded history of all that can happen to Standard and FIFO queues, drained at random moments into
 * parts that are kept; and what must be in a fresh memory of any prefix of them. Each part comes with a
 * picture of its queue at that moment. A memory of a prefix has, in each queue, what its last part's
 * picture shows, less what a later part of another queue says came in there; what departed and came in
 * nowhere is among the arrivals.
 */
import { expect } from "vitest";
import { SLOT_DELAYED, SLOT_READY } from "../../assembly/layout.ts";
import type { Receipt } from "../../bindings/receipts.ts";
import type { QueueHandle } from "../../bindings/shapes.ts";
import type { DepartedItem, LogEntry } from "../../engine/journal/entry.ts";
import { Seeded } from "../support/seeded.ts";
import { said } from "./logScene.ts";
import { type Parcel, type Settings, World } from "./logWorld.ts";
import { type MessagePicture, pictureOf, type QueuePicture } from "./picture.ts";

/** What a queue had said by a moment, and what was in it then. */
export interface Told {
  readonly queue: number;
  readonly bytes: Uint8Array;
  readonly picture: QueuePicture;
  readonly nowMs: number;
  /** How many restarts there were before. */
  readonly life: number;
}

const FIFO = { isFifo: true } as const;
const MOST_RECEIPTS = 300;
const HELD_BACK_MS = 11;

/** Two Standard queues and two FIFO queues; of each kind one is the other's dead-letter queue. */
function makeQueues(world: World): QueueHandle[] {
  const dead = world.createQueue({ visibilityMs: 200 });
  const standard = world.createQueue({ deadLetters: dead, receivesMax: 3, visibilityMs: 300 });
  const deadFifo = world.createQueue({ ...FIFO, visibilityMs: 200 });
  const fifo = world.createQueue({
    ...FIFO,
    deadLetters: deadFifo,
    receivesMax: 3,
    visibilityMs: 300,
  });
  const delayed = world.createQueue({ ...FIFO, delayMs: 400, retentionMs: 60_000 });
  return [dead, standard, deadFifo, fifo, delayed];
}

export class History {
  readonly told: Told[] = [];
  world: World;
  readonly queues: readonly QueueHandle[];
  /** How often what happened. */
  readonly counts: Record<string, number> = {};
  readonly #random: Seeded;
  #receipts: { queue: QueueHandle; receipt: Receipt }[] = [];
  #bodies = 0;
  #life = 0;

  private constructor(world: World, random: Seeded) {
    this.world = world;
    this.#random = random;
    this.queues = makeQueues(world);
  }

  static async begin(seed: number): Promise<History> {
    return new History(await World.open(), new Seeded(seed));
  }

  #settings(queue: QueueHandle): Settings {
    return this.world.catalogue.queues.get(queue) ?? {};
  }

  step(): void {
    const random = this.#random;
    const queue = random.pick(this.queues);
    const choice = random.next();
    if (choice < 0.26) this.#send(queue);
    else if (choice < 0.5) this.#receive(queue);
    else if (choice < 0.68) this.#settle("remove");
    else if (choice < 0.76) this.#settle("hide");
    else if (choice < 0.8) this.#redrive(queue);
    else if (choice < 0.806)
      this.#count("cut", () => this.world.engine.cut(queue, this.world.nowMs));
    else if (choice < 0.9) this.#pass();
    else this.drain(queue);
  }

  #count(what: string, does: () => unknown): void {
    does();
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  #send(queue: QueueHandle): void {
    const random = this.#random;
    const { isFifo = false } = this.#settings(queue);
    const parcels = Array.from({ length: random.between(1, 12) }, (): Parcel => {
      const size = random.chance(0.02) ? random.between(4000, 20_000) : random.between(1, 200);
      const body = `body ${this.#bodies++} `.padEnd(size, "x");
      if (!isFifo) return random.chance(0.2) ? { body, delayMs: random.between(1, 900) } : { body };
      return { body, group: `g${random.between(1, 6)}`, id: `id ${random.between(1, 400)}` };
    });
    this.#count("sent", () => this.world.send(queue, parcels));
  }

  #receive(queue: QueueHandle): void {
    const random = this.#random;
    const { isFifo = false } = this.#settings(queue);
    const attempt = isFifo && random.chance(0.4) ? `attempt ${random.between(1, 30)}` : "";
    const most = attempt === "" ? random.between(1, 20) : random.between(1, 10);
    const visibilityMs = random.chance(0.6) ? -1 : random.pick([0, 50, 5000, 600_000]);
    for (const receipt of this.world.receive(queue, most, visibilityMs, attempt)) {
      this.#receipts.push({ queue, receipt });
      this.counts.received = (this.counts.received ?? 0) + 1;
    }
    while (this.#receipts.length > MOST_RECEIPTS) this.#receipts.shift();
  }

  #settle(how: "remove" | "hide"): void {
    const random = this.#random;
    for (let left = random.between(1, 6); left > 0 && this.#receipts.length > 0; left--) {
      const index = random.between(0, this.#receipts.length - 1);
      const one = this.#receipts[index];
      if (one === undefined) continue;
      if (how === "remove") this.#receipts.splice(index, 1);
      const results =
        how === "remove"
          ? this.world.remove(one.queue, [one.receipt])
          : this.world.hide(one.queue, [one.receipt], random.pick([0, 10, 400, 60_000]));
      this.#count(`${how} ${results[0]}`, () => {});
    }
  }

  #redrive(queue: QueueHandle): void {
    const [dead, standard, deadFifo] = this.queues as [QueueHandle, QueueHandle, QueueHandle];
    const { engine, nowMs } = this.world;
    if (queue === dead || queue === deadFifo) {
      this.#count("redriven", () => engine.moves.redrive(queue, 10, undefined, [], nowMs));
    } else if (queue === standard) {
      this.#count("moved", () => engine.moves.redrive(queue, 3, dead, [], nowMs));
    }
  }

  #pass(): void {
    const random = this.#random;
    this.world.nowMs += random.chance(0.03) ? random.between(0, 70_000) : random.between(0, 120);
    this.world.advance();
  }

  /** What a queue has to say now, and how it looks. */
  drain(queue: QueueHandle): void {
    const { world } = this;
    // What timers and delays do is in no log: they have done it by then in both memories. And what
    // could not depart yet is hidden for a moment, in none either.
    world.nowMs += HELD_BACK_MS;
    world.advance();
    const bytes = world.take(queue.number, this.#random.chance(0.1));
    if (bytes === undefined) return;
    const picture = pictureOf(world, queue.number);
    this.told.push({ queue: queue.number, bytes, picture, nowMs: world.nowMs, life: this.#life });
  }

  drainAll(): void {
    for (const queue of this.queues) this.drain(queue);
  }

  /** The process ends, and its successor goes on with the log alone. */
  async restart(): Promise<void> {
    const { catalogue, nowMs } = this.world;
    const parts = this.told.map(({ bytes }) => bytes);
    const { world, loaded } = await World.load(parts, catalogue, nowMs);
    const former = this.world;
    const isMeant = ({ queue }: { queue: QueueHandle }) => this.queues.includes(queue);
    this.#receipts = this.#receipts.filter(isMeant).flatMap(({ queue, receipt }) => {
      const read = world.engine.receipts.read(former.engine.receipts.write(receipt));
      return read === undefined ? [] : [{ queue, receipt: read }];
    });
    this.world = Object.assign(world, { catalogue });
    const life = ++this.#life;
    // What it concluded stands before all else that it says.
    let before: readonly Uint8Array[] = loaded.conclusions;
    for (const { number } of this.queues) {
      const head = world.take(number, true);
      if (head === undefined) throw new Error("a new life says so");
      const bytes = Buffer.concat([...before, head]);
      before = [];
      this.told.push({ queue: number, bytes, picture: pictureOf(world, number), nowMs, life });
    }
  }
}

// --- What must be there ----------------------------------------------------------------------------

/** Of one queue, as a prefix has it: slots may be others, and no gauge counts what it cannot know. */
interface Expected {
  readonly messages: readonly MessagePicture[];
  readonly picture: QueuePicture;
}

/** Births that an entry says came in from another queue. */
function arrivedIn(entry: LogEntry): readonly number[] {
  if (entry.kind === "message" && entry.how === "admitted") return [entry.birthBefore];
  return entry.kind === "arrived" ? entry.items.map(({ birthBefore }) => birthBefore) : [];
}

/** Who is between two queues, as one entry of the log after the other has it. */
class OpenMoves {
  readonly births = new Set<number>();
  /** How often one came into a queue before the log said that it left for it. */
  readonly #early = new Map<string, number>();
  /** Incarnation of the queue that the entries are of. */
  #here = 0;

  /** What a life did not say before its end is never said. */
  beginLife(): void {
    this.#early.clear();
  }

  take(entry: LogEntry): void {
    if (entry.kind === "part") this.#here = entry.incarnation;
    if (entry.kind === "departed") for (const item of entry.items) this.#leave(item);
    for (const birth of arrivedIn(entry)) this.#arrive(birth);
  }

  #leave({ birth, targetIncarnation }: DepartedItem): void {
    const move = `${birth} to ${targetIncarnation}`;
    const times = this.#early.get(move) ?? 0;
    if (times === 0) this.births.add(birth);
    else this.#early.set(move, times - 1);
  }

  #arrive(birth: number): void {
    if (this.births.delete(birth)) return;
    const move = `${birth} to ${this.#here}`;
    this.#early.set(move, (this.#early.get(move) ?? 0) + 1);
  }
}

/** Births that left, and are in no queue. */
function openMoves(told: readonly Told[]): Set<number> {
  const moves = new OpenMoves();
  let life = 0;
  for (const part of told) {
    if (part.life !== life) moves.beginLife();
    life = part.life;
    for (const entry of said([part.bytes])) moves.take(entry);
  }
  return moves.births;
}

/** Births that parts of other queues, behind part `index`, say came in there. */
function cameIn(told: readonly Told[], index: number): Set<number> {
  return new Set(said(told.slice(index + 1).map(({ bytes }) => bytes)).flatMap(arrivedIn));
}

function expectedOf(told: readonly Told[], queue: number): Expected | undefined {
  const index = told.findLastIndex((one) => one.queue === queue);
  const last = told[index];
  if (last === undefined) return undefined;
  const came = cameIn(told, index);
  const messages = last.picture.messages.filter(({ birth }) => !came.has(birth));
  return { messages, picture: last.picture };
}

/** Loads a prefix into a fresh memory, where it must be as it was; `twice`: all of it is said again. */
export async function checkPrefix(
  history: History,
  told: readonly Told[],
  twice = false,
): Promise<World> {
  const parts = told.map(({ bytes }) => bytes);
  const { catalogue } = history.world;
  const nowMs = told.at(-1)?.nowMs ?? history.world.nowMs;
  const { world, loaded } = await World.load(
    twice ? [...parts, ...parts] : parts,
    catalogue,
    nowMs,
  );
  expect(world.verify()).toBe(0);
  const arrivals = history.queues.flatMap(({ number }) => pictureOf(world, number).arrivals);
  expect(new Set(arrivals)).toEqual(openMoves(told));
  expect(arrivals).toHaveLength(loaded.departed);
  const moved = new Set(loaded.moved.map((row) => `${row.incarnation} ${row.sequence}`));
  for (const queue of history.queues) {
    const expected = expectedOf(told, queue.number);
    const { messages, ...rest } = pictureOf(world, queue.number);
    if (expected === undefined) {
      expect(messages).toEqual([]);
      continue;
    }
    const { isFifo = false, delayMs = 0 } = catalogue.queues.get(queue) ?? {};
    const heldMs = isFifo ? delayMs : undefined;
    expectMessages(messages, expected.messages, (picture) => {
      const isElsewhere = moved.has(`${queue.incarnation} ${picture.sequence}`);
      return { ...seenAt(picture, heldMs, nowMs), slot: isElsewhere ? 0 : picture.slot };
    });
    expect(rest.totals).toEqual(expected.picture.totals);
    expect(rest.purgeSequence).toBe(expected.picture.purgeSequence);
    const isRemembered = (row: string, word: number) =>
      Number(row.split(" ")[word]) + 300_000 > nowMs;
    const { nodes, attempts } = expected.picture;
    expect(rest.nodes).toEqual(nodes.filter((row) => isRemembered(row, 3)));
    expect(rest.attempts).toEqual(attempts.filter((row) => isRemembered(row, 2)));
  }
  return world;
}

/**
 * As it is at a moment, whether its timer, or the delay of its FIFO queue (`heldMs`), has made it so yet
 * or not: neither is in the log.
 */
function seenAt(
  picture: MessagePicture,
  heldMs: number | undefined,
  nowMs: number,
): MessagePicture {
  const { dueMs, sentAtMs, state } = picture;
  const isHeld = heldMs !== undefined && state === SLOT_DELAYED && sentAtMs + heldMs > nowMs;
  const isHidden = dueMs > nowMs;
  return isHeld || isHidden ? picture : { ...picture, state: SLOT_READY, dueMs: 0 };
}

function expectMessages(
  messages: readonly MessagePicture[],
  expected: readonly MessagePicture[],
  plain: (picture: MessagePicture) => MessagePicture,
): void {
  expect(messages.map(plain)).toEqual(expected.map(plain));
}
