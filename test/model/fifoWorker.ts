/**
 * One thread of test/model/fifoThreads.test.ts: sends messages of many groups, some with ids that
 * others send too, receives (also under attempts' ids), deletes, hides, lets timeouts run out, and
 * records every section it made. Runs from dist/, in a worker thread.
 */
import { parentPort, workerData } from "node:worker_threads";
import { SHARD_LISTED } from "../../assembly/layout.ts";
import { Seeded } from "../support/seeded.ts";
import { FifoSections } from "./fifoSections.ts";
import { History } from "./operations.ts";
import { type QueueNumbers, type Receipt, Sections, type Share } from "./sections.ts";

export interface Order {
  readonly share: Share;
  readonly queue: QueueNumbers;
  readonly seed: number;
  readonly groups: number;
  /** How many messages this thread sends, duplicates included. */
  readonly messages: number;
  /** How many threads have sent all of theirs, and how many there are. */
  readonly done: Int32Array;
  readonly threads: number;
}

const VISIBILITY_MS = [0, 1, 2, 5, 10, 30];

class Turns {
  readonly #order: Order;
  readonly #random: Seeded;
  readonly #sections: Sections;
  readonly #fifo: FifoSections;
  readonly #history = new History();
  readonly #held: Receipt[] = [];
  #left: number;
  #attempts = 0;

  constructor(order: Order) {
    this.#order = order;
    this.#random = new Seeded(order.seed);
    this.#left = order.messages;
    this.#sections = new Sections(order.share, () => {});
    this.#fifo = new FifoSections(this.#sections, (_, operation) => this.#history.add(operation));
  }

  run(): Float64Array {
    const { done, threads, queue } = this.#order;
    const isDone = () =>
      Atomics.load(done, 0) === threads && this.#sections.shard(queue.queue, SHARD_LISTED) === 0;
    while (!isDone()) this.#turn();
    return this.#history.numbers.slice();
  }

  #turn(): void {
    const random = this.#random;
    const now = Date.now();
    if (this.#left > 0 && random.chance(0.4)) this.#send(now);
    this.#fifo.advance(this.#order.queue, now);
    this.#receive(now);
    if (random.chance(0.1)) this.#hide(now);
    // What is kept a while has often run out, or is another's, when it is deleted.
    if (this.#held.length > 30 || random.chance(0.8)) this.#delete(now);
  }

  #send(now: number): void {
    const random = this.#random;
    const { queue, groups, done, seed } = this.#order;
    const count = Math.min(random.between(1, 10), this.#left);
    const parcels = Array.from({ length: count }, (_, index) => ({
      group: random.between(1, groups),
      id: random.chance(0.2) ? random.between(1, 5000) : seed * 1e6 + this.#left - index + 1e5,
      bodyBytes: random.between(1, 80),
    }));
    const sent = this.#fifo.commit(queue, parcels, now);
    if (sent.length !== count) throw new Error("memory was full");
    this.#left -= count;
    if (this.#left === 0) Atomics.add(done, 0, 1);
  }

  #receive(now: number): void {
    const random = this.#random;
    const { queue, seed } = this.#order;
    const most = random.between(1, 10);
    const visibilityMs = random.pick(VISIBILITY_MS);
    if (random.chance(0.8)) {
      this.#held.push(...this.#fifo.claim(queue, most, visibilityMs, now));
      return;
    }
    // Half of them repeat an attempt, its own or another thread's.
    if (random.chance(0.5)) this.#attempts++;
    const name = (seed % 4) * 1000 + (this.#attempts % 1000);
    const got = this.#fifo.attempt(queue, name, most, visibilityMs, now);
    if (typeof got !== "string") this.#held.push(...got);
  }

  #hide(now: number): void {
    const receipts = this.#held.slice(0, this.#random.between(1, 10));
    const ms = receipts.map(() => this.#random.pick(VISIBILITY_MS));
    if (receipts.length > 0) this.#fifo.hide(this.#order.queue, receipts, ms, now);
  }

  #delete(now: number): void {
    const receipts = this.#held.splice(0, 10);
    if (receipts.length === 0) return;
    this.#fifo.remove(this.#order.queue, receipts, now);
  }
}

const history = new Turns(workerData as Order).run();
parentPort?.postMessage(history, [history.buffer as ArrayBuffer]);
