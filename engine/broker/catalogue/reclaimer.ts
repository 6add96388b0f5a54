/**
 * Frees in the background what a purge or a deletion in this thread ended: some thousand messages a
 * turn of the event loop, so that nobody waits for it. Own thread only. What it leaves undone when
 * its thread ends, the steward or a sender that finds memory full does.
 */
import type { Member } from "../threads/member.ts";

/** About a millisecond's work. */
const STEPS_A_TURN = 5_000;

export class Reclaimer {
  readonly #member: Member;
  readonly #queues = new Set<number>();
  #turn: NodeJS.Immediate | undefined;

  constructor(member: Member) {
    this.#member = member;
  }

  /** Later: who purges or deletes does not wait even for a part of it. */
  reclaim(queue: number): void {
    this.#queues.add(queue);
    this.#turn ??= setImmediate(() => this.#run());
  }

  close(): void {
    clearImmediate(this.#turn);
    this.#queues.clear();
  }

  #run(): void {
    this.#turn = undefined;
    if (!this.#member.isOpen) return;
    for (const queue of [...this.#queues]) {
      if (this.#member.engine.reclaim(queue, STEPS_A_TURN) === 0) this.#queues.delete(queue);
    }
    if (this.#queues.size > 0) this.#turn = setImmediate(() => this.#run());
  }
}
