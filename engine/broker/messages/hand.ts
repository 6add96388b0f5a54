/**
 * What a consumer's thread has in its hands of one queue: it receives, and each message stays in hand
 * until it is deleted, has failed or is given back. While it is in hand its receipt stands in the
 * thread's held records, where the steward extends it, and in the ledger's row, where the opener finds
 * it when the thread dies. A receipt leaves both only when what was done with it holds.
 *
 * Messages in hand are named by the number of their held record, 0 to HAND_MAX - 1. A hand that carries
 * (carried.ts) has more of them, under numbers of their own and without heartbeats. Own thread only.
 * Nothing is allocated a message; what it costs is in `sluice bench pool` (handleSync).
 */
import { type Held, STATUS_FULL, STATUS_GONE } from "../../../bindings/index.ts";
import type { Message, Queue } from "../../types.ts";
import { BrokerQueue } from "../queue.ts";
import { insideOf, MessageBatch } from "./batch.ts";
import { Carried } from "./carried.ts";
import { HAND_MAX, type LedgerRow } from "./ledger.ts";
import { ReceivedMessage } from "./message.ts";
import type { QueueInternals } from "./queueInternals.ts";
import { CALL_MESSAGES, isLimited, mayDelete, mayReceive } from "./quota.ts";
import { blockFor, receiveBy, tryClaim, visibilityMsOf } from "./receive.ts";
import { afterRemoval, deletionTime } from "./settle.ts";
import { unsettled } from "./settleSync.ts";

export interface HandOptions {
  /** Most messages of one receive: 1 to HAND_MAX. */
  readonly batch: number;
  /** Seconds; undefined: the queue's. */
  readonly visibilityTimeout: number | undefined;
  readonly heartbeat: boolean;
  /** How many it has in hand at the most, without heartbeats; undefined: HAND_MAX, with held records. */
  readonly carries?: number | undefined;
}

/** How long to wait for one's turn, or for a hand that is free, before looking again. */
const TURN_MS = 10;
/** Where messages in flight are limited nobody rings when there are fewer again. */
const CAPPED_POLL_SECONDS = 1;
/** A heartbeat comes at a third of the timeout; the steward looks twice in that time. */
const LOOKS = 6;

/** Messages that were received together, as long as one of them is in hand. */
interface Receive {
  readonly atMs: number;
  left: number;
}

export class Hand {
  /** What the last receive brought. */
  readonly batch: MessageBatch;
  /** The numbers of its messages, in order. */
  readonly numbers: Uint16Array;
  readonly #internals: QueueInternals;
  readonly #row: LedgerRow;
  readonly #options: HandOptions;
  readonly #visibilityMs: number;
  readonly #carried: Carried | undefined;
  readonly #records: Held | Carried;
  readonly #receives: Receive[] = [];
  readonly #receiveOf: (Receive | undefined)[];
  /** For how long the last receive hid what it brought. */
  #hiddenMs = 0;
  readonly #one: [number] = [0];
  #inHand = 0;
  #nowMs = 0;

  constructor(queue: Queue, row: LedgerRow, options: HandOptions) {
    this.#internals = BrokerQueue.internalsOf(queue);
    this.#row = row;
    this.#options = options;
    this.#visibilityMs = visibilityMsOf(this.#internals, options.visibilityTimeout);
    const { carries } = options;
    if (carries !== undefined) this.#carried = new Carried(this.#internals, row, carries);
    this.#records = this.#carried ?? this.#internals.member.engine.held;
    this.#receiveOf = new Array(carries ?? HAND_MAX).fill(undefined);
    this.batch = new MessageBatch(options.batch);
    this.numbers = new Uint16Array(options.batch);
    insideOf(this.batch).internals = this.#internals;
  }

  get inHand(): number {
    return this.#inHand;
  }

  /** The broker's time when this thread last looked. */
  get nowMs(): number {
    return this.#nowMs;
  }

  readClock(): number {
    this.#nowMs = this.#internals.member.nowMs();
    return this.#nowMs;
  }

