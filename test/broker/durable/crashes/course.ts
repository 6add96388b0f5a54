/**
 * What happened to a broker with a journal, over all of its lives, as far as its log has it: each part that its
 * journal's thread took of a queue, with a picture of the queue at that moment; each list of queues; where in the log
 * they end; and what was asked and acknowledged meanwhile. A crash leaves a prefix of the log, so it leaves the
 * state of that prefix (expected.ts), and one that has all that was acknowledged.
 */
import { vi } from "vitest";
import { Drain, type Part as DrainedPart } from "../../../../bindings/drain.ts";
import { Publisher } from "../../../../bindings/publisher.ts";
import type { Broker } from "../../../../engine/broker/broker.ts";
import type { Known } from "../../../../engine/broker/catalogue/catalogue.ts";
import { type Changes, Keeper } from "../../../../engine/broker/kept/keeper.ts";
import { Survey } from "../../../../engine/broker/survey.ts";
import { entriesOf } from "../../../../engine/journal/entries.ts";
import type { Journal } from "../../../../engine/journal/journal.ts";
import { pictureOf, type QueuePicture } from "../../../journal/picture.ts";
import type { Inside } from "./driven.ts";

/** A message that left a queue for another one. */
export interface Departure {
  readonly birth: number;
  readonly from: number;
  readonly to: number;
}

/** What a queue had to say, and how it was then. */
export interface Part {
  readonly life: number;
  readonly incarnation: number;
  readonly operation: number;
  readonly isShort: boolean;
  readonly picture: QueuePicture;
  readonly left: readonly Departure[];
  /** Births of what came in, as they were before. */
  readonly came: readonly number[];
  /** Positions in the log. */
  readonly begin: number;
  end: number;
}

/** Which queues there were, by name. */
export interface Listing {
  readonly life: number;
  readonly version: number;
  readonly queues: ReadonlyMap<string, Known>;
  readonly begin: number;
  end: number;
}

/** Something that was asked of the broker. */
export class Op {
  readonly what: string;
  readonly index: number;
  /** The how many-th acknowledgement was its own. */
  acked = Number.POSITIVE_INFINITY;
  /** Queues that it waits for: incarnation, and how many sections it had then. */
  readonly waits: (readonly [incarnation: number, operation: number])[] = [];
  /** The version of the catalogue that it waits for. */
  version: number | undefined;

  constructor(what: string, index: number) {
    this.what = what;
    this.index = index;
  }
}

/** What was acknowledged before all else. */
export const BEFORE: Op = Object.assign(new Op("a former life", -1), { acked: -1 });

function bornOf({ bytes, incarnation }: DrainedPart): Pick<Part, "left" | "came"> {
  const left: Departure[] = [];
  const came: number[] = [];
  for (const entry of entriesOf(bytes)) {
    if (entry.kind === "message" && entry.how === "admitted") came.push(entry.birthBefore);
    if (entry.kind === "arrived") came.push(...entry.items.map(({ birthBefore }) => birthBefore));
    if (entry.kind !== "departed") continue;
    for (const { birth, targetIncarnation } of entry.items) {
      left.push({ birth, from: incarnation, to: targetIncarnation });
    }
  }
  return { left, came };
}

/** All that the catalogue has of queues, by name, in the opener's thread; also while the broker closes. */
export function queuesOf(broker: Broker): Map<string, Known> {
  const queues = Survey.of(broker).queues() as readonly Known[];
  return new Map(queues.map((known) => [known.name, known]));
}

export class Course {
  readonly parts: Part[];
  readonly listings: Listing[];
  readonly life: number;
  /** What is not as it must be, found on the way. */
  readonly problems: string[] = [];
  /** How much was asked and acknowledged. */
  asked = 0;
  acked = 0;
  /** How far the log must reach that a power cut leaves, and one that the death of the process leaves. */
  powerFloor: number;
  killFloor: number;

  /** The course of a next life, which found the log of `former` up to a position. */
  constructor(former?: Course, position = 0) {
    this.parts = former?.parts.filter(({ end }) => end <= position) ?? [];
    this.listings = former?.listings.filter(({ end }) => end <= position) ?? [];
    this.life = (former?.life ?? 0) + 1;
    this.powerFloor = position;
    this.killFloor = position;
  }

  ask(what: string): Op {
    const op = new Op(what, this.asked);
    this.asked += 1;
    return op;
  }

