/**
 * The engine as one thread sees it: the compiled module on the shared memory, with this thread's
 * number in every call. One object a thread (`open` makes the memory, `attach` joins it); its own
 * thread only. Counts are 0 or more, what is below 0 is one of the STATUS codes. Nothing here reads a
 * clock or throws for what a queue may answer.
 */
import {
  BATCH_MAX,
  HEADER,
  HEADER_CLOCK_MODE,
  HEADER_OWNER_STATE,
  HEADER_OWNER_THREAD,
  HEADER_WANTED,
  OWNER_OPEN,
  ROLE_STEWARD,
  THREAD_OUT_DELAYED,
  THREAD_OUT_IN_FLIGHT,
  THREAD_OUT_OLDEST_SENT_AT,
  THREAD_OUT_VISIBLE,
  THREAD_STAGING,
} from "../assembly/layout.ts";
import { type Beside, besideOf } from "./beside.ts";
import { Descriptors } from "./descriptors.ts";
import { Doorbell } from "./doorbell.ts";
import { Drain } from "./drain.ts";
import { Durable } from "./durable.ts";
import { Effects } from "./effects.ts";
import type { EngineExports } from "./exports.ts";
import { guarded, type TrapTeller } from "./guard.ts";
import { Held } from "./held.ts";
import { Identity } from "./identity.ts";
import type { Inbox } from "./inbox.ts";
import { Load } from "./load.ts";
import { checkMemory, createMemory, pagesBeside, pagesOf } from "./memory.ts";
import { type Instance, instantiate, loadModule } from "./module.ts";
import { Moves } from "./moves.ts";
import { Outbox } from "./outbox.ts";
import { Peeks } from "./peeks.ts";
import { type Receipt, Receipts } from "./receipts.ts";
import { Registry } from "./registry.ts";
import { Resident } from "./resident.ts";
import { Runners } from "./runners.ts";
import type {
  EngineCounts,
  EngineIdentity,
  EngineShare,
  EngineSizes,
  QueueHandle,
} from "./shapes.ts";
import { Timebase } from "./timebase.ts";
import { Tokens } from "./tokens.ts";
import { type Area, threadArea, Views } from "./views.ts";
import type { WasmMemory, WasmModule } from "./webassembly.ts";

/** How long to wait for a number that is about to come back. */
const RETURN_MS = 100;
const OWNER_STATE = (HEADER + HEADER_OWNER_STATE) >> 2;

export class Engine {
  readonly thread: number;
  readonly outbox: Outbox;
  readonly receipts: Receipts;
  readonly held: Held;
  readonly moves: Moves;
  readonly peeks: Peeks;
  readonly queues: Descriptors;
  readonly doorbell: Doorbell;
  readonly runners: Runners;
  readonly registry: Registry;
  readonly time: Timebase;
  readonly identity: Identity;
  readonly drain: Drain;
  readonly load: Load;
  readonly durable: Durable;
  readonly effects: Effects;
  readonly #module: WasmModule;
  readonly #memory: WasmMemory;
  readonly #exports: EngineExports;
  readonly #views: Views;
  readonly #area: Area;
  readonly #resident: Resident;

