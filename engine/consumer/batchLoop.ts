/**
 * The loop of a `handleBatch` handler: what one receive brought is handled together. The answer names
 * what failed, as AWS Lambda's does; an answer that names what is not in the batch fails all of it,
 * there as here. Runs in the thread of the handler.
 * Source: Lambda Developer Guide, "Reporting batch item failures".
 */
import type { Message } from "../types.ts";
import type { AroundBatch } from "./trace.ts";
import type { BatchHandler } from "./types.ts";
import { behindFailures, endOf, type LoopEnd, receiveOrStop, Turns, type Work } from "./work.ts";

/** What failed of a batch, by the message's place in it. */
type Failed = ReadonlyMap<number, unknown>;

const NONE: Failed = new Map();

export class BatchLoop {
  readonly #work: Work;
  readonly #handle: BatchHandler;
  readonly #around: AroundBatch | undefined;
  readonly #turns = new Turns();

  /** @param around runs each batch's handling; undefined: it runs by itself. */
  constructor(work: Work, handle: BatchHandler, around?: AroundBatch) {
    this.#work = work;
    this.#handle = handle;
    this.#around = around;
  }

  async run(): Promise<LoopEnd> {
    const { hand, failures } = this.#work;
    let received = 0;
    let end = endOf(this.#work, received);
    for (; end === undefined; end = endOf(this.#work, received)) {
      const came = receiveOrStop(this.#work);
      const count = typeof came === "number" ? came : await came;
      if (count === 0) continue;
      received += count;
      const messages = hand.messages();
      const numbers = hand.takeNumbers(count);
      const failed = await this.#outcome(messages);
      hand.readClock();
      const left = failed.size === 0 ? numbers : this.#settle(messages, numbers, failed);
      const deleted = hand.delete(left);
      if (deleted !== undefined) await deleted;
      const turn = this.#turns.take(count, hand.nowMs);
      if (turn !== undefined) await turn;
    }
    await failures.settled();
    return end;
  }

  /** Puts back what failed and what comes behind it; answers what is to be deleted. */
  #settle(
    messages: readonly Message[],
    numbers: readonly number[],
    failed: Failed,
  ): readonly number[] {
    const { hand, failures, isFifo } = this.#work;
    const groups = isFifo ? messages.map((message) => message.messageGroupId) : [];
    const behind = behindFailures(groups, (index) => failed.has(index));
    hand.giveBack(numbers.filter((_, index) => behind.has(index)));
    for (const [index, error] of failed) {
      if (behind.has(index)) continue;
      const { messageId, receiveCount } = messages[index] as Message;
      failures.add(numbers[index] as number, messageId, receiveCount, error);
    }
    return numbers.filter((_, index) => !failed.has(index) && !behind.has(index));
  }

  async #outcome(messages: readonly Message[]): Promise<Failed> {
    const handle = async (): Promise<Failed> =>
      failedOf(messages, await this.#handle(messages, this.#work.context));
    try {
      return await (this.#around === undefined ? handle() : this.#around(messages, handle));
    } catch (thrown) {
      return new Map(messages.map((_, index) => [index, thrown]));
    }
  }
}

/** What the answer names. Throws for an answer that can't be right. */
function failedOf(messages: readonly Message[], answer: unknown): Failed {
  if (typeof answer !== "object" || answer === null) return NONE;
  const { batchItemFailures } = answer as { batchItemFailures?: unknown };
  if (batchItemFailures === undefined || batchItemFailures === null) return NONE;
  if (!Array.isArray(batchItemFailures)) {
    throw new TypeError("handleBatch answered batchItemFailures that are no list.");
  }
  const places = new Map(messages.map(({ messageId }, index) => [messageId, index]));
  return new Map(
    batchItemFailures.map((failure: unknown) => {
      const id = (failure as { itemIdentifier?: unknown } | null)?.itemIdentifier;
      const place = places.get(String(id));
      if (place !== undefined) return [place, new Error(`handleBatch named ${id} as failed.`)];
      throw new TypeError(`handleBatch named ${String(id)} as failed, which is not in the batch.`);
    }),
  );
}
