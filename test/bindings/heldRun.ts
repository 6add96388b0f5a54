/**
 * What the tests of held messages share: a broker's engine with a Standard and a FIFO queue, messages in
 * the hands of a handler, and what the queue says of them at given times.
 */
import {
  HEADER,
  HEADER_SHARDS_BASE,
  HEADER_SLOTS_BASE,
  HEADER_THREADS_BASE,
  RESULT_APPLIED,
  SHARD_BYTES,
  SHARD_OPERATION,
  SLOT_BYTES,
  SLOT_DUE,
  THREAD_BYTES,
} from "../../assembly/layout.ts";
import { Engine } from "../../bindings/engine.ts";
import { Inbox } from "../../bindings/inbox.ts";
import type { EngineShare, QueueHandle } from "../../bindings/shapes.ts";
import { verify } from "../support/builds.ts";

export const START_MS = 1_700_000_000_000;
/** The visibility timeout of both queues, and what heartbeats extend to. */
export const TIMEOUT_MS = 30_000;
export const KINDS = ["Standard", "FIFO"] as const;
export type Kind = (typeof KINDS)[number];

const settings = {
  visibilityMs: TIMEOUT_MS,
  delayMs: 0,
  retentionMs: 345_600_000,
  maximumBytes: 1_048_576,
  inFlightMax: 0,
};
const fifo = {
  callsMax: 0,
  contentBasedDeduplication: false,
  isGroupScope: true,
  isGroupThroughput: false,
};

/** One thread's engine, which has queues and handlers. */
export class Holder {
  readonly engine: Engine;
  readonly inbox = new Inbox(256);
  /** The whole memory. */
  readonly u32: Uint32Array;
  readonly f64: Float64Array;
  readonly #memory: EngineShare["memory"];
  #ids = 0;

  private constructor(engine: Engine) {
    this.engine = engine;
    const share = engine.share();
    if (share === undefined) throw new Error("no thread left");
    engine.release(share.thread);
    this.#memory = share.memory;
    this.u32 = new Uint32Array(share.memory.buffer);
    this.f64 = new Float64Array(share.memory.buffer);
  }

  /** Checks the whole memory: 0, or the number of what does not hold. */
  verify(): number {
    return verify({ memory: this.#memory, thread: this.engine.thread });
  }

  #header(offset: number): number {
    return this.u32[(HEADER + offset) >> 2] as number;
  }

  /** Sections that this queue has seen. */
  operation({ number }: QueueHandle): number {
    const at = this.#header(HEADER_SHARDS_BASE) + number * SHARD_BYTES + SHARD_OPERATION;
    return this.u32[at >> 2] as number;
  }

  /** Until when the message in that slot is hidden. */
  dueMs(slot: number): number {
    return this.f64[
      (this.#header(HEADER_SLOTS_BASE) + slot * SLOT_BYTES + SLOT_DUE) >> 3
    ] as number;
  }

  /** Where this thread's record begins. */
  get area(): number {
    return this.#header(HEADER_THREADS_BASE) + this.engine.thread * THREAD_BYTES;
  }

  static async open(): Promise<Holder> {
    const sizes = { memoryBytes: 64 * 1_048_576, threadsMax: 4, queuesMax: 8, messagesMax: 10_000 };
    const identity = { secret: new Uint8Array(32).fill(7), epoch: 99, isClockVirtual: false };
    return new Holder(await Engine.open(sizes, identity));
  }

  /** Another thread of the same broker, called from this one. */
  join(): Holder {
    const share = this.engine.share();
    if (share === undefined) throw new Error("no thread left");
    return new Holder(Engine.attach(share));
  }

  create(kind: Kind): QueueHandle {
    const { queues } = this.engine;
    const image = kind === "FIFO" ? { ...settings, fifo } : settings;
    const entryBytes = queues.writeImage(image, new Uint8Array([1]));
    return queues.handle(this.engine.createQueue(queues.catalogueVersion(), entryBytes));
  }

  /** Each in a group of its own, where the queue is FIFO. */
  send(queue: QueueHandle, count: number, now: number): void {
    const { outbox } = this.engine;
    for (let index = 0; index < count; index++) {
      this.#ids++;
      const id = String(this.#ids);
      const plain = {
        attributes: undefined,
        attributesSizeBytes: 0,
        delayMs: -1,
        trace: "",
        sender: "",
      };
      const outgoing = { body: id, bodyBytes: id.length, group: id, deduplication: id, ...plain };
      if (outbox.send(queue, [outgoing], 0, 1, now) !== 1) throw new Error("not sent");
    }
  }

  /** Receives into the inbox; how many. */
  receive(queue: QueueHandle, now: number, most = 256, visibilityMs = -1): number {
    return this.engine.receive(this.inbox, queue, most, visibilityMs, now);
  }

  /** Receives up to so many and publishes them; their records. */
  hold(queue: QueueHandle, now: number, most = 10, visibilityMs = TIMEOUT_MS): number[] {
    const got = this.receive(queue, now, most);
    return Array.from({ length: got }, (_, index) =>
      this.engine.held.publish(this.inbox, index, queue.incarnation, visibilityMs),
    );
  }

  /** Visible and in flight at that moment: timers that are due have fired. */
  count(queue: QueueHandle, now: number): { visible: number; inFlight: number } {
    const { visible, inFlight } = this.engine.count(queue, now) ?? {
      visible: Number.NaN,
      inFlight: Number.NaN,
    };
    return { visible, inFlight };
  }

  /** A handler's own change of visibility, delete, or a hide behind heartbeats; the RESULT code. */
  change(queue: QueueHandle, record: number, visibilityMs: number, now: number) {
    this.engine.held.putHandle(0, record);
    this.engine.receipts.putVisibility(0, visibilityMs);
    this.engine.hide(queue, 1, now);
    return this.engine.receipts.result(0);
  }

  changeHeld(queue: QueueHandle, record: number, ms: number, now: number) {
    this.engine.held.putHeld(0, record, ms);
    this.engine.hide(queue, 1, now);
    return this.engine.receipts.result(0);
  }

  delete(queue: QueueHandle, record: number, now: number): void {
    this.engine.held.putHandle(0, record);
    this.engine.remove(queue, 1, now);
    if (this.engine.receipts.result(0) !== RESULT_APPLIED) throw new Error("not deleted");
  }
}