  private constructor({ module, memory, exports }: Instance, views: Views, thread: number) {
    this.thread = thread;
    this.#module = module;
    this.#memory = memory;
    this.#exports = exports;
    this.#views = views;
    this.#area = threadArea(views, thread);
    this.#resident = new Resident(this.#exports, thread, this.#area);
    this.peeks = new Peeks(this.#exports, thread, this.#area, this.#resident);
    this.outbox = new Outbox(this.#exports, thread, this.#area);
    this.receipts = new Receipts(this.#exports, thread, this.#area, views);
    this.held = new Held(views, thread, this.#area);
    this.moves = new Moves(this.#exports, thread, this.#area);
    this.queues = new Descriptors(views, this.#area);
    this.doorbell = new Doorbell(views, thread);
    this.runners = new Runners(views, thread);
    this.registry = new Registry(memory);
    this.time = new Timebase(views);
    this.identity = new Identity(views);
    this.drain = new Drain(this.#exports, thread, this.#area, views);
    this.load = new Load(this.#exports, thread, this.#area, views, this.queues);
    this.durable = new Durable(views, thread);
    this.effects = new Effects(this.#exports, thread, this.#area, views);
  }

  /** A new memory with this thread attached. Throws a RangeError when the sizes don't go together. */
  static async open(
    sizes: EngineSizes,
    identity: EngineIdentity,
    build?: WasmModule,
    tell?: TrapTeller,
  ): Promise<Engine> {
    const { threadsMax, queuesMax, messagesMax } = sizes;
    const module = build ?? (await loadModule());
    const pages = pagesOf(sizes.memoryBytes);
    const beside = pagesBeside(pages, sizes.besideBytes ?? 0);
    const instance = instantiate(module, createMemory(pages + beside));
    if (instance.exports.memoryInit(pages, threadsMax, queuesMax, messagesMax) < 0) {
      throw new RangeError(
        `${sizes.memoryBytes} bytes of memory do not hold the records of ${threadsMax} threads, ` +
          `${queuesMax} queues and ${messagesMax} messages with 1 MiB left for what they carry.`,
      );
    }
    const views = new Views(instance.memory.buffer);
    new Identity(views).adopt(identity);
    views.u32[(HEADER + HEADER_CLOCK_MODE) >> 2] = identity.isClockVirtual ? 1 : 0;
    const thread = instance.exports.threadAttach(0);
    views.u32[(HEADER + HEADER_OWNER_THREAD) >> 2] = thread;
    Atomics.store(views.i32, OWNER_STATE, OWNER_OPEN);
    return new Engine(guarded(instance, thread, tell), views, thread);
  }

  /** What lies behind the memory that the engine uses; undefined: nothing. */
  beside(): Beside | undefined {
    return besideOf(this.#exports, this.#views, this.#memory);
  }

  /** Joins a memory that another thread opened, under the number it was given there. */
  static attach({ module, memory, thread }: EngineShare, tell?: TrapTeller): Engine {
    checkMemory(memory);
    const instance = guarded(instantiate(module, memory), thread, tell);
    return new Engine(instance, new Views(memory.buffer), thread);
  }

  /**
   * Takes a number for one more thread (`isSteward`: it runs nobody's code); undefined when all are
   * taken, after up to 100 ms if one is about to come back. `release` gives it back.
   */
  share(isSteward = false): EngineShare | undefined {
    for (let turn = 0; ; turn++) {
      // Asked first, since it may come back between the two.
      const isSoonBack = turn < RETURN_MS && this.registry.isAnyDead;
      const thread = this.#exports.threadAttach(isSteward ? ROLE_STEWARD : 0);
      if (thread >= 0) return { module: this.#module, memory: this.#memory, thread };
      if (!isSoonBack) return undefined;
      this.doorbell.sleep(this.doorbell.read(), 1);
    }
  }

  /**
   * This thread calls no more, though it may live on. Its number comes back when the steward has
   * released it; a wait that it began on the doorbell has ended by then.
   */
  leave(): void {
    this.doorbell.ringSelf();
    this.registry.markDead(this.thread);
  }

  /** A thread left in order: what it kept in stock goes back. It must not call any more. */
  release(thread: number): void {
    this.#exports.threadDetach(thread);
  }

  /** A thread died: what it held is put right. The steward's alone. */
  recover(thread: number): void {
    this.#exports.threadDied(this.thread, thread);
  }

  /**
   * Another thread had this number before and ended in the middle of anything: its locks are made
   * again and given back, what it had in its hands is free, all who wait look again.
   */
  succeed(): void {
    this.#exports.threadTrapped(this.thread);
  }

  // --- The broker's life ------------------------------------------------------------------------

  /** One of the OWNER codes. */
  get ownerState(): number {
    return this.#views.i32[OWNER_STATE] as number;
  }

  /** Says that the opener closed or is gone; the first to say so is right. */
  endOwner(state: number): void {
    Atomics.compareExchange(this.#views.i32, OWNER_STATE, OWNER_OPEN, state);
  }

  // --- Messages ---------------------------------------------------------------------------------

  /**
   * Claims up to `max` messages into `inbox`; how many, or a status. With an `attempt` (FIFO; 1 to 128
   * ASCII characters) at most ten: repeated with the same one within five minutes it brings the same
   * messages, or STATUS_STALE when one of those was deleted, hidden for another time or received by
   * somebody else meanwhile.
   */
  receive(
    inbox: Inbox,
    { number, incarnation }: QueueHandle,
    max: number,
    visibilityMs: number,
    now: number,
    attempt = "",
  ): number {
    this.#resident.makeRoom(inbox);
    const exports = this.#exports;
    let count: number;
    if (attempt === "") {
      count = exports.receive(this.thread, number, incarnation, max, visibilityMs, now);
    } else {
      const { thread } = this;
      const bytes = this.#area.text.latin1Write(attempt, THREAD_STAGING, attempt.length);
      count = exports.receiveAttempt(thread, number, incarnation, max, visibilityMs, bytes, now);
    }
    return this.#resident.bring(inbox, count);
  }

  /**
   * A call of one of the ACTION codes to a FIFO queue, that names `count` messages (ten at most): by
   * `outbox.putGroups` or in handle records 0 to count - 1. Answers 0 when the queue's rate lets it
   * through, else in how many milliseconds it could, or a status.
   */
  throttle(queue: QueueHandle, action: number, count: number, now: number): number {
    const { number, incarnation } = queue;
    return this.#exports.throttle(this.thread, number, incarnation, action, count, now);
  }

  /** Deletes handle records 0 to count - 1; how many were still there to delete, or a status. */
  remove({ number, incarnation }: QueueHandle, count: number, now: number): number {
    return this.#exports.remove(this.thread, number, incarnation, count, now);
  }

  /** Changes the visibility of handle records 0 to count - 1; how many, or a status. */
  hide({ number, incarnation }: QueueHandle, count: number, now: number): number {
    return this.#exports.hide(this.thread, number, incarnation, count, now);
  }

  /** Extends what is held and has run for a third of its time; when to call again, infinity: never. */
  heartbeat(now: number): number {
    return this.#exports.heartbeat(this.thread, now);
  }

  /**
   * Whether the message of a receipt in handle record `record`, which a `remove` or `hide` of its FIFO
   * queue has just found gone, lives on in another queue.
   */
  hasMoved(queue: number, record: number, receipt: Receipt, now: number): boolean {
    const { birthLow, birthHigh } = receipt;
    return this.#exports.hasMoved(this.thread, queue, record, birthLow, birthHigh, now) === 1;
  }

  /** Deletes the messages from..to-1 of an inbox; how many were still there, or a status. */
  removeMessages(inbox: Inbox, from: number, to: number, queue: QueueHandle, now: number): number {
    let removed = 0;
    for (let first = from; first < to; first += BATCH_MAX) {
      const end = Math.min(to, first + BATCH_MAX);
      this.receipts.putMessages(inbox, first, end);
      const status = this.remove(queue, end - first, now);
      if (status < 0) return status;
      removed += status;
    }
    return removed;
  }

  /** A queue's traffic in tokens, from this thread. */
  tokens(queue: QueueHandle): Tokens {
    return new Tokens(this.#exports, this.#area, this.#views, this, this.#resident, queue);
  }

  /** The id of the message that was born with this number, as a UUID's text. Uses staging. */
  messageId(birthLow: number, birthHigh: number): string {
    this.#exports.messageId(this.thread, birthLow, birthHigh);
    const hex = this.#area.text.hexSlice(THREAD_STAGING, THREAD_STAGING + 16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  // --- Queues -----------------------------------------------------------------------------------

  /** Lets time pass for a queue, a bounded piece of it; 0: nothing was due, or a status. */
  advance({ number, incarnation }: QueueHandle, now: number): number {
    return this.#exports.advance(this.thread, number, incarnation, now);
  }

  /** What the queue holds after all that is due has happened; undefined when it is gone. */
  count({ number, incarnation }: QueueHandle, now: number): EngineCounts | undefined {
    if (this.#exports.count(this.thread, number, incarnation, now) < 0) return undefined;
    const { u32, f64 } = this.#area;
    return {
      visible: u32[THREAD_OUT_VISIBLE >> 2] as number,
      inFlight: u32[THREAD_OUT_IN_FLIGHT >> 2] as number,
      delayed: u32[THREAD_OUT_DELAYED >> 2] as number,
      oldestSentAtMs: f64[THREAD_OUT_OLDEST_SENT_AT >> 3] as number,
    };
  }

  countEmptyReceive(queue: number): void {
    this.#exports.countEmptyReceive(queue);
  }

  /** Raised whenever some thread finds memory full. */
  get wanted(): number {
    return this.#views.header(HEADER_WANTED);
  }

  /** Gives back what this thread has in stock, when some thread found memory full since. */
  answerWant(): void {
    this.#exports.answerWant(this.thread);
  }

  /** Ends all that was sent up to now; 0 or a status. */
  cut({ number, incarnation }: QueueHandle, now: number): number {
    return this.#exports.cut(this.thread, number, incarnation, now);
  }

  /** Frees up to `steps` dead messages, and a deleted queue's descriptor behind the last; how many. */
  reclaim(queue: number, steps: number): number {
    return this.#exports.reclaim(this.thread, queue, steps);
  }

  /** Makes the queue whose image and entry lie in staging; its number, or a status. */
  createQueue(version: number, entryBytes: number): number {
    return this.#exports.catalogueCreate(this.thread, version, entryBytes);
  }

  /** Gives a queue the image and entry in staging; 0 or a status. */
  changeQueue(version: number, queue: QueueHandle, entryBytes: number): number {
    const { number, incarnation } = queue;
    return this.#exports.catalogueChange(this.thread, version, number, incarnation, entryBytes);
  }

  deleteQueue(version: number, { number, incarnation }: QueueHandle, now: number): number {
    return this.#exports.catalogueDelete(this.thread, version, number, incarnation, now);
  }

  /** Makes a queue in a fresh memory as a journal has it; 0 or a status. */
  restoreQueue({ number, incarnation }: QueueHandle, image: Uint8Array, entry: Uint8Array): number {
    const bytes = this.queues.putImage(image, entry);
    return this.#exports.catalogueRestore(this.thread, number, incarnation, bytes);
  }

  /** Frees a deleted queue's number when nothing is in it any more; whether it did. The journal's. */
  endQueue(number: number): boolean {
    return this.#exports.catalogueEnd(this.thread, number) === 1;
  }

  /**
   * Copies image and entry of a queue, live or deleted, into staging (Descriptors.takeEntry reads
   * them); the entry's bytes, or a status.
   */
  readEntry(queue: number): number {
    return this.#exports.entryRead(this.thread, queue);
  }

  // --- Waiting ----------------------------------------------------------------------------------

  /** From now on this thread is rung for the queue; then look once more before sleeping. */
  waitBegin(queue: number): void {
    this.#exports.waitBegin(this.thread, queue);
  }

  /** Not any more; another waiter is rung in its stead. */
  waitEnd(queue: number): void {
    this.#exports.waitEnd(this.thread, queue);
  }

  /** True when this thread was rung for the queue since it last asked. */
  takeDirty(queue: number): boolean {
    return this.#exports.takeDirty(this.thread, queue) !== 0;
  }

  /**
   * This thread will look again at `dueMs`; whoever arms an earlier timer rings. Then read when the
   * queue's next timer is due: one that was armed just before did not know.
   */
  watch(queue: number, dueMs: number): void {
    this.#exports.watch(queue, dueMs);
    this.doorbell.fence();
  }

  wake(queue: number): void {
    this.#exports.wake(queue);
  }

  wakeAll(queue: number): void {
    this.#exports.wakeAll(queue);
  }
}
