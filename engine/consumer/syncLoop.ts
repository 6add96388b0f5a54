/**
 * The loop of a `handleSync` handler, for work that computes: no promise, no object a message. In a
 * thread of its own it blocks until messages are there, so no timer and no promise of that thread
 * runs; orders reach it by the ledger and its doorbell. Inline it waits as the other loops do.
 */
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { RUN } from "../broker/messages/ledger.ts";
import type { SyncHandler } from "./types.ts";
import type { Order } from "./words.ts";
import { behindFailures, endOf, type LoopEnd, receiveOrStop, Turns, type Work } from "./work.ts";

const NONE: ReadonlyMap<number, unknown> = new Map();

export class SyncLoop {
  readonly #work: Work;
  readonly #handle: SyncHandler;
  readonly #obey: (order: Order) => void;
  /** Asked whenever this thread is about to block: what it has to say goes out before. */
  readonly #isAsked = (): boolean => {
    const { row, failures } = this.#work;
    failures.flush();
    return row.stop !== RUN || row.hasAnswers;
  };
  readonly #all: number[] = [];

  /** @param obey what to do with an order of the opener's, which no event can bring. */
  constructor(work: Work, handle: SyncHandler, obey: (order: Order) => void) {
    this.#work = work;
    this.#handle = handle;
    this.#obey = obey;
  }

  /** In a thread of its own. */
  run(port: MessagePort): LoopEnd {
    const { hand, row, settings } = this.#work;
    let received = 0;
    let end = endOf(this.#work, received);
    for (; end === undefined; end = endOf(this.#work, received)) {
      const count = hand.receiveBlocking(settings.batch, this.#isAsked);
      if (row.takeAnswers()) this.#listen(port);
      if (count === 0) continue;
      received += count;
      hand.deleteBlocking(this.#settle(count));
    }
    return end;
  }

  /** In the opener's thread. */
  async runInline(): Promise<LoopEnd> {
    const { hand, failures } = this.#work;
    const turns = new Turns();
    let received = 0;
    let end = endOf(this.#work, received);
    for (; end === undefined; end = endOf(this.#work, received)) {
      const count = await receiveOrStop(this.#work);
      if (count === 0) continue;
      received += count;
      await hand.delete(this.#settle(count));
      await turns.take(count, hand.readClock());
    }
    await failures.settled();
    return end;
  }

  #listen(port: MessagePort): void {
    for (;;) {
      const received = receiveMessageOnPort(port) as { message: Order } | undefined;
      if (received === undefined) return;
      this.#obey(received.message);
    }
  }

  /** Handles what was received; answers what is to be deleted. */
  #settle(count: number): readonly number[] {
    const { hand } = this.#work;
    const failed = this.#outcome(count);
    const done = this.#all;
    done.length = 0;
    if (failed.size === 0) {
      for (let index = 0; index < count; index++) done.push(hand.numbers[index] as number);
    } else {
      this.#settleFailed(count, failed, done);
    }
    return done;
  }

  #settleFailed(count: number, failed: ReadonlyMap<number, unknown>, done: number[]): void {
    const { hand, failures, isFifo } = this.#work;
    const groups = isFifo ? hand.messages().map((message) => message.messageGroupId) : [];
    const behind = behindFailures(groups, (index) => failed.has(index));
    const back: number[] = [];
    for (let index = 0; index < count; index++) {
      const number = hand.numbers[index] as number;
      if (behind.has(index)) back.push(number);
      else if (!failed.has(index)) done.push(number);
    }
    hand.giveBack(back);
    for (const [index, error] of failed) {
      if (behind.has(index)) continue;
      const number = hand.numbers[index] as number;
      const { messageId, receiveCount } = hand.named(number);
      failures.add(number, messageId, receiveCount, error);
    }
  }

  #outcome(count: number): ReadonlyMap<number, unknown> {
    const { hand, context } = this.#work;
    try {
      const answer: unknown = this.#handle(hand.batch, context);
      return answer === undefined ? NONE : failedOf(answer, count);
    } catch (thrown) {
      return new Map(Array.from({ length: count }, (_, index) => [index, thrown]));
    }
  }
}

/** The indexes that the answer names. Throws for an answer that can't be right. */
function failedOf(answer: unknown, count: number): ReadonlyMap<number, unknown> {
  if (!Array.isArray(answer)) {
    throw new TypeError(
      "handleSync answers a list of the indexes that failed, or nothing, and no promise: " +
        "what waits belongs into a default handler or handleBatch.",
    );
  }
  return new Map(
    answer.map((index: unknown) => {
      if (typeof index === "number" && Number.isInteger(index) && index >= 0 && index < count) {
        return [index, new Error(`handleSync named message ${index} of its batch as failed.`)];
      }
      throw new TypeError(
        `handleSync named ${String(index)} as failed; its batch has 0 to ${count - 1}.`,
      );
    }),
  );
}