  /** The messages of the last receive, as objects of their own. */
  messages(): Message[] {
    const { inbox } = insideOf(this.batch);
    const wallShiftMs = this.#internals.member.wallShiftMs();
    const messages: Message[] = [];
    for (let index = 0; index < inbox.count; index++) {
      messages.push(new ReceivedMessage(this.#internals, inbox, index, wallShiftMs));
    }
    return messages;
  }

  /** The numbers of the last receive's messages, in a list of their own. */
  takeNumbers(count: number): number[] {
    const numbers: number[] = [];
    for (let index = 0; index < count; index++) numbers.push(this.numbers[index] as number);
    return numbers;
  }

  /** Which message has this number, and how often it was received. */
  named(number: number): { messageId: string; receiveCount: number } {
    const { member, queue } = this.#internals;
    const receipt = this.#row.receipt(number, queue.incarnation);
    if (receipt === undefined) return { messageId: "", receiveCount: 0 };
    const { birthLow, birthHigh, receiveCount } = receipt;
    return { messageId: member.messageId(birthLow, birthHigh), receiveCount };
  }

  /** What is there now, without waiting; 0 also where `receive` waits, for its turn or for the disk. */
  tryReceive(most: number): number {
    const internals = this.#internals;
    if (isLimited(internals) || this.#waitsForReceives) return 0;
    const max = this.#room(most);
    return max === 0 ? 0 : (this.#take(max) ?? 0);
  }

  /**
   * Waits until messages are there, and for this queue's quota before that; how many. 0: look again, or
   * `mostSeconds` have passed.
   * Rejects with AbortError when the signal is given, with QueueDoesNotExist, and when the broker ends.
   */
  async receive(
    most: number,
    signal: AbortSignal,
    mostSeconds = Number.POSITIVE_INFINITY,
  ): Promise<number> {
    const max = this.#room(most);
    if (max === 0) {
      await new Promise((resolve) => setTimeout(resolve, TURN_MS));
      return 0;
    }
    const waitTimeSeconds = Math.min(this.#pollSeconds(), mostSeconds);
    const options = { maxNumberOfMessages: max, waitTimeSeconds, signal };
    this.#row.beginIdle(this.readClock());
    try {
      return await receiveBy(this.#internals, options, true, () => this.#take(max), 0);
    } finally {
      this.#row.endIdle(this.readClock());
    }
  }

  /** As `receive`, but blocks the thread; 0 also as soon as `isAsked` answers true. */
  receiveBlocking(most: number, isAsked: () => boolean): number {
    const internals = this.#internals;
    const { doorbell } = internals.member.engine;
    const max = this.#room(most);
    while (max === 0 || !mayReceive(internals)) {
      if (isAsked()) return 0;
      doorbell.sleep(doorbell.read(), TURN_MS);
      if (max === 0) return 0;
    }
    const { inbox } = insideOf(this.batch);
    this.#row.beginIdle(this.readClock());
    const waitMs = this.#pollSeconds() * 1_000;
    const count = blockFor(internals, inbox, max, this.#visibilityMs, waitMs, isAsked);
    this.#row.endIdle(this.readClock());
    if (count === 0) return 0;
    this.#hold(count);
    if (this.#waitsForReceives) internals.shared.acknowledgements.blockFor(internals.queue.number);
    return count;
  }

  /** Deletes these, which have been handled; a promise only where it must wait, for the quota or the disk. */
  delete(numbers: readonly number[]): Promise<void> | undefined {
    const internals = this.#internals;
    if (isLimited(internals)) return this.#deleteInTurn(numbers);
    if (numbers.length === 0) return undefined;
    internals.member.check();
    this.#putAll(numbers);
    if (this.#remove(numbers)) return internals.shared.acknowledgements.of(internals.queue.number);
    return this.#deleteLater(numbers);
  }

  /** The journal is behind. */
  async #deleteLater(numbers: readonly number[]): Promise<void> {
    const { member, queue, shared } = this.#internals;
    do {
      await shared.acknowledgements.room(queue.number);
      member.check();
      this.#putAll(numbers);
    } while (!this.#remove(numbers));
    await shared.acknowledgements.of(queue.number);
  }

  async #deleteInTurn(numbers: readonly number[]): Promise<void> {
    const internals = this.#internals;
    for (let from = 0; from < numbers.length; from += CALL_MESSAGES) {
      const part = numbers.slice(from, from + CALL_MESSAGES);
      // Other calls of this thread use the handle records while it waits.
      const mayNow = (): boolean => {
        this.#putAll(part);
        return mayDelete(internals, part.length);
      };
      if (!mayNow()) await internals.pace.wait(mayNow, undefined);
      this.#putAll(part);
      if (!this.#remove(part)) await this.#deleteLater(part);
    }
    await internals.shared.acknowledgements.of(internals.queue.number);
  }

  /** As `delete`, but blocks the thread while it waits for the quota, and for the disk. */
  deleteBlocking(numbers: readonly number[]): void {
    const internals = this.#internals;
    const { doorbell } = internals.member.engine;
    const step = isLimited(internals) ? CALL_MESSAGES : HAND_MAX;
    for (let from = 0; from < numbers.length; from += step) {
      const part = numbers.length <= step ? numbers : numbers.slice(from, from + step);
      this.#putAll(part);
      while (!mayDelete(internals, part.length)) doorbell.sleep(doorbell.read(), TURN_MS);
      while (!this.#remove(part)) {
        internals.shared.acknowledgements.blockForRoom(0);
        internals.member.check();
        this.#putAll(part);
      }
    }
    if (numbers.length > 0) internals.shared.acknowledgements.blockFor(internals.queue.number);
  }

  /** Whether nobody may handle what was received before that is durable. */
  get #waitsForReceives(): boolean {
    const { isFifo, shared } = this.#internals;
    return isFifo && !shared.acknowledgements.isIdle;
  }

  /**
   * Its handler failed: it comes back in so many seconds, undefined: when its timeout is over. What
   * the handler itself did to its visibility stays so.
   */
  fail(number: number, seconds: number | undefined): void {
    this.#one[0] = number;
    if (seconds !== undefined) this.#hide(this.#one, seconds * 1_000);
    this.#letGo(number);
  }

  /** Nobody will handle these: they are visible at once, but for what was changed since. */
  giveBack(numbers: readonly number[]): void {
    if (numbers.length === 0) return;
    this.#hide(numbers, 0);
    this.#letGoAll(numbers);
  }

  /** For how long the last receive hid what it brought. */
  get hiddenMs(): number {
    return this.#hiddenMs;
  }

  /**
   * Hides these for as long as a receive does, from now on. Lets those go that somebody else has by
   * now, and answers the others. For a hand that carries.
   */
  renew(numbers: readonly number[]): Set<number> {
    const lost = this.#hide(numbers, this.#hiddenMs);
    this.#letGoAll(lost);
    const left = new Set(numbers);
    for (const number of lost) left.delete(number);
    return left;
  }

  /** Extends what is due, where there is no steward to do it. */
  beat(): void {
    const { member } = this.#internals;
    if (member.isOpen) member.engine.heartbeat(member.nowMs());
  }

  /** The work has ended: what is in hand comes back when its timeout is over. */
  drop(): void {
    for (let number = 0; number < this.#receiveOf.length; number++) {
      if (this.#receiveOf[number] !== undefined) this.#letGo(number);
    }
  }

  /** A handler has failed. (Those that have not are counted when their message is deleted.) */
  countFailed(): void {
    this.#row.addDone(0, 1, this.#nowMs);
  }

  #pollSeconds(): number {
    const { inFlightCap } = this.#internals.member.settings.quotas;
    return inFlightCap ? CAPPED_POLL_SECONDS : Number.POSITIVE_INFINITY;
  }

  #room(most: number): number {
    return Math.min(most, this.#options.batch, this.#records.room);
  }

  #take(max: number): number | undefined {
    this.readClock();
    const { inbox } = insideOf(this.batch);
    const count = tryClaim(this.#internals, inbox, max, this.#visibilityMs);
    if (count <= 0) return undefined;
    this.#hold(count);
    return count;
  }

  /** From now on the steward extends what was received, and the opener knows of it. */
  #hold(count: number): void {
    const { queue, member } = this.#internals;
    const { held } = member.engine;
    const { inbox } = insideOf(this.batch);
    const receive: Receive = { atMs: this.#nowMs, left: count };
    this.#hiddenMs = Math.max(0, Math.round(inbox.dueMs(0) - this.#nowMs));
    const heartbeatMs = this.#options.heartbeat ? this.#hiddenMs : 0;
    if (heartbeatMs > 0) held.lookEveryMs = Math.ceil(heartbeatMs / LOOKS);
    for (let index = 0; index < count; index++) {
      const number = this.#records.publish(inbox, index, queue.incarnation, heartbeatMs);
      this.numbers[index] = number;
      this.#receiveOf[number] = receive;
      this.#row.hold(number, inbox, index);
    }
    this.#receives.push(receive);
    this.#inHand += count;
    this.#row.addReceived(count, this.#inHand, this.#receives[0]?.atMs ?? 0);
  }

  #putAll(numbers: readonly number[]): void {
    const records = this.#records;
    for (let at = 0; at < numbers.length; at++) records.putHandle(at, numbers[at] as number);
  }

  /** Deletes what the handle records name, where it is there yet. False: the journal is behind, and nothing was done. */
  #remove(numbers: readonly number[]): boolean {
    const internals = this.#internals;
    const { member, queue, name } = internals;
    const count = numbers.length;
    const status = member.engine.remove(queue, count, deletionTime(internals));
    if (status === STATUS_FULL) return false;
    if (status < 0) throw member.failure(status, name);
    this.#letGoAll(numbers);
    // Last: whoever sees that it is handled sees it deleted, too.
    this.#row.addDone(count, 0, this.#nowMs);
    afterRemoval(internals);
    return true;
  }

  /** Of a hand that carries it answers what it did not apply to. */
  #hide(numbers: readonly number[], visibilityMs: number): number[] {
    const most = this.#carried?.hidesMax ?? HAND_MAX;
    const lost: number[] = [];
    // Without a record nothing can be hidden: it stays as it is until its time is over.
    for (let from = 0; from < numbers.length && most > 0; from += most) {
      const part = numbers.length <= most ? numbers : numbers.slice(from, from + most);
      this.#hidePart(part, visibilityMs);
      const applied = this.#carried?.settle(part);
      if (applied !== undefined) lost.push(...part.filter((_, at) => !applied[at]));
    }
    return lost;
  }

  /** Where the queue is gone, so are its messages; the next receive says so. */
  #hidePart(numbers: readonly number[], visibilityMs: number): void {
    const { member, queue, shared } = this.#internals;
    for (let at = 0; at < numbers.length; at++) {
      this.#records.putHeld(at, numbers[at] as number, visibilityMs);
    }
    let tries = 0;
    let status: number;
    do status = member.engine.hide(queue, numbers.length, member.nowMs());
    while (status === STATUS_FULL && shared.acknowledgements.blockForRoom(tries++));
    if (status === STATUS_GONE) return;
    if (status < 0) throw unsettled(this.#internals, status);
    shared.waiting.look(queue.number);
  }

  #letGo(number: number): void {
    this.#withdraw(number);
    this.#tellInHand();
  }

  #letGoAll(numbers: readonly number[]): void {
    for (let at = 0; at < numbers.length; at++) this.#withdraw(numbers[at] as number);
    this.#tellInHand();
  }

  #withdraw(number: number): void {
    this.#records.withdraw(number);
    this.#row.letGo(number);
    const receive = this.#receiveOf[number];
    if (receive !== undefined) receive.left--;
    this.#receiveOf[number] = undefined;
    this.#inHand--;
  }

  #tellInHand(): void {
    while (this.#receives[0]?.left === 0) this.#receives.shift();
    this.#row.setInHand(this.#inHand, this.#receives[0]?.atMs ?? 0);
  }
}
