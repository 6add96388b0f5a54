/**
 * One thread of test/model/fifo/fifoThreads.ts: sends messages of many groups, some with ids that
 * others send too, receives (also under attempts' ids), deletes, hides, lets timeouts run out, and
 * records every section it made, where it stays when the thread is killed. Runs from dist/, in a
 * worker thread.
 */
import { parentPort, workerData } from "node:worker_threads";
import { SHARD_LISTED } from "../../../assembly/layout.ts";
import { Seeded } from "../../support/seeded.ts";
import { type Receipt, Sections } from "../history/sections.ts";
import { SurvivingHistory } from "../history/survivingHistory.ts";
import { type Order, SENT, STOPPED } from "./fifoOrder.ts";
import { FifoSections } from "./fifoSections.ts";

/** Messages a group that are there on the average, as long as somebody sends. */
const BACKLOG = 5;
const VISIBILITY_MS = [0, 1, 2, 5, 10, 30];

class Turns {
  readonly #order: Order;
  readonly #random: Seeded;
  readonly #sections: Sections;
  readonly #fifo: FifoSections;
  readonly #held: Receipt[] = [];
  #ids = 0;
  #attempts = 0;

  constructor(order: Order) {
    this.#order = order;
    this.#random = new Seeded(order.seed);
    this.#sections = new Sections(order.share, () => {});
    const history = new SurvivingHistory(order.history);
    history.thread = this.#sections.thread;
    this.#fifo = new FifoSections(
      this.#sections,
      (_, operation) => history.add(operation),
      (_, begun) => history.begin(begun),
    );
  }

  get #isStopped(): boolean {
    return Atomics.load(this.#order.words, STOPPED) === 1;
  }

  /** Messages that are there, also those that wait only to be swept. */
  get #listed(): number {
    return this.#sections.shard(this.#order.queue.queue, SHARD_LISTED);
  }

  /** Until nobody sends and the queue is empty. */
  run(): void {
    while (!this.#isStopped || this.#listed > 0) this.#turn();
  }

  #turn(): void {
    const random = this.#random;
    const now = Date.now();
    const isShallow = this.#listed < BACKLOG * this.#order.groups;
    if (!this.#isStopped && random.chance(isShallow ? 1 : 0.2)) this.#send(now);
    this.#fifo.advance(this.#order.queue, now);
    this.#receive(now);
    if (random.chance(0.2)) this.#hide(now);
    // What is kept a while has often run out, or is another's, when it is deleted.
    if (this.#held.length > 60 || random.chance(0.7)) this.#delete(now);
  }

  #send(now: number): void {
    const random = this.#random;
    const { queue, groups, words, seed } = this.#order;
    const parcels = Array.from({ length: random.between(1, 10) }, () => ({
      group: random.between(1, groups),
      id: random.chance(0.2) ? random.between(1, 5000) : seed * 1e6 + ++this.#ids,
      bodyBytes: random.between(1, 80),
    }));
    const sent = this.#fifo.commit(queue, parcels, now);
    if (sent.length !== parcels.length) throw new Error("memory was full");
    Atomics.add(words, SENT, sent.length);
  }

  #receive(now: number): void {
    const random = this.#random;
    const { queue, seed } = this.#order;
    const most = random.between(1, 10);
    const visibilityMs = random.pick(VISIBILITY_MS);
    if (random.chance(0.03)) {
      this.#held.push(...this.#fifo.claim(queue, random.between(11, 40), visibilityMs, now));
      return;
    }
    if (random.chance(0.8)) {
      this.#held.push(...this.#fifo.claim(queue, most, visibilityMs, now));
      return;
    }
    // Half of them repeat an attempt, its own or another thread's, or are repeated at once.
    if (random.chance(0.5)) this.#attempts++;
    const name = (seed % 4) * 1000 + (this.#attempts % 1000);
    const got = this.#fifo.attempt(queue, name, most, visibilityMs, now);
    if (typeof got !== "string") this.#held.push(...got);
    if (random.chance(0.3)) this.#fifo.attempt(queue, name, most, visibilityMs, now);
  }

  /** Up to ten that were received in a row, from anywhere in what is held. */
  #place(): number {
    return this.#random.between(0, Math.max(0, this.#held.length - 10));
  }

  /** Of one group some come back before the others, which are still in flight. */
  #hide(now: number): void {
    const from = this.#place();
    const receipts = this.#held.slice(from, from + this.#random.between(1, 10));
    const ms = receipts.map(() => this.#random.pick(VISIBILITY_MS));
    const knownMs = this.#sections.held.guesses(receipts, this.#random);
    if (receipts.length > 0) this.#fifo.hide(this.#order.queue, receipts, ms, now, knownMs);
  }

  #delete(now: number): void {
    const receipts = this.#held.splice(this.#place(), 10);
    if (receipts.length > 0) this.#fifo.remove(this.#order.queue, receipts, now);
  }
}

const turns = new Turns(workerData as Order);
parentPort?.postMessage("ready");
turns.run();
