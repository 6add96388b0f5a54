/**
 * What a consumer's opener does for the threads that work in its name: it wakes them, says whose
 * messages a dead one held, and gives back what one held that it had to end. The opener's thread only.
 */
import type { Queue } from "../../types.ts";
import { BrokerQueue } from "../queue.ts";
import type { Ledger, LedgerRow } from "./ledger.ts";
import type { QueueInternals } from "./queueInternals.ts";
import { giveBackReceipts } from "./settle.ts";

/** A queue that was made later under the same name is another. */
export function incarnationOf(queue: Queue): number {
  return BrokerQueue.internalsOf(queue).queue.incarnation;
}

export class Hands {
  readonly #internals: QueueInternals;
  readonly #ledger: Ledger;

  constructor(queue: Queue, ledger: Ledger) {
    this.#internals = BrokerQueue.internalsOf(queue);
    this.#ledger = ledger;
  }

  /** False when the broker has ended, and all its threads with it. */
  get isOpen(): boolean {
    return this.#internals.member.isOpen;
  }

  nowMs(): number {
    return this.#internals.member.nowMs();
  }

  /** Threads that block look whether they are asked for something. */
  ring(): void {
    this.#internals.member.engine.doorbell.ringOthers();
  }

  /** The ids of the messages in the hands of this row's thread. */
  messageIds(row: LedgerRow): string[] {
    const { member, queue } = this.#internals;
    return row
      .receipts(queue.incarnation)
      .map(({ birthLow, birthHigh }) => member.messageId(birthLow, birthHigh));
  }

  /** The thread of this row has ended: what it held is visible at once, but for what changed since. */
  giveBack(row: LedgerRow): void {
    giveBackReceipts(this.#internals, row.receipts(this.#internals.queue.incarnation));
  }

  /** Nothing visible, nothing in flight, nothing in hand. False, too, when the queue is gone. */
  get isDrained(): boolean {
    const { member, queue } = this.#internals;
    if (!member.isOpen || this.#ledger.rows.some((row) => row.counts.inHand > 0)) return false;
    const counts = member.engine.count(queue, member.nowMs());
    return counts !== undefined && counts.visible === 0 && counts.inFlight === 0;
  }
}
