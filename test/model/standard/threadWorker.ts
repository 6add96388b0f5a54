/**
 * One thread of test/model/standard/threads.test.ts: sends its share of messages, receives, deletes, hides,
 * lets timeouts run out, and records every section it made. Runs from dist/, in a worker thread.
 */
import { parentPort, workerData } from "node:worker_threads";
import { HANDLE_COUNT_ANY } from "../../../assembly/layout.ts";
import { Seeded } from "../../support/seeded.ts";
import { History } from "../history/operations.ts";
import { type QueueNumbers, type Receipt, Sections, type Share } from "../history/sections.ts";

export interface Order {
  readonly share: Share;
  readonly queues: readonly QueueNumbers[];
  readonly seed: number;
  /** How many messages this thread sends. */
  readonly messages: number;
  /** How often a turn sends while there is something left to send. */
  readonly sends: number;
  /** Deleted by all threads together, and how many that are in the end. */
  readonly deleted: Int32Array;
  readonly total: number;
}

export interface Report {
  readonly histories: Float64Array[];
}

const VISIBILITY_MS = [0, 1, 2, 5, 10, 20, 50];

class Turns {
  readonly #order: Order;
  readonly #random: Seeded;
  readonly #sections: Sections;
  readonly #histories: History[];
  readonly #held: Receipt[][];
  #left: number;

  constructor(order: Order) {
    this.#order = order;
    this.#random = new Seeded(order.seed);
    this.#left = order.messages;
    this.#histories = order.queues.map(() => new History());
    this.#held = order.queues.map(() => []);
    this.#sections = new Sections(order.share, (queue, operation) => {
      const index = order.queues.findIndex((numbers) => numbers.queue === queue);
      this.#histories[index]?.add(operation);
    });
  }

  run(): Float64Array[] {
    const { deleted, total, queues } = this.#order;
    while (Atomics.load(deleted, 0) < total) {
      const index = this.#random.between(0, queues.length - 1);
      this.#turn(queues[index] as QueueNumbers, this.#held[index] as Receipt[]);
    }
    return this.#histories.map((history) => history.numbers.slice());
  }

  #turn(queue: QueueNumbers, held: Receipt[]): void {
    const random = this.#random;
    const now = Date.now();
    if (this.#left > 0 && random.chance(this.#order.sends)) this.#send(queue, now);
    const sections = this.#sections;
    while (sections.expire(queue, now) || sections.sweep(queue, now));
    const most = random.between(1, 10);
    held.push(...sections.claim(queue, most, random.pick(VISIBILITY_MS), now));
    if (random.chance(0.1)) this.#hide(queue, held, now);
    // What is kept a while is often received by another meanwhile, and deleted under his hands.
    if (held.length > 40 || random.chance(0.7)) this.#delete(queue, held, now);
  }

  #send(queue: QueueNumbers, now: number): void {
    const random = this.#random;
    const count = Math.min(random.between(1, 10), this.#left);
    const bodies = Array.from({ length: count }, () => random.between(1, 100));
    const delayMs = random.chance(0.9) ? -1 : random.between(1, 30);
    const sent = this.#sections.commit(queue, bodies, delayMs, now);
    if (sent !== count) throw new Error("memory was full");
    this.#left -= sent;
  }

  #hide(queue: QueueNumbers, held: Receipt[], now: number): void {
    const any = this.#random.chance(0.5) ? { count: HANDLE_COUNT_ANY } : {};
    const receipts = held
      .slice(0, this.#random.between(1, 10))
      .map((receipt) => ({ ...receipt, ...any }));
    const ms = receipts.map(() => this.#random.pick(VISIBILITY_MS));
    const knownMs = this.#sections.held.guesses(receipts, this.#random);
    if (receipts.length > 0) this.#sections.hide(queue, receipts, ms, now, knownMs);
  }

  #delete(queue: QueueNumbers, held: Receipt[], now: number): void {
    const receipts = held.splice(0, 10);
    if (receipts.length === 0) return;
    const results = this.#sections.remove(queue, receipts, now);
    const applied = results.filter((result) => result === 1).length;
    if (applied > 0) Atomics.add(this.#order.deleted, 0, applied);
  }
}

const histories = new Turns(workerData as Order).run();
parentPort?.postMessage(
  { histories } satisfies Report,
  histories.map((numbers) => numbers.buffer as ArrayBuffer),
);