  /** Where what an operation waits for ends in the log must be there from now on. */
  acknowledge(op: Op, isOnlyWritten: boolean): void {
    op.acked = Math.min(op.acked, this.acked);
    this.acked += 1;
    for (const [incarnation, operation] of op.waits) {
      const what = `operation ${operation} of incarnation ${incarnation}`;
      this.#reach(what, this.#endOf(incarnation, operation), !isOnlyWritten);
    }
    if (op.version !== undefined) {
      this.#reach("a change of queues", this.#endOfListing(op.version), !isOnlyWritten);
    }
  }

  #reach(what: string, end: number | undefined, isSynced: boolean): void {
    if (end === undefined || !Number.isFinite(end)) {
      this.problems.push(`${what} was acknowledged, and nobody had appended it`);
      return;
    }
    this.killFloor = Math.max(this.killFloor, end);
    if (isSynced) this.powerFloor = Math.max(this.powerFloor, end);
  }

  #endOf(incarnation: number, operation: number): number | undefined {
    const has = (part: Part): boolean =>
      part.life === this.life && part.incarnation === incarnation && part.operation >= operation;
    const part = this.parts.find(has);
    if (part !== undefined) return part.end;
    // Its queue is gone, and all that it had.
    const last = this.listings.at(-1);
    const isThere = [...(last?.queues.values() ?? [])].some(
      (one) => one.incarnation === incarnation,
    );
    return isThere ? undefined : last?.end;
  }

  #endOfListing(version: number): number | undefined {
    const ofThisLife = this.listings.filter(({ life }) => life === this.life);
    if (ofThisLife.length === 0) return this.powerFloor;
    return ofThisLife.find((listing) => listing.version >= version)?.end;
  }
}

/** Writes down a life's parts and lists while its journal works; one at a time in a process. */
export class Recorder implements Disposable {
  readonly #course: Course;
  readonly #spies: Disposable[] = [];
  #open: (Part | Listing)[] = [];
  #listing: Listing | undefined;
  broker: Broker | undefined;
  inside: Inside | undefined;
  journal: Journal | undefined;

  constructor(course: Course) {
    this.#course = course;
    const { take, taken } = Drain.prototype;
    const { changes } = Keeper.prototype;
    const { publishCatalogue } = Publisher.prototype;
    const begin = (part: DrainedPart): void => this.#begin(part);
    const end = (): void => this.#end();
    const list = (changed: Changes): void => this.#list(changed);
    const listed = (): void => {
      this.#listing = undefined;
    };
    const spies = [
      vi.spyOn(Drain.prototype, "take").mockImplementation(function (this: Drain, queue, always) {
        const part = take.call(this, queue, always);
        if (part !== undefined) begin(part);
        return part;
      }),
      vi.spyOn(Drain.prototype, "taken").mockImplementation(function (this: Drain) {
        end();
        taken.call(this);
      }),
      vi.spyOn(Keeper.prototype, "changes").mockImplementation(function (this: Keeper, nowMs) {
        const changed = changes.call(this, nowMs);
        list(changed);
        return changed;
      }),
      vi.spyOn(Publisher.prototype, "publishCatalogue").mockImplementation(function (
        this: Publisher,
        version,
      ) {
        listed();
        publishCatalogue.call(this, version);
      }),
    ];
    this.#spies.push(...spies.map((spy) => ({ [Symbol.dispose]: () => spy.mockRestore() })));
  }

  [Symbol.dispose](): void {
    for (const spy of this.#spies) spy[Symbol.dispose]();
  }

  get #appended(): number {
    return this.journal?.appended ?? 0;
  }

  #begin(part: DrainedPart): void {
    const { incarnation, operation, isShort, queue } = part;
    const noted: Part = {
      ...{ life: this.#course.life, incarnation, operation, isShort },
      ...{ picture: pictureOf(this.inside as Inside, queue), ...bornOf(part) },
      ...{ begin: this.#appended, end: Number.POSITIVE_INFINITY },
    };
    this.#course.parts.push(noted);
    this.#open.push(noted);
  }

  #end(): void {
    for (const part of this.#open) part.end = this.#appended;
    this.#open = [];
  }

  #list({ version }: Changes): void {
    const queues = queuesOf(this.broker as Broker);
    const { life } = this.#course;
    const begin = this.#appended;
    this.#listing = { life, version, queues, begin, end: Number.POSITIVE_INFINITY };
    this.#course.listings.push(this.#listing);
  }

  /** What was gathered is written next: the last list ends here, or with another write before it is published. */
  onWrite(): void {
    if (this.#listing !== undefined) this.#listing.end = this.#appended;
  }
}
