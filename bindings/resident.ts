/**
 * Whose messages lie in a thread's receive buffer: those of the inbox that was filled last, or nobody's.
 * Whoever is about to receive makes room first. Its thread only.
 */
import type { Inbox } from "./inbox.ts";

export class Resident {
  #inbox: Inbox | undefined;

  /** The buffer is about to be overwritten: an inbox that is not `next` takes its messages out. */
  makeRoom(next: Inbox | undefined): void {
    const inbox = this.#inbox;
    if (inbox === undefined) return;
    if (inbox !== next) inbox.moveOut();
    this.#inbox = undefined;
  }

  /** From now on this inbox reads its messages in the buffer. */
  settle(inbox: Inbox): void {
    this.#inbox = inbox;
  }
}
