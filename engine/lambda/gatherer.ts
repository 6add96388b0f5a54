/**
 * Gathers messages for one event: what a single receive brings or, with a batching window, what comes
 * until the batch is full, an event can hold no more bytes, or the window is over, which begins with
 * the first message. What is gathered stays hidden meanwhile, and is hidden anew when its event is
 * handed over, so that a function has the queue's whole visibility timeout. Runs in the function's thread.
 * Source: Lambda Developer Guide, "Batching behavior".
 */
import { RUN } from "../broker/messages/ledger.ts";
import type { Work } from "../consumer/work.ts";
import type { Message } from "../types.ts";
import { EVENT_BYTES_MAX, EVENT_FRAME_BYTES, recordOf } from "./event.ts";

export interface BatchSettings {
  readonly batchSize: number;
  readonly windowMs: number;
}

/** A message in hand. */
export interface Gathered {
  readonly message: Message;
  /** In its thread's hand. */
  readonly number: number;
  /** Its record, as JSON. */
  readonly record: string;
  readonly recordBytes: number;
}

/** Gathered messages are hidden anew when a third of their time has passed, as by heartbeats. */
const THIRD = 3;

export class Gatherer {
  readonly #work: Work;
  readonly #settings: BatchSettings;
  #entries: Gathered[] = [];
  /** When the first of them was received, or all were hidden anew. */
  #hiddenAtMs = 0;
  #isOfOneReceive = true;
  #received = 0;

  constructor(work: Work, settings: BatchSettings) {
    this.#work = work;
    this.#settings = settings;
  }

  /** Messages received since the beginning. */
  get received(): number {
    return this.#received;
  }

  /** Nothing is left of what was received. */
  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** The next event's messages; none: look again. `mayReceive` false: of what is in hand alone. */
  async next(mayReceive: boolean): Promise<Gathered[]> {
    if (mayReceive) await this.#gather();
    if (!this.#isOfOneReceive) this.#renew();
    const count = this.#fitting();
    this.#isOfOneReceive = count === this.#entries.length;
    return this.#entries.splice(0, count);
  }

  /** Gives back what is in hand and in no event yet; of these groups alone where any are named. */
  giveBack(groups?: ReadonlySet<string | undefined>): void {
    const goes = ({ message }: Gathered): boolean => groups?.has(message.messageGroupId) ?? true;
    this.#work.hand.giveBack(this.#entries.filter(goes).map(({ number }) => number));
    this.#entries = this.#entries.filter((entry) => !goes(entry));
  }

  async #gather(): Promise<void> {
    const { hand, row } = this.#work;
    const { batchSize, windowMs } = this.#settings;
    if (this.isEmpty) await this.#take(Number.POSITIVE_INFINITY);
    if (this.isEmpty) return;
    const endMs = hand.readClock() + windowMs;
    while (row.stop === RUN && this.#entries.length < batchSize && this.#holdsMore()) {
      const nowMs = hand.readClock();
      if (nowMs >= endMs) return;
      const renewAtMs = this.#hiddenAtMs + hand.hiddenMs / THIRD;
      if (nowMs >= renewAtMs) this.#renew();
      else await this.#take((Math.min(endMs, renewAtMs) - nowMs) / 1_000);
    }
  }

  /** Receives, and waits for so long at the most. */
  async #take(mostSeconds: number): Promise<void> {
    const { hand, context } = this.#work;
    const most = this.#settings.batchSize - this.#entries.length;
    let count = hand.tryReceive(most);
    if (count === 0) {
      try {
        count = await hand.receive(most, context.signal, mostSeconds);
      } catch (error) {
        if (!context.signal.aborted || (error as Error).name !== "AbortError") throw error;
      }
    }
    if (count > 0) this.#add(count);
  }

  #add(count: number): void {
    const { hand, context } = this.#work;
    if (this.isEmpty) this.#hiddenAtMs = hand.nowMs;
    else this.#isOfOneReceive = false;
    const numbers = hand.takeNumbers(count);
    for (const [index, message] of hand.messages().entries()) {
      const record = recordOf(message, context.queue.arn);
      const number = numbers[index] as number;
      this.#entries.push({ message, number, record, recordBytes: Buffer.byteLength(record) });
    }
    this.#received += count;
  }

  /** Who was received by somebody else meanwhile is his. */
  #renew(): void {
    const { hand } = this.#work;
    const left = hand.renew(this.#entries.map(({ number }) => number));
    this.#entries = this.#entries.filter(({ number }) => left.has(number));
    this.#hiddenAtMs = hand.readClock();
  }

  #holdsMore(): boolean {
    return this.#fitting() === this.#entries.length;
  }

  /** How many of what is in hand one event takes: one at least. */
  #fitting(): number {
    let bytes = EVENT_FRAME_BYTES;
    let count = 0;
    for (const { recordBytes } of this.#entries) {
      bytes += recordBytes + (count === 0 ? 0 : 1);
      if (count > 0 && bytes > EVENT_BYTES_MAX) break;
      count++;
    }
    return count;
  }
}
