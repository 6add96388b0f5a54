/**
 * The loop of a function's thread: gathers a batch, calls the function with it, and deletes what the
 * answer does not name as failed. What failed stays hidden until the queue's visibility timeout is
 * over, or as long as the function itself said; after `maxReceiveCount` receives the queue's redrive
 * policy has it. A function that ran out of time may still be at work, so its thread is replaced.
 * Sources: Lambda Developer Guide, "Using Lambda with Amazon SQS" and "Handling errors for an SQS event
 * source in Lambda".
 */
import { DROP, HAND_MAX } from "../broker/messages/ledger.ts";
import { type AroundBatch, aroundBatch } from "../consumer/trace.ts";
import { endOf, type LoopEnd, Turns, type Work } from "../consumer/work.ts";
import { type Failed, failedOf } from "./answer.ts";
import { eventOf } from "./event.ts";
import { type BatchSettings, type Gathered, Gatherer } from "./gatherer.ts";
import { type Invoker, TimedOut } from "./invocation.ts";

export interface LoopSettings extends BatchSettings {
  /** Whether an answer's `batchItemFailures` count. */
  readonly isReported: boolean;
}

export class InvocationLoop {
  readonly #work: Work;
  readonly #invoker: Invoker;
  readonly #isReported: boolean;
  readonly #gatherer: Gatherer;
  readonly #around: AroundBatch | undefined;
  readonly #turns = new Turns();
  #isTimedOut = false;

  constructor(work: Work, invoker: Invoker, settings: LoopSettings) {
    this.#work = work;
    this.#invoker = invoker;
    this.#isReported = settings.isReported;
    this.#gatherer = new Gatherer(work, settings);
    this.#around = aroundBatch(work.context.queue);
  }

  async run(): Promise<LoopEnd> {
    const { failures, hand, row } = this.#work;
    const gatherer = this.#gatherer;
    let end = endOf(this.#work, 0);
    while (end === undefined || (!gatherer.isEmpty && row.stop !== DROP)) {
      const batch = await gatherer.next(end === undefined);
      // Given back before it has begun.
      if (row.stop === DROP) hand.giveBack(batch.map(({ number }) => number));
      else if (batch.length > 0) await this.#handle(batch);
      end = this.#isTimedOut ? "recycle" : endOf(this.#work, gatherer.received);
      if (this.#isTimedOut) break;
    }
    gatherer.giveBack();
    await failures.settled();
    return end ?? "stopped";
  }

  async #handle(batch: readonly Gathered[]): Promise<void> {
    const { hand, failures, isFifo } = this.#work;
    const failed = await this.#outcome(batch);
    hand.readClock();
    const groups = new Set<string | undefined>();
    for (const [place, error] of failed) {
      const { message, number } = batch[place] as Gathered;
      const { messageId, receiveCount, messageGroupId } = message;
      failures.add(number, messageId, receiveCount, error);
      groups.add(messageGroupId);
    }
    // What was received with them and stands behind them must not be handled before they are again.
    if (isFifo && groups.size > 0) this.#gatherer.giveBack(groups);
    await this.#delete(batch.filter((_, place) => !failed.has(place)));
    await this.#turns.take(batch.length, hand.nowMs);
  }

  async #delete(done: readonly Gathered[]): Promise<void> {
    const { hand } = this.#work;
    for (let from = 0; from < done.length; from += HAND_MAX) {
      const part = done.slice(from, from + HAND_MAX);
      await hand.delete(part.map(({ number }) => number));
    }
  }

  async #outcome(batch: readonly Gathered[]): Promise<Failed> {
    const messages = batch.map(({ message }) => message);
    const handle = async (): Promise<Failed> => {
      const answer = await this.#invoker.invoke(eventOf(batch.map(({ record }) => record)));
      const ids = messages.map(({ messageId }) => messageId);
      return failedOf(answer, ids, this.#isReported);
    };
    try {
      return await (this.#around === undefined ? handle() : this.#around(messages, handle));
    } catch (thrown) {
      if (thrown instanceof TimedOut) this.#isTimedOut = true;
      return new Map(batch.map((_, place) => [place, thrown]));
    }
  }
}
