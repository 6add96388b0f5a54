/**
 * What a consumer's thread has in hand beyond what held records have room for: up to ten thousand
 * messages, whose receipts stand in the ledger's row alone. No heartbeat extends them; their thread hides
 * them anew itself (`Hand.renew`). To hide one only as long as nobody else changed how long it is
 * hidden, a held record is borrowed for that call. Own thread only; costs an object a message.
 */
import { HELD_MAX, type Inbox, RESULT_APPLIED } from "../../../bindings/index.ts";
import type { LedgerRow } from "./ledger.ts";
import type { QueueInternals } from "./queueInternals.ts";

export class Carried {
  readonly #internals: QueueInternals;
  readonly #row: LedgerRow;
  /** Until when each is hidden, as far as this thread knows. */
  readonly #dueMs: Float64Array;
  /** Numbers that are free: a stack, of which the first `#room` count. */
  readonly #free: Uint32Array;
  #room: number;
  /** The held record that each handle record of a hide names. */
  readonly #borrowed = new Int32Array(HELD_MAX);

  constructor(internals: QueueInternals, row: LedgerRow, capacity: number) {
    this.#internals = internals;
    this.#row = row;
    this.#dueMs = new Float64Array(capacity);
    this.#free = Uint32Array.from({ length: capacity }, (_, index) => capacity - 1 - index);
    this.#room = capacity;
  }

  /** How many more there is room for. */
  get room(): number {
    return this.#room;
  }

  /** The number of message `index` of the inbox from now on; its receipt is the row's to keep. */
  publish(inbox: Inbox, index: number): number {
    this.#room--;
    const number = this.#free[this.#room] as number;
    this.#dueMs[number] = inbox.dueMs(index);
    return number;
  }

  withdraw(number: number): void {
    this.#free[this.#room] = number;
    this.#room++;
  }

  /** Handle record `handle` names the message: to delete it. */
  putHandle(handle: number, number: number): void {
    const { member, queue } = this.#internals;
    const receipt = this.#row.receipt(number, queue.incarnation);
    if (receipt !== undefined) member.engine.receipts.put(handle, receipt);
  }

  /** How many one hide can take: held records of the thread that nothing else uses. */
  get hidesMax(): number {
    return this.#internals.member.engine.held.room;
  }

  /** As `Held.putHeld`; `settle` comes after the hide. */
  putHeld(handle: number, number: number, visibilityMs: number): void {
    const { member, queue } = this.#internals;
    const { held } = member.engine;
    const receipt = this.#row.receipt(number, queue.incarnation);
    if (receipt === undefined) throw new Error(`No message in hand has the number ${number}.`);
    const dueMs = this.#dueMs[number] as number;
    const record = held.borrow({ ...receipt, dueMs }, queue.incarnation);
    held.putHeld(handle, record, visibilityMs);
    this.#borrowed[handle] = record;
  }

  /** The hide of these numbers has been made: whether it applied to each, and records are given back. */
  settle(numbers: readonly number[]): boolean[] {
    const { held, receipts } = this.#internals.member.engine;
    return numbers.map((number, handle) => {
      const record = this.#borrowed[handle] as number;
      const isApplied = receipts.result(handle) === RESULT_APPLIED;
      if (isApplied) this.#dueMs[number] = held.extendedDueMs(record);
      held.withdraw(record);
      return isApplied;
    });
  }
}
