/**
 * The synchronous face of a queue: no promise, no object a message, and full memory is a result. It
 * still throws: for a body that is too large, a queue that was deleted, a broker that was closed.
 * Own thread only. "sync" is not fsync.
 */
import { type InspectOptionsStylized, inspect } from "node:util";
import { SluiceError } from "../../errors.ts";
import type { Body, MessageBatchShape, SendEntry, SyncQueue } from "../../types.ts";
import { checkNames, entryNames } from "../face/names.ts";
import { shownAs } from "../face/shown.ts";
import { type BatchInside, insideOf } from "./batch.ts";
import type { MessageOwner } from "./message.ts";
import { outgoingOf } from "./outgoing.ts";
import type { QueueContext } from "./queueContext.ts";
import { receiveBlocking, receiveSync } from "./receive.ts";
import { sendNow } from "./send.ts";
import { sendBodies, sendList } from "./sendSync.ts";
import { changeVisibilitySync, deleteSync } from "./settleSync.ts";

export class SyncFace implements SyncQueue {
  readonly #context: QueueContext & MessageOwner;
  readonly #single: [Body] = [""];

  constructor(context: QueueContext & MessageOwner) {
    this.#context = context;
  }

  send(body: Body, options?: Omit<SendEntry, "body">): boolean {
    if (options !== undefined) {
      this.#context.member.check();
      checkNames(options, entryNames, this.#context.name);
      return sendNow(this.#context, [outgoingOf(this.#context, body, options)]) === 1;
    }
    this.#single[0] = body;
    return sendBodies(this.#context, this.#single, 1) === 1;
  }

  sendBatch(bodies: readonly (Body | SendEntry)[], count?: number): number {
    return sendList(this.#context, bodies, count);
  }

  receive(into: MessageBatchShape, max?: number, visibilityTimeout?: number): number {
    const inside = this.#fill(into);
    const most = max ?? inside.inbox.capacity;
    return receiveSync(this.#context, inside.inbox, most, visibilityTimeout);
  }

  receiveBlocking(into: MessageBatchShape, max: number, timeoutMs: number): number {
    return receiveBlocking(this.#context, this.#fill(into).inbox, max, timeoutMs);
  }

  delete(from: MessageBatchShape, index?: number): number {
    const { inbox } = this.#filled(from);
    if (index === undefined) return deleteSync(this.#context, inbox, 0, inbox.count);
    this.#checkIndex(inbox.count, index);
    return deleteSync(this.#context, inbox, index, index + 1);
  }

  changeVisibility(from: MessageBatchShape, visibilityTimeout: number, index?: number): number {
    const { inbox } = this.#filled(from);
    if (index !== undefined) this.#checkIndex(inbox.count, index);
    const first = index ?? 0;
    const end = index === undefined ? inbox.count : index + 1;
    return changeVisibilitySync(this.#context, inbox, first, end, visibilityTimeout);
  }

  #fill(into: MessageBatchShape): BatchInside {
    const inside = insideOf(into);
    inside.internals = this.#context;
    return inside;
  }

  /** The batch, when its messages came from this queue. */
  #filled(from: MessageBatchShape): BatchInside {
    const inside = insideOf(from);
    if (inside.internals === this.#context || inside.inbox.count === 0) return inside;
    throw new SluiceError(
      "ReceiptHandleIsInvalid",
      "The messages in this batch came from another queue.",
      { queue: this.#context.name },
    );
  }

  #checkIndex(count: number, index: number): void {
    if (Number.isInteger(index) && index >= 0 && index < count) return;
    throw new RangeError(`The batch holds messages 0 to ${count - 1}; there is no ${index}.`);
  }

  toJSON(): object {
    return { queue: this.#context.name };
  }

  [inspect.custom](depth: number, options: InspectOptionsStylized): string {
    return shownAs("SyncQueue", this.toJSON(), depth, options);
  }
}
