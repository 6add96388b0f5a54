/**
 * A memory, its journal on a simulated disk and the cleaning of that, in one thread and step by step, so that a
 * test decides what happens between two steps of the cleaning. What a start would find, now or after a power
 * cut, is asked of the disk at any moment.
 */
import { type MovedSlot, Publisher } from "../../../bindings/index.ts";
import type { QueueHandle } from "../../../bindings/shapes.ts";
import { Cleaner } from "../../../engine/broker/durable/cleaner.ts";
import { Commits } from "../../../engine/broker/durable/commits.ts";
import { FileJournal } from "../../../engine/journal/fileJournal.ts";
import { World } from "../../journal/logWorld.ts";
import { SimulatedDisk } from "../../journal/simulatedDisk.ts";
import { Seeded } from "../../support/seeded.ts";

const SETTINGS = { segmentBytes: 65_536, batchBytes: 32_768, lowBytes: 0 };
const BODY = "x".repeat(1_000);
/** So many segments more than what is true, and the oldest is worth a look. */
const CHURN_SEGMENTS = 6;
/** Nobody else has time pass. */
const TURN_MS = 1;

function nothing(): void {}

/** All that a disk's journal has to say. */
async function partsOf(
  disk: SimulatedDisk,
): Promise<{ journal: FileJournal; parts: Uint8Array[] }> {
  const journal = new FileJournal(disk, SETTINGS);
  const parts: Uint8Array[] = [];
  await journal.replay(({ records }) => parts.push(records.slice()));
  return { journal, parts };
}

export class CleaningScene {
  readonly world: World;
  readonly journal: FileJournal;
  readonly commits: Commits;
  readonly cleaner: Cleaner;
  readonly #disk: SimulatedDisk;
  readonly #work: QueueHandle;

  private constructor(
    world: World,
    journal: FileJournal,
    disk: SimulatedDisk,
    work: QueueHandle,
    moved: readonly MovedSlot[],
  ) {
    this.world = world;
    this.journal = journal;
    this.#disk = disk;
    this.#work = work;
    const { engine, memory } = world;
    const counts = { set: nothing, add: nothing };
    const onTrouble = (error: Error): never => {
      throw error;
    };
    const nowMs = (): number => world.nowMs;
    this.commits = new Commits({
      ...{ engine, journal, counts, nowMs, onTrouble, isRelaxed: false },
      publisher: new Publisher({ memory, thread: engine.thread }),
      catalogue: { isBehind: false, changes: () => never(), freeEnded: () => 0 },
      batchBytes: SETTINGS.batchBytes,
      pause: () => false,
      // A turn ends with its sync, however slow the machine.
      slowSyncMs: Number.POSITIVE_INFINITY,
    });
    this.cleaner = new Cleaner({
      ...{ engine, journal, counts, nowMs, onTrouble, moved, commits: this.commits },
      keeper: { beginCleaning: nothing, restated: () => undefined },
      segmentBytes: SETTINGS.segmentBytes,
    });
  }

  static async open(): Promise<CleaningScene> {
    const world = await World.open();
    const disk = new SimulatedDisk(new Seeded(1));
    const { journal } = await partsOf(disk);
    await journal.begin(world.nowMs);
    return new CleaningScene(world, journal, disk, world.createQueue({}), []);
  }

  /** The next life, of what this one's disk has now; what is not in the log is forgotten. */
  async nextLife(): Promise<CleaningScene> {
    const { catalogue, nowMs } = this.world;
    const disk = this.#disk.inherited(new Seeded(1));
    const { journal, parts } = await partsOf(disk);
    const { world, loaded } = await World.load(parts, catalogue, nowMs);
    await journal.begin(nowMs);
    Object.assign(world, { catalogue });
    const next = new CleaningScene(world, journal, disk, this.#work, loaded.moved);
    await next.commits.beginLife(loaded.conclusions, []);
    return next;
  }

  /** One commit of all that there is. */
  async turn(): Promise<void> {
    this.world.nowMs += TURN_MS;
    this.commits.lookAtAll();
    await this.commits.turn();
    // Lets a time limit come, should a loop of these not end.
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Commits what these queues say, and nothing of the others. */
  async commitOnly(queues: readonly QueueHandle[]): Promise<void> {
    for (const part of this.world.takeAll(queues)) this.journal.append(part);
    await this.journal.commit(this.world.nowMs);
  }

  /** Sends and removes elsewhere, until the log is so much longer. */
  async churn(segments = CHURN_SEGMENTS): Promise<void> {
    const until = this.journal.currentSegment + segments;
    while (this.journal.currentSegment < until) await this.#fill();
  }

  async #fill(): Promise<void> {
    const { world } = this;
    world.send(
      this.#work,
      Array.from({ length: 20 }, () => ({ body: BODY })),
    );
    await this.turn();
    world.remove(this.#work, world.receive(this.#work, 10));
    world.remove(this.#work, world.receive(this.#work, 10));
    await this.turn();
  }

  /** Cleans until one segment more has gone, however long that waits; where it is not worth it yet, the log grows. */
  async cleanOne(): Promise<void> {
    const until = this.journal.oldestSegment + 1;
    while (this.journal.oldestSegment < until) {
      await this.cleaner.step();
      if (this.cleaner.isBusy) await this.turn();
      else await this.#fill();
    }
  }

  /** As many steps as a segment takes that may go, and more. */
  async tryToClean(): Promise<void> {
    for (let step = 0; step < 20; step++) {
      await this.cleaner.step();
      await this.turn();
    }
  }

  /** What a start would find. With a seed: after a power cut. */
  async found(seed?: number): Promise<World> {
    const random = new Seeded(seed ?? 1);
    const disk = seed === undefined ? this.#disk.inherited(random) : this.#disk.restarted(random);
    const { parts } = await partsOf(disk);
    const { world } = await World.load(parts, this.world.catalogue, this.world.nowMs);
    return world;
  }
}

function never(): never {
  throw new Error("These tests have no catalogue.");
}
