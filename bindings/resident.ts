/**
 * Whose messages lie in a thread's receive buffer: those of the inbox that was filled last, or nobody's.
 * Whoever is about to receive makes room first. Its thread only.
 */
import type { EngineExports } from "./exports.ts";
import type { Inbox } from "./inbox.ts";
import type { Area } from "./views.ts";

export class Resident {
  readonly #exports: EngineExports;
  readonly #thread: number;
  readonly #area: Area;
  #inbox: Inbox | undefined;

  constructor(exports: EngineExports, thread: number, area: Area) {
    this.#exports = exports;
    this.#thread = thread;
    this.#area = area;
  }

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
  /**
   * `count` messages, or a status, have come into the buffer for this inbox; how many it has in the end:
   * what is too large for the buffer is read now, and dropped where it has changed meanwhile.
   */
  bring(inbox: Inbox, count: number): number {
    if (count <= 0) {
      inbox.clear();
      return count;
    }
    inbox.occupy(this.#area, count);
    this.settle(inbox);
    if (!inbox.lacksContents) return count;
    this.makeRoom(inbox);
    inbox.collect((index, offset, bytes) =>
      this.#exports.read(this.#thread, index, offset, bytes, 0),
    );
    return inbox.count;
  }
}
