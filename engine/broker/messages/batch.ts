/**
 * The receive buffer of the synchronous face: filled again and again, it makes no object a message
 * unless asked for one. Own thread only. A body or view that was handed out stays what it is until
 * the batch is filled again (a text stays for good); what else is received meanwhile does not
 * matter.
 */
import { type InspectOptionsStylized, inspect } from "node:util";
import { BATCH_MAX, Inbox } from "../../../bindings/index.ts";
import { SluiceError } from "../../errors.ts";
import type { Message, MessageBatchShape } from "../../types.ts";
import { shownAs } from "../face/shown.ts";
import { type MessageOwner, ReceivedMessage } from "./message.ts";

/** What the verbs of this folder need of a batch, and nobody else. */
export interface BatchInside {
  readonly inbox: Inbox;
  /** The queue that the messages in it came from. */
  internals: MessageOwner | undefined;
}

let open: (batch: object) => BatchInside | undefined;

export class MessageBatch implements MessageBatchShape {
  /** The most messages one receive brings. */
  readonly capacity: number;
  readonly #inside: BatchInside;

  static {
    open = (batch) => (#inside in batch ? batch.#inside : undefined);
  }

  /** @param capacity the most messages one receive brings: 1 to 256. */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > BATCH_MAX) {
      throw new RangeError(`A batch holds 1 to ${BATCH_MAX} messages, not ${capacity}.`);
    }
    this.capacity = capacity;
    this.#inside = { inbox: new Inbox(capacity), internals: undefined };
  }

  /** How many messages the last receive brought. */
  get length(): number {
    return this.#inside.inbox.count;
  }

  /** The body of message `index` (0 to length - 1) as a text; bytes are read as UTF-8. */
  body(index: number): string {
    this.#check(index);
    return this.#inside.inbox.text(index);
  }

  /** The body's bytes, valid until the next receive into this batch. */
  view(index: number): Uint8Array {
    this.#check(index);
    return this.#inside.inbox.view(index);
  }

  /** How often the message was received, this time included. */
  receiveCount(index: number): number {
    this.#check(index);
    return this.#inside.inbox.receiveCount(index);
  }

  /** The message as an object of its own, which stays valid. */
  message(index: number): Message {
    this.#check(index);
    const { inbox, internals } = this.#inside;
    if (internals === undefined) throw new RangeError("Nothing was received into this batch yet.");
    return new ReceivedMessage(internals, inbox, index, internals.member.wallShiftMs());
  }

  toJSON(): object {
    const { capacity, length } = this;
    const messages = Array.from({ length }, (_, index) => this.message(index));
    return { capacity, messages };
  }

  [inspect.custom](depth: number, options: InspectOptionsStylized): string {
    return shownAs("MessageBatch", this.toJSON(), depth, options);
  }

  #check(index: number): void {
    const { count } = this.#inside.inbox;
    if (index >= 0 && index < count && Number.isInteger(index)) return;
    throw new RangeError(`The batch holds messages 0 to ${count - 1}; there is no ${index}.`);
  }
}

/** The inside of a batch; throws for what only looks like one. */
export function insideOf(batch: MessageBatchShape): BatchInside {
  const inside = typeof batch === "object" && batch !== null ? open(batch) : undefined;
  if (inside !== undefined) return inside;
  throw new SluiceError("InvalidParameterValue", "A batch to receive into is a MessageBatch.");
}
