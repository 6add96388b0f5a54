/**
 * A broker under a random load on a disk that may crash at any of its calls. One life is lived to its end; at
 * calls that are chosen the disk is kept as a crash would leave it, and the course as it was: an image, to be judged
 * (judging.ts). All of it follows from a seed.
 */
import { vi } from "vitest";
import type { Broker } from "../../../../engine/broker/broker.ts";
import { VirtualClock } from "../../../../engine/clock.ts";
import { PAGE_BYTES } from "../../../../engine/journal/format.ts";
import type { Journal } from "../../../../engine/journal/journal.ts";
import { type Call, SimulatedDisk } from "../../../journal/simulatedDisk.ts";
import { Seeded } from "../../../support/seeded.ts";
import { Course, Recorder } from "./course.ts";
import { type Inside, type Keeping, openDriven, type Sizes } from "./driven.ts";
import { Letters, type Moment } from "./letters.ts";
import { type Held, Load } from "./load.ts";

/** How a life is lived. */
export interface Plan {
  readonly seed: number;
  readonly steps: number;
  readonly keeping: Keeping;
  /** The chance that a call of the disk is where an image is taken. */
  readonly crashes: number;
}

type End = "power" | "kill";

/** What must be there: the log up to a position, and so many acknowledgements. */
interface Sure {
  readonly floor: number;
  readonly acked: number;
}

/** What a crash leaves, and what is known of the time before it. */
export interface Image extends Moment {
  readonly name: string;
  readonly disk: SimulatedDisk;
  readonly end: End;
  /** After a crash of either kind. */
  readonly sure: Readonly<Record<End, Sure>>;
  readonly nowMs: number;
  readonly plan: Plan;
  readonly course: Course;
  readonly letters: Letters;
  readonly held: readonly Held[];
}

/** What a life begins with. */
export interface Origin {
  readonly disk: SimulatedDisk;
  readonly course: Course;
  readonly letters: Letters;
  readonly held: readonly Held[];
  readonly nowMs: number;
  readonly name: string;
  /** The crash before it. */
  readonly image?: Image;
}

export interface Life {
  readonly images: Image[];
  readonly calls: number;
  readonly problems: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly cleaned: number;
}

const START_MS = 1_700_000_000_000;

/** So many calls come while the journal sleeps, if none of them rings. */
const STEPS_MAX = 10;

export function sizesOf(batchPages: number): Sizes {
  const segmentBytes = 8 * PAGE_BYTES;
  return { segmentBytes, batchBytes: batchPages * PAGE_BYTES - 64, lowBytes: 2 * segmentBytes };
}

