/**
 * What commits say to whom, and when: in one thread, turn by turn, over a simulated disk, so that what has been
 * told when a sync begins is seen in that moment. What waits for it, by verbs: waiting.test.ts.
 */
import { describe, expect, test } from "vitest";
import * as layout from "../../../assembly/layout.ts";
import { Publisher } from "../../../bindings/index.ts";
import type { QueueHandle } from "../../../bindings/shapes.ts";
import { type CatalogueChanges, Commits } from "../../../engine/broker/durable/commits.ts";
import { FileJournal } from "../../../engine/journal/fileJournal.ts";
import { bodiesOf, kinds, reload } from "../../journal/logScene.ts";
import { World } from "../../journal/logWorld.ts";
import { SimulatedDisk } from "../../journal/simulatedDisk.ts";
import { Seeded } from "../../support/seeded.ts";

const SIZES = { segmentBytes: 65_536, batchBytes: 16_384, lowBytes: 0 };

function nothing(): void {}

interface How {
  readonly isRelaxed?: boolean;
  /** Whether syncs go on beside what follows. */
  readonly isBeside?: boolean;
}

class Scene {
  readonly world: World;
  readonly queue: QueueHandle;
  readonly disk: SimulatedDisk;
  readonly journal: FileJournal;
  readonly commits: Commits;
  /** What the catalogue has to say, once. */
  changes: (() => CatalogueChanges) | undefined;
  freeEnded: () => number = () => 0;

  private constructor(world: World, disk: SimulatedDisk, journal: FileJournal, how: How) {
    const { engine, memory } = world;
    this.world = world;
    this.disk = disk;
    this.journal = journal;
    this.queue = world.createQueue({});
    const scene = this;
    this.commits = new Commits({
      ...{ engine, journal, counts: { set: nothing, add: nothing }, onTrouble: nothing },
      publisher: new Publisher({ memory, thread: engine.thread }),
      catalogue: {
        get isBehind() {
          return scene.changes !== undefined;
        },
        changes: () => scene.#take(),
        freeEnded: () => scene.freeEnded(),
      },
      isRelaxed: how.isRelaxed ?? false,
      batchBytes: SIZES.batchBytes,
      slowSyncMs: how.isBeside === true ? 0 : Number.POSITIVE_INFINITY,
      nowMs: () => world.nowMs,
      pause: () => false,
    });
  }

  static async open(how: How = {}): Promise<Scene> {
    const world = await World.open();
    const disk = new SimulatedDisk(new Seeded(1));
    const journal = new FileJournal(disk, SIZES);
    await journal.replay(nothing);
    await journal.begin(world.nowMs);
    return new Scene(world, disk, journal, how);
  }

  #take(): CatalogueChanges {
    const { changes } = this;
    this.changes = undefined;
    if (changes === undefined) throw new Error("nothing has changed");
    return changes();
  }

  send(body: string): void {
    this.world.send(this.queue, [{ body }]);
  }

  async turn(): Promise<void> {
    this.commits.lookAtAll();
    await this.commits.turn();
  }

  /** How far the queue is, and how far it is said to be. */
  get operation(): number {
    return this.world.engine.durable.operation(this.queue.number);
  }

  get told(): number {
    return this.world.engine.durable.durableOperation(this.queue.number);
  }

  /** What `ask` answers whenever a sync begins. */
  atSyncs<T>(ask: () => T): T[] {
    const answers: T[] = [];
    this.disk.onCall = (call) => {
      if (call === "sync") answers.push(ask());
    };
    return answers;
  }

  /** The records of each batch that is on the disk. */
  async batches(): Promise<Uint8Array[]> {
    const batches: Uint8Array[] = [];
    const journal = new FileJournal(this.disk.copy(new Seeded(1)), SIZES);
    await journal.replay(({ records }) => batches.push(records.slice()));
    return batches;
  }
}

