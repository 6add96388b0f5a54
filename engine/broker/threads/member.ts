/**
 * One thread's membership in a broker: its engine, its clock, and whether it still may call. Every
 * verb begins with `check`, so that a call after the end says what ended. Own thread only.
 */
import {
  type Engine,
  OWNER_CLOSED,
  OWNER_GONE,
  OWNER_OPEN,
  type Receipt,
  STATUS_FULL,
  STATUS_GONE,
  STATUS_LIMIT,
} from "../../../bindings/index.ts";
import type { Alarm } from "../../clock.ts";
import { noSuchQueue, SluiceError } from "../../errors.ts";
import type { BrokerSettings } from "./options.ts";
import type { Timing } from "./timing.ts";

export class Member {
  readonly engine: Engine;
  readonly settings: BrokerSettings;
  readonly timing: Timing;
  readonly clock: Alarm;
  readonly #isOwnerThere: () => boolean;
  #isClosed = false;
  #isReleased = false;
  #failure: SluiceError | undefined;

  /** `isOwnerThere` asks on the spot whether the opening thread lives, and in that one whether the journal's does. */
  constructor(
    engine: Engine,
    settings: BrokerSettings,
    timing: Timing,
    isOwnerThere: () => boolean = () => true,
  ) {
    this.#isOwnerThere = isOwnerThere;
    this.engine = engine;
    this.settings = settings;
    this.timing = timing;
    this.clock = timing.clock;
  }

  get isOpen(): boolean {
    return !this.#isClosed && this.engine.ownerState === OWNER_OPEN;
  }

  /** Throws BrokerClosed or OwnerGone when this thread may not call any more. */
  check(): void {
    if (!this.isOpen) throw this.ended();
  }

  /** The error that says what ended. */
  ended(): SluiceError {
    if (this.#isClosed) return new SluiceError("BrokerClosed", "This broker was closed.");
    if (this.#failure !== undefined) return this.#failure;
    const why = this.engine.durable.failure;
    if (why !== undefined) return new SluiceError("InternalFailure", why, { retryable: false });
    const how = this.engine.ownerState === OWNER_CLOSED ? "closed it" : "is gone";
    return new SluiceError("OwnerGone", `The thread that opened this broker ${how}.`);
  }

  close(): void {
    this.#isClosed = true;
  }

  /** The broker can't go on: from now on every thread's calls end, this one's with `failure`. */
  fail(failure: SluiceError): void {
    this.#failure = failure;
    this.loseOwner();
  }

  /** The opener is gone: all threads are told, those that block too. */
  loseOwner(): void {
    this.engine.endOwner(OWNER_GONE);
    this.engine.doorbell.ringOthers();
  }

  /** For a thread that blocks and sees no event: looks whether the opener is still there. */
  lookForOwner(): void {
    if (this.isOpen && !this.#isOwnerThere()) this.loseOwner();
  }

  /** This thread's number was given back: its part of the memory may be another thread's. */
  release(): void {
    this.#isClosed = true;
    this.#isReleased = true;
  }

  /** The broker's time; every moment that is kept or compared is of this. */
  nowMs(): number {
    return this.clock.nowMs();
  }

  /** What makes of such a moment one that people are shown, now. */
  wallShiftMs(): number {
    return this.timing.wallShiftMs();
  }

  /** The UUID of the message with this birth number. Works after close in the opener's thread. */
  messageId(birthLow: number, birthHigh: number): string {
    if (this.#isReleased) throw this.ended();
    return this.engine.messageId(birthLow, birthHigh);
  }

  /** The text of a receipt handle; as `messageId`. */
  receiptHandle(receipt: Receipt): string {
    if (this.#isReleased) throw this.ended();
    return this.engine.receipts.write(receipt);
  }

  /** The error for a status below 0 that an operation on `queue` answered. */
  failure(status: number, queue: string): SluiceError {
    switch (status) {
      case STATUS_FULL:
        return full(queue);
      case STATUS_GONE:
        return noSuchQueue(queue);
      case STATUS_LIMIT:
        return new SluiceError("OverLimit", "A limit of this broker was reached.", { queue });
      default:
        return this.isOpen
          ? new SluiceError("InternalFailure", `The engine answered ${status}.`, { queue })
          : this.ended();
    }
  }
}

/** The disk takes no new messages: what it is about was told as a warning. */
export function noDiskRoom(queue: string): SluiceError {
  return new SluiceError(
    "CapacityExceeded",
    "The disk that the broker keeps its messages on is full, or the process has too many files open. Nothing " +
      "was stored; messages are received and deleted as before, and accepted again when that is over.",
    { queue },
  );
}

export function full(queue: string): SluiceError {
  return new SluiceError(
    "CapacityExceeded",
    "The broker's memory is full. Nothing was stored; try again when messages were deleted, or " +
      "open the broker with more memoryBytes.",
    { queue },
  );
}