export function emptyOrigin(seed: number): Origin {
  const disk = new SimulatedDisk(new Seeded(seed));
  const name = `seed ${seed}`;
  return { disk, course: new Course(), letters: new Letters(), held: [], nowMs: START_MS, name };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The machine's count of milliseconds as the journal reads it: it goes on where a life says so. */
class Elapsed implements Disposable {
  nowMs = 1_000;
  readonly #spy = vi.spyOn(performance, "now").mockImplementation(() => this.nowMs);

  [Symbol.dispose](): void {
    this.#spy.mockRestore();
  }
}

/** What is sure of a crash that came before all was recovered from another one. */
function sureAfter({ end, sure }: Image): Image["sure"] {
  return end === "kill" ? sure : { power: sure.power, kill: sure.power };
}

/** One life, from the recovery to the close, with images of crashes in it. */
class Living {
  readonly #plan: Plan;
  readonly #origin: Origin;
  readonly #random: Seeded;
  readonly #fate: Seeded;
  readonly #clock: VirtualClock;
  readonly #elapsed: Elapsed;
  readonly #recorder: Recorder;
  readonly #images: Image[] = [];
  #stepsLeft: number;
  #load: Load | undefined;
  #closing: Promise<void> | undefined;
  #journal: Journal | undefined;
  #calls = 0;
  #cleaned = 0;
  #broker: Broker | undefined;
  /** All is recovered. */
  #isReady = false;
  /** It was closed, and all is on the disk. */
  #isOver = false;
  readonly #ended: Promise<void>;
  #onEnd: () => void = () => {};

  constructor(plan: Plan, origin: Origin, recorder: Recorder, elapsed: Elapsed) {
    this.#plan = plan;
    this.#origin = origin;
    this.#random = new Seeded(plan.seed);
    this.#fate = new Seeded(plan.seed + 1);
    this.#clock = new VirtualClock(origin.nowMs);
    this.#elapsed = elapsed;
    this.#recorder = recorder;
    this.#stepsLeft = plan.steps;
    this.#ended = new Promise((resolve) => {
      this.#onEnd = resolve;
    });
  }

  async live(): Promise<Life> {
    const { disk, course } = this.#origin;
    const { keeping } = this.#plan;
    const recorder = this.#recorder;
    disk.onCall = (call) => this.#onCall(call);
    const broker = await openDriven(disk, keeping, this.#clock, {
      onStart: (inside) => {
        recorder.inside = inside;
      },
      onJournal: (journal) => {
        this.#journal = journal;
        recorder.journal = journal;
      },
      onReady: () => this.#onReady(),
      onWrite: () => recorder.onWrite(),
      onEnd: () => this.#onEnd(),
      pace: () => this.#pace(),
      sleep: (seen) => this.#sleep(seen),
    });
    this.#begin(broker);
    await this.#ended;
    if (this.#closing === undefined) course.problems.push("the journal ended by itself");
    await this.#closing;
    disk.onCall = () => {};
    this.#isOver = true;
    const { problems } = course;
    const { calls } = this.#load as Load;
    await turn();
    if (calls.pending > 0) problems.push(`${calls.pending} calls have no answer`);
    if (disk.openFiles > 0) problems.push(`${disk.openFiles} files are open`);
    this.#image("end", "power");
    return {
      ...{ images: this.#images, calls: this.#calls, problems, counts: calls.counts },
      cleaned: this.#cleaned,
    };
  }

  #begin(broker: Broker): void {
    const { course, letters, held } = this.#origin;
    const { isRelaxed, sizes } = this.#plan.keeping;
    const inside = this.#recorder.inside as Inside;
    this.#recorder.broker = broker;
    const longBytes = Math.floor(sizes.batchBytes / 3);
    this.#load = new Load(
      { broker, inside, clock: this.#clock, course, letters, held, isRelaxed, longBytes },
      this.#random,
    );
    this.#broker = broker;
  }

  /** From now on calls are served: what was recovered must not go any more. */
  #onReady(): void {
    const { course } = this.#origin;
    const durable = this.#journal?.durable ?? 0;
    course.powerFloor = Math.max(course.powerFloor, durable);
    course.killFloor = Math.max(course.killFloor, durable);
    this.#isReady = true;
  }

  #onCall(call: Call): void {
    this.#calls += 1;
    if (call === "unlink") this.#cleaned += 1;
    const random = this.#fate;
    if (!random.chance(this.#plan.crashes)) return;
    this.#image(
      `call ${this.#calls}, ${call}`,
      random.pick<End>(["power", "power", "power", "kill"]),
    );
  }

  #image(what: string, end: End): void {
    const { disk, course, letters, name, image } = this.#origin;
    const fate = this.#fate;
    const next = new Seeded(fate.between(0, 2 ** 31));
    // Until all is recovered it is as before.
    const isBefore = !this.#isReady && image !== undefined;
    const { asked } = isBefore ? image : course;
    const sure = isBefore ? sureAfter(image) : this.#sure();
    this.#images.push({
      name: `${name}, ${what}, ${end}`,
      disk: end === "kill" ? disk.copy(next) : disk.restarted(next, fate),
      ...{ end, sure, asked, acked: sure[end].acked, nowMs: this.#clock.nowMs(), course },
      ...{ plan: this.#plan, letters: isBefore ? image.letters : letters },
      held: [...(this.#load?.held ?? this.#origin.held)],
    });
  }

  #sure(): Image["sure"] {
    const { powerFloor, killFloor, acked } = this.#origin.course;
    const durable = this.#isReady ? (this.#journal?.durable ?? 0) : 0;
    // What was only written is not known to be there.
    const isLossy = this.#plan.keeping.isRelaxed && !this.#isOver;
    return {
      power: { floor: Math.max(powerFloor, durable), acked: isLossy ? 0 : acked },
      kill: { floor: killFloor, acked },
    };
  }

  /** Before and behind what the journal does others have their turn. */
  async #pace(): Promise<void> {
    const load = this.#load;
    if (load === undefined) return;
    await this.#settle();
    this.#elapsed.nowMs += this.#random.between(0, 30);
    this.#endSyncs(0.4);
    while (this.#closing === undefined && this.#random.chance(0.3)) await this.#step(load);
    await this.#settle();
  }

  async #step(load: Load): Promise<void> {
    if (this.#stepsLeft <= 0) return;
    this.#stepsLeft -= 1;
    await load.step();
  }

  /** Where the journal's thread would sleep: until somebody has called something, or time has passed. */
  async #sleep(seen: number): Promise<boolean> {
    while (this.#load === undefined) await turn();
    const { inside } = this.#recorder;
    const isRung = (): boolean => inside?.doorbell.read() !== seen;
    await this.#settle();
    this.#elapsed.nowMs += this.#random.between(0, 60);
    if (this.#stepsLeft <= 0) {
      this.#close();
      return true;
    }
    if (this.#endSyncs(0.6)) {
      if (this.#random.chance(0.5)) await this.#step(this.#load);
      return true;
    }
    if (this.#random.chance(0.12) && !isRung()) {
      this.#elapsed.nowMs += 100;
      return false;
    }
    for (let steps = 0; steps < STEPS_MAX && !isRung() && this.#stepsLeft > 0; steps++) {
      await this.#step(this.#load);
      await this.#settle();
    }
    return true;
  }

  /** Ends some of the syncs that go on, in any order; whether there were any. */
  #endSyncs(chance: number): boolean {
    const { syncs } = this.#origin.disk;
    for (const sync of syncs) if (this.#random.chance(chance)) sync.end();
    return syncs.length > 0;
  }

  #close(): void {
    this.#closing ??= this.#broker?.close();
  }

  /** Until all have their answer that can have one. */
  async #settle(): Promise<void> {
    const calls = this.#load?.calls;
    for (let turns = 0; turns < 2 || (turns < 50 && calls?.due !== undefined); turns++) {
      await turn();
    }
    if (calls?.due !== undefined) calls.complain(`${calls.due} is not told that it is durable`);
  }
}

/** Lives a life on what an origin has. */
export async function live(plan: Plan, origin: Origin): Promise<Life> {
  using elapsed = new Elapsed();
  using recorder = new Recorder(origin.course);
  return await new Living(plan, origin, recorder, elapsed).live();
}