describe("a queue is said to be as far", () => {
  test("as the commit was whose sync has returned", async () => {
    const scene = await Scene.open();
    scene.send("a");
    const told = scene.atSyncs(() => scene.told);
    await scene.turn();
    expect(told).toEqual([0]);
    expect(scene.told).toBe(scene.operation);
  });

  test("and no further, where later ones go on beside", async () => {
    const scene = await Scene.open({ isBeside: true });
    const { disk } = scene;
    const operations: number[] = [];
    for (const body of ["a", "b"]) {
      scene.send(body);
      operations.push(scene.operation);
      await scene.turn();
      expect(scene.told).toBe(0);
    }
    expect(disk.syncs).toHaveLength(2);
    for (const operation of operations) {
      disk.syncs[0]?.wait();
      await scene.turn();
      expect(scene.told).toBe(operation);
    }
  });

  test("in relaxed durability as is written; a sync that was asked for is told behind it", async () => {
    const scene = await Scene.open({ isRelaxed: true });
    const { durable } = scene.world.engine;
    scene.send("a");
    const ticket = durable.askSync();
    const told = scene.atSyncs(() => [scene.told, durable.isSynced(ticket)]);
    await scene.turn();
    expect(told).toEqual([[scene.operation, false]]);
    expect(durable.isSynced(ticket)).toBe(true);
  });
});

describe("the catalogue", () => {
  /** An entry that is no message's. */
  function entry(kind: number): Uint8Array {
    return Uint8Array.of(8, 0, 0, 0, kind, 0, 0, 0);
  }

  test("ends a queue behind all that it did, and gives its number back behind the sync", async () => {
    const scene = await Scene.open({ isBeside: true });
    const { durable } = scene.world.engine;
    const version = durable.catalogueVersion;
    scene.send("early");
    scene.changes = () => {
      // Somebody else was quicker than the look at the catalogue.
      scene.send("late");
      return { version, first: [entry(64)], last: [entry(65)], ended: [scene.queue.number] };
    };
    const order: string[] = [];
    scene.freeEnded = () => {
      order.push("number is free");
      return 0;
    };
    const told = scene.atSyncs(() => {
      order.push("sync");
      return durable.isCatalogueDurable(version);
    });
    await scene.turn();
    expect(order).toEqual(["sync", "number is free"]);
    expect([...told, durable.isCatalogueDurable(version)]).toEqual([false, true]);
    const batches = await scene.batches();
    const one = ["part", "message", "foreign"];
    expect(kinds(batches)).toEqual([...one, ...one]);
    expect([...(batches.at(-1)?.subarray(-8) ?? [])]).toEqual([...entry(65)]);
  });
});

test("what indexes lost that were rebuilt is said again", async () => {
  const scene = await Scene.open();
  const { world, queue } = scene;
  scene.send("a");
  await scene.turn();
  world.unwritten(queue, () => scene.send("lost"));
  world.exports.rebuild(world.engine.thread, queue.number);
  scene.send("b");
  for (let turn = 0; turn < 3; turn++) await scene.turn();
  const { world: found } = await reload(world, await scene.batches());
  expect(bodiesOf(found, queue)).toEqual(["a", "lost", "b"]);
});

test("each batch says of which queue what follows is", async () => {
  const scene = await Scene.open();
  const entry = new Uint8Array(4_096);
  new DataView(entry.buffer).setUint32(layout.LOG_BYTES, entry.length, true);
  entry[layout.LOG_KIND] = layout.LOG_NODES;
  await scene.commits.stateAll(() => Array(10).fill(entry));
  await scene.journal.commit(scene.world.nowMs);
  const batches = await scene.batches();
  expect(batches.length).toBeGreaterThan(2);
  expect(batches.map((batch) => batch[layout.LOG_KIND])).toEqual(
    batches.map(() => layout.LOG_PART),
  );
});

test.each([false, true])(
  "a life begins with a word of each queue, on the disk before anybody is served (relaxed: %s)",
  async (isRelaxed) => {
    const scene = await Scene.open({ isRelaxed });
    const { world, journal } = scene;
    world.createQueue({});
    await scene.commits.beginLife([], []);
    expect(kinds(await scene.batches())).toEqual(["part", "part"]);
    expect(journal.durable).toBe(journal.appended);
  },
);
