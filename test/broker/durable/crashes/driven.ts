/**
 * A broker whose journal works in this thread, over a simulated disk, and goes on only where a test lets it: before
 * and behind each call of the journal, and where its thread would sleep. So one process has both sides in
 * a known order, and every run can be had again. For tests that crash (crashing.ts).
 */
import { EventEmitter } from "node:events";
import { receiveMessageOnPort } from "node:worker_threads";
import * as layout from "../../../../assembly/layout.ts";
import { Descriptors } from "../../../../bindings/descriptors.ts";
import { Doorbell } from "../../../../bindings/doorbell.ts";
import { Durable } from "../../../../bindings/durable.ts";
import type { EngineShare } from "../../../../bindings/shapes.ts";
import { threadArea, Views } from "../../../../bindings/views.ts";
import type { WasmMemory } from "../../../../bindings/webassembly.ts";
import { Broker } from "../../../../engine/broker/broker.ts";
import {
  type JournalThread,
  type ThreadData,
  useJournalThread,
} from "../../../../engine/broker/durable/journalStart.ts";
import {
  JournalWork,
  type Order,
  type Recovery,
  type Report,
  type WorkHost,
} from "../../../../engine/broker/durable/journalWork.ts";
import type { VirtualClock } from "../../../../engine/clock.ts";
import { FileJournal } from "../../../../engine/journal/fileJournal.ts";
import type { Journal, Replayed, Room, Visit } from "../../../../engine/journal/journal.ts";
import type { BrokerOptions } from "../../../../engine/types.ts";
import type { Pictured } from "../../../journal/picture.ts";
import type { SimulatedDisk } from "../../../journal/simulatedDisk.ts";
import { verify } from "../../../support/builds.ts";

export interface Sizes {
  readonly segmentBytes: number;
  readonly batchBytes: number;
  readonly lowBytes: number;
}

/** How a broker keeps what it has. */
export interface Keeping {
  readonly sizes: Sizes;
  readonly isRelaxed: boolean;
  /** How long syncs take that overlap: 0: all do; infinity: none. */
  readonly slowSyncMs: number;
}

/** The memory, as only tests look into it. */
export class Inside implements Pictured {
  readonly memory: WasmMemory;
  readonly queues: Descriptors;
  readonly durable: Durable;
  readonly doorbell: Doorbell;
  readonly #views: Views;
  readonly #thread: number;
  readonly #clock: VirtualClock;

