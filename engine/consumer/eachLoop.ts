/**
 * The loop of a default handler: messages one by one, or as many at a time as `concurrency` says, of
 * a FIFO queue never two of one group. What was handled is deleted in batches: when ten are together,
 * when the handlers of this thread wait for something, and before the next message of its group is
 * handled. Runs in the thread of the handler.
 */
import { DROP } from "../broker/messages/ledger.ts";
import type { Message } from "../types.ts";
import type { Handler } from "./types.ts";
import { endOf, type LoopEnd, receiveOrStop, Turns, type Work } from "./work.ts";

/** What is handled and not deleted yet is at most this, and would be repeated if the thread died. */
const DELETE_MAX = 10;

interface Entry {
  readonly message: Message;
  readonly number: number;
}

export class EachLoop {
  readonly #work: Work;
  readonly #handle: Handler;
  readonly #turns = new Turns();
  readonly #busyGroups = new Set<string>();
  /** Received and not begun, from `#next` on. */
  #entries: Entry[] = [];
  #next = 0;
  #received = 0;
  /** Handled and not deleted. */
  #done: number[] = [];
  #isFlushDue = false;
  #filling: Promise<void> | undefined;
  #onGroupFree: (() => void)[] = [];
  #failure: { readonly error: unknown } | undefined;
  /** Deletes that have begun and wait for the queue's quota. */
  #deleting = 0;
  #onDeleted: () => void = () => {};

  constructor(work: Work, handle: Handler) {
    this.#work = work;
    this.#handle = handle;
  }

  /** Resolves when nothing is in hand any more. */
  async run(): Promise<LoopEnd> {
    const { failures, settings } = this.#work;
    await Promise.all(Array.from({ length: settings.concurrency }, () => this.#strand()));
    await this.#flush();
    if (this.#deleting > 0) {
      await new Promise<void>((resolve) => {
        this.#onDeleted = resolve;
      });
    }
    if (this.#failure !== undefined) throw this.#failure.error;
    await failures.settled();
    return endOf(this.#work, this.#received) ?? "stopped";
  }

  /** One of the handlers that run at the same time. What need not be waited for costs no promise. */
  async #strand(): Promise<void> {
    const { context } = this.#work;
    try {
      let entry = this.#pick() ?? (await this.#wait());
      for (; entry !== undefined; entry = this.#pick() ?? (await this.#wait())) {
        try {
          const answer = this.#handle(entry.message, context);
          if (answer !== undefined) await answer;
        } catch (error) {
          this.#onFailed(entry, error);
          this.#free(entry);
          continue;
        }
        const deleted = this.#onHandled(entry);
        if (deleted !== undefined) await deleted;
        this.#free(entry);
      }
    } catch (error) {
      this.#failure ??= { error };
      // Whoever waits for a group of this one would wait for ever.
      this.#wake();
    }
  }

  /** The next message to handle; undefined: there will be none. */
  async #wait(): Promise<Entry | undefined> {
    for (;;) {
      if (this.#failure !== undefined) return undefined;
      const entry = this.#pick();
      if (entry !== undefined) return entry;
      if (this.#next < this.#entries.length) {
        // All that is left stands behind messages of its group.
        await new Promise<void>((resolve) => this.#onGroupFree.push(resolve));
        continue;
      }
      if (endOf(this.#work, this.#received) !== undefined) return undefined;
      this.#filling ??= this.#fill();
      await this.#filling;
    }
  }

  #pick(): Entry | undefined {
    if (this.#next === this.#entries.length) return undefined;
    if (this.#work.row.stop === DROP) {
      this.#giveBackRest();
      return undefined;
    }
    if (!this.#work.isFifo) return this.#entries[this.#next++];
    for (let at = this.#next; at < this.#entries.length; at++) {
      const entry = this.#entries[at] as Entry;
      const group = entry.message.messageGroupId ?? "";
      if (this.#busyGroups.has(group)) continue;
      this.#busyGroups.add(group);
      this.#entries.splice(at, 1);
      return entry;
    }
    return undefined;
  }

  async #fill(): Promise<void> {
    const { hand } = this.#work;
    try {
      await this.#flush();
      const count = await receiveOrStop(this.#work);
      if (count === 0) return;
      this.#received += count;
      const messages = hand.messages();
      this.#entries = messages.map((message, index) => ({
        message,
        number: hand.numbers[index] as number,
      }));
      this.#next = 0;
      await this.#turns.take(count, hand.nowMs);
    } finally {
      this.#filling = undefined;
    }
  }

  #onHandled(entry: Entry): Promise<void> | undefined {
    this.#done.push(entry.number);
    if (this.#done.length >= DELETE_MAX || this.#isGroupNext(entry)) return this.#flush();
    this.#flushSoon();
    return undefined;
  }

  #onFailed({ message, number }: Entry, error: unknown): void {
    const { hand, failures, isFifo } = this.#work;
    if (isFifo) {
      const group = message.messageGroupId;
      const behind = this.#entries.filter((other) => other.message.messageGroupId === group);
      this.#entries = this.#entries.filter((other) => other.message.messageGroupId !== group);
      hand.giveBack(behind.map((other) => other.number));
    }
    failures.add(number, message.messageId, message.receiveCount, error);
  }

  #isGroupNext({ message }: Entry): boolean {
    if (!this.#work.isFifo) return false;
    return this.#entries.some((other) => other.message.messageGroupId === message.messageGroupId);
  }

  #free({ message }: Entry): void {
    if (!this.#work.isFifo) return;
    this.#busyGroups.delete(message.messageGroupId ?? "");
    this.#wake();
  }

  #wake(): void {
    for (const tell of this.#onGroupFree.splice(0)) tell();
  }

  #giveBackRest(): void {
    const rest = this.#entries.slice(this.#next);
    this.#entries = [];
    this.#next = 0;
    this.#work.hand.giveBack(rest.map(({ number }) => number));
  }

  /** When the handlers of this thread wait for something, what is done need not wait with them. */
  #flushSoon(): void {
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    setImmediate(() => {
      this.#isFlushDue = false;
      this.#flushOrFail().catch((error: unknown) => {
        this.#failure ??= { error };
      });
    });
  }

  async #flushOrFail(): Promise<void> {
    await this.#flush();
  }

  /** Deletes what is handled; a promise only where it must wait. */
  #flush(): Promise<void> | undefined {
    if (this.#done.length === 0) return undefined;
    const { hand } = this.#work;
    const done = this.#done;
    this.#done = [];
    hand.readClock();
    const deleted = hand.delete(done);
    return deleted === undefined ? undefined : this.#deleted(deleted);
  }

  async #deleted(deleted: Promise<void>): Promise<void> {
    this.#deleting++;
    try {
      await deleted;
    } finally {
      this.#deleting--;
      if (this.#deleting === 0) this.#onDeleted();
    }
  }
}
