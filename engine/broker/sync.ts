/**
 * The synchronous face of a queue: no promise, no object a message, and full memory is a result. It
 * still throws: for a body that is too large, a queue that was deleted, a broker that was closed.
 * Own thread only. "sync" is not fsync.
 */
import { type InspectOptionsStylized, inspect } from "node:util";
import { SluiceError } from "../errors.ts";
import type { Body, MessageBatchShape, SendEntry, SyncQueue } from "../types.ts";
import { type BatchInside, insideOf } from "./batch.ts";
import type { MessageHome } from "./message.ts";
import { checkNames, entryNames } from "./names.ts";
import { outgoingOf } from "./outgoing.ts";
import type { Place } from "./place.ts";
import { receiveBlocking, receiveSync } from "./receive.ts";
import { sendNow } from "./send.ts";
import { sendBodies, sendList } from "./sendSync.ts";
import { changeVisibilitySync, deleteSync } from "./settle.ts";
import { shownAs } from "./shown.ts";

export class SyncFace implements SyncQueue {
  readonly #place: Place & MessageHome;
  readonly #single: [Body] = [""];

  constructor(place: Place & MessageHome) {
    this.#place = place;
  }

  send(body: Body, options?: Omit<SendEntry, "body">): boolean {
    if (options !== undefined) {
      this.#place.member.check();
      checkNames(options, entryNames, this.#place.name);
      return sendNow(this.#place, outgoingOf(this.#place, body, options));
    }
    this.#single[0] = body;
    return sendBodies(this.#place, this.#single, 1) === 1;
  }

  sendBatch(bodies: readonly (Body | SendEntry)[], count?: number): number {
    return sendList(this.#place, bodies, count);
  }

  receive(into: MessageBatchShape, max?: number, visibilityTimeout?: number): number {
    const inside = this.#fill(into);
    const most = max ?? inside.inbox.capacity;
    return receiveSync(this.#place, inside.inbox, most, visibilityTimeout);
  }

  receiveBlocking(into: MessageBatchShape, max: number, timeoutMs: number): number {
    return receiveBlocking(this.#place, this.#fill(into).inbox, max, timeoutMs);
  }

  delete(from: MessageBatchShape, index?: number): number {
    const { inbox } = this.#filled(from);
    if (index === undefined) return deleteSync(this.#place, inbox, 0, inbox.count);
    this.#checkIndex(inbox.count, index);
    return deleteSync(this.#place, inbox, index, index + 1);
  }

  changeVisibility(from: MessageBatchShape, visibilityTimeout: number, index?: number): number {
    const { inbox } = this.#filled(from);
    if (index !== undefined) this.#checkIndex(inbox.count, index);
    const first = index ?? 0;
    const end = index === undefined ? inbox.count : index + 1;
    return changeVisibilitySync(this.#place, inbox, first, end, visibilityTimeout);
  }

  #fill(into: MessageBatchShape): BatchInside {
    const inside = insideOf(into);
    inside.home = this.#place;
    return inside;
  }

  /** The batch, when its messages came from this queue. */
  #filled(from: MessageBatchShape): BatchInside {
    const inside = insideOf(from);
    if (inside.home === this.#place || inside.inbox.count === 0) return inside;
    throw new SluiceError(
      "ReceiptHandleIsInvalid",
      "The messages in this batch came from another queue.",
      { queue: this.#place.name },
    );
  }

  #checkIndex(count: number, index: number): void {
    if (Number.isInteger(index) && index >= 0 && index < count) return;
    throw new RangeError(`The batch holds messages 0 to ${count - 1}; there is no ${index}.`);
  }

  toJSON(): object {
    return { queue: this.#place.name };
  }

  [inspect.custom](depth: number, options: InspectOptionsStylized): string {
    return shownAs("SyncQueue", this.toJSON(), depth, options);
  }
}