  /** @param share the journal's. */
  constructor({ memory, thread }: EngineShare, clock: VirtualClock) {
    this.memory = memory;
    this.#views = new Views(memory.buffer);
    this.#thread = thread;
    this.#clock = clock;
    this.queues = new Descriptors(this.#views, threadArea(this.#views, thread));
    this.durable = new Durable(this.#views, thread);
    this.doorbell = new Doorbell(this.#views, thread);
  }

  get nowMs(): number {
    return this.#clock.nowMs();
  }

  header(offset: number): number {
    return this.#views.header(offset);
  }

  shardAt(queue: number): number {
    return this.header(layout.HEADER_SHARDS_BASE) + queue * layout.SHARD_BYTES;
  }

  isFifo(queue: number): boolean {
    return this.queues.isFifo(queue);
  }

  /** 0, or the number of the first invariant that does not hold. */
  verify(): number {
    return verify({ memory: this.memory, thread: this.#thread });
  }
}

/** What a test decides. */
export interface Hooks {
  /** The journal's thread begins. */
  readonly onStart?: (inside: Inside) => void;
  /** Its journal is there. */
  readonly onJournal?: (journal: Journal) => void;
  /** It was read. */
  readonly onReplay?: (known: Replayed) => void;
  /** All is recovered, and nobody has done anything yet. */
  readonly onReady?: (inside: Inside, recovery: Recovery) => void;
  /** Before and behind what the journal does. */
  readonly pace?: () => Promise<void>;
  /** What gathered is written next. */
  readonly onWrite?: () => void;
  /** The journal's work is over, in order or not. */
  readonly onEnd?: () => void;
  /** In place of a sleep: whether somebody rang. Default: until somebody does. */
  readonly sleep?: (seen: number) => Promise<boolean>;
}

async function nothing(): Promise<void> {}

/** A journal that lets others do something before and behind each of its calls. */
class PacedJournal implements Journal {
  readonly #inner: FileJournal;
  readonly #pace: () => Promise<void>;
  readonly #hooks: Hooks;
  /** As of the close. */
  #durable: number | undefined;

  constructor(inner: FileJournal, hooks: Hooks) {
    this.#inner = inner;
    this.#pace = hooks.pace ?? nothing;
    this.#hooks = hooks;
  }

  async replay(visit: Visit): Promise<Replayed> {
    const known = await this.#inner.replay(visit);
    this.#hooks.onReplay?.(known);
    return known;
  }

  begin(nowMs: number): Promise<void> {
    return this.#inner.begin(nowMs);
  }

  append(records: Uint8Array): number {
    return this.#inner.append(records);
  }

  get gatherRoom(): number {
    return this.#inner.gatherRoom;
  }

  get appended(): number {
    return this.#inner.appended;
  }

  get written(): number {
    return this.#inner.written;
  }

  get durable(): number {
    return this.#durable ?? this.#inner.durable;
  }

  get diskBytes(): number {
    return this.#inner.diskBytes;
  }

  get reserveBytes(): number {
    return this.#inner.reserveBytes;
  }

  get heldBytes(): number {
    return this.#inner.heldBytes;
  }

  async write(nowMs: number): Promise<void> {
    await this.#pace();
    this.#hooks.onWrite?.();
    await this.#inner.write(nowMs);
  }

  async sync(): Promise<void> {
    await this.#pace();
    await this.#inner.sync();
    await this.#pace();
  }

  beginSync(): boolean {
    return this.#inner.beginSync();
  }

  settle(): void {
    this.#inner.settle();
  }

  async commit(nowMs: number): Promise<void> {
    await this.write(nowMs);
    await this.sync();
  }

  async mark(nowMs: number): Promise<void> {
    await this.#pace();
    this.#hooks.onWrite?.();
    await this.#inner.mark(nowMs);
  }

  discardBefore(segment: number): void {
    this.#inner.discardBefore(segment);
  }

  async clean(): Promise<number> {
    await this.#pace();
    return this.#inner.clean();
  }

  get oldestSegment(): number {
    return this.#inner.oldestSegment;
  }

  get currentSegment(): number {
    return this.#inner.currentSegment;
  }

  async read(segment: number, visit: Visit, bytes: number): Promise<boolean> {
    await this.#pace();
    return this.#inner.read(segment, visit, bytes);
  }

  get room(): Room {
    return this.#inner.room;
  }

  async survey(): Promise<Room> {
    await this.#pace();
    return this.#inner.survey();
  }

  async close(nowMs: number): Promise<void> {
    await this.#pace();
    this.#durable = this.#inner.durable;
    await this.#inner.close(nowMs);
  }
}

class DrivenWork extends JournalWork {
  readonly #sleep: (seen: number) => Promise<boolean>;

  constructor(host: WorkHost, sleep: (seen: number) => Promise<boolean>) {
    super(host);
    this.#sleep = sleep;
  }

  protected override sleep(seen: number): Promise<boolean> {
    return this.#sleep(seen);
  }
}

/** The journal's work in the opener's own thread. */
class DrivenThread extends EventEmitter implements JournalThread {
  constructor(
    { share, settings, orders, watched }: ThreadData,
    disk: SimulatedDisk,
    { sizes, slowSyncMs }: Keeping,
    clock: VirtualClock,
    hooks: Hooks,
  ) {
    super();
    const inside = new Inside(share, clock);
    const rung = async (seen: number): Promise<boolean> => {
      await inside.doorbell.rung(seen);
      return true;
    };
    hooks.onStart?.(inside);
    const openJournal = async (): Promise<Journal> => {
      const journal = new PacedJournal(new FileJournal(disk, sizes), hooks);
      hooks.onJournal?.(journal);
      return journal;
    };
    const tell = (report: Report): void => {
      if (report.kind === "ready") hooks.onReady?.(inside, report);
      this.emit("message", report);
    };
    const takeOrder = (): Order | undefined =>
      (receiveMessageOnPort(orders) as { message: Order } | undefined)?.message;
    const host: WorkHost = {
      ...{ share, settings: { ...settings, ...sizes, slowSyncMs }, openJournal },
      ...{ logBytes: () => 0, tell, takeOrder },
    };
    const work = new DrivenWork(host, hooks.sleep ?? rung);
    void work.run().then(() => {
      orders.close();
      watched.close();
      this.emit("exit", 0);
      hooks.onEnd?.();
    });
  }

  ref(): void {}

  unref(): void {}
}

const SMALL: BrokerOptions = {
  ...{ memoryBytes: 16 * 1_048_576, messagesMax: 2_000, queuesMax: 16, threadsMax: 4 },
};

/** Opens a broker on what a disk has. Rejects with what keeps it from opening. */
export function openDriven(
  disk: SimulatedDisk,
  keeping: Keeping,
  clock: VirtualClock,
  hooks: Hooks,
): Promise<Broker> {
  const durability = keeping.isRelaxed ? "relaxed" : "always";
  const options: BrokerOptions = { ...SMALL, directory: "/simulated", durability, clock };
  useJournalThread(options, {
    start: (data) => new DrivenThread(data, disk, keeping, clock, hooks),
  });
  return Broker.open(options);
}
