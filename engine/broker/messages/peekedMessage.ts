/**
 * A message that was looked at and not received, as an object of its own. It is what a received one is,
 * without a receipt: it can't be deleted or hidden, and every verb that wants a receipt says so.
 */
import { type Inbox, PEEKED } from "../../../bindings/index.ts";
import type { MessageState, PeekedMessage as Shape } from "../../types.ts";
import { type MessageOwner, ReceivedMessage } from "./message.ts";

const states = Object.keys(PEEKED) as MessageState[];

export class PeekedMessage extends ReceivedMessage implements Shape {
  override readonly receiptHandle = "";
  override readonly firstReceivedAtMs: number;
  readonly state: MessageState;
  declare readonly visibleAtMs?: number;

  /** Takes message `index` out of an inbox that a peek has filled; `wallShiftMs` is the member's. */
  constructor(internals: MessageOwner, inbox: Inbox, index: number, wallShiftMs: number) {
    super(internals, inbox, index, wallShiftMs);
    const isReceived = this.receiveCount > 0;
    this.firstReceivedAtMs = isReceived ? inbox.firstReceivedAtMs(index) + wallShiftMs : 0;
    const code = inbox.state(index);
    this.state = states.find((state) => PEEKED[state] === code) ?? "visible";
    if (this.state !== "visible") this.visibleAtMs = inbox.dueMs(index) + wallShiftMs;
  }

  protected override get hasReceipt(): boolean {
    return false;
  }
}
