/**
 * Sending: hands messages that were checked (outgoing.ts) to the engine, alone or in a batch, now or
 * once there is room. Memory that is full is a result, not an error: the callers decide whether to
 * refuse or to wait. Own thread only.
 */
import type { Outgoing } from "../../bindings/index.ts";
import { SluiceError } from "../errors.ts";
import type {
  BatchResult,
  Body,
  SendBatchOptions,
  SendEntry,
  SendOptions,
  Sent,
} from "../types.ts";
import { checkSignal } from "./abort.ts";
import { checkFifoBatch } from "./fifo.ts";
import { full } from "./member.ts";
import { SentMessage } from "./message.ts";
import { checkNames, sendBatchNames, sendNames } from "./names.ts";
import { checkList, outgoingOf, outgoingOfEntry } from "./outgoing.ts";
import type { Place } from "./place.ts";
import { CALL_MESSAGES, isLimited, maySend, throttled } from "./quota.ts";
import type { Room } from "./room.ts";

/** Sends as many of outgoing[from..to) as one call takes: how many of how many that were tried. */
export function sendSome(
  place: Place,
  outgoing: readonly Outgoing[],
  from: number,
  to: number,
): { accepted: number; tried: number } {
  const { member, number, incarnation } = place;
  const { outbox } = member.engine;
  const now = member.nowMs();
  outbox.begin();
  for (let index = from; index < to; index++) {
    if (!outbox.add(outgoing[index] as Outgoing)) break;
  }
  const tried = Math.max(1, outbox.count);
  const accepted =
    outbox.count > 0
      ? outbox.flush(number, incarnation, now)
      : outbox.sendLarge(number, incarnation, outgoing[from] as Outgoing, now);
  if (accepted < 0) throw member.failure(accepted, place.name);
  if (accepted > 0) place.desk.waiting.look(number);
  return { accepted, tried };
}

/** Why a message was not sent now: memory is full, or the queue's quota is used up. */
type Refusal = typeof full | typeof throttled;

/** One message on its way. */
class SingleSend {
  sent: Sent | undefined;
  refusal: Refusal = full;
  readonly #place: Place;
  readonly #outgoing: readonly [Outgoing];
  #isPaid = false;

  constructor(place: Place, outgoing: Outgoing) {
    this.#place = place;
    this.#outgoing = [outgoing];
  }

  /** Sends it if that can be now. */
  run(): boolean {
    const place = this.#place;
    place.member.check();
    this.#isPaid ||= maySend(place, this.#outgoing, 0, 1);
    this.refusal = this.#isPaid ? full : throttled;
    if (!this.#isPaid || sendSome(place, this.#outgoing, 0, 1).accepted === 0) return false;
    this.sent = sentOf(place, this.#outgoing[0], 0);
    return true;
  }
}

/** Sends one message; false when memory is full, or the queue's quota used up. */
export function sendNow(place: Place, outgoing: Outgoing): boolean {
  return new SingleSend(place, outgoing).run();
}

/** Where senders to this queue wait. */
function roomOf(place: Place): Room {
  return isLimited(place) ? place.pace : place.desk.room;
}

function sentOf(place: Place, { body }: Outgoing, record: number): Sent {
  return new SentMessage(place, body, record);
}

/** Sends one message, waiting for room when the options say so. */
export async function send(place: Place, body: Body, options: SendOptions): Promise<Sent> {
  place.member.check();
  checkNames(options, sendNames, place.name);
  const { signal, waitForCapacity } = options;
  checkSignal(signal);
  const sending = new SingleSend(place, outgoingOf(place, body, options));
  const room = roomOf(place);
  const mayWait = waitForCapacity === true;
  const isDone = mayWait && room.isAwaited ? false : sending.run();
  if (!isDone && !mayWait) throw sending.refusal(place.name);
  if (!isDone) await room.wait(() => sending.run(), signal);
  return sending.sent as Sent;
}

/** A batch on its way: what is left to send, and what became of the rest. */
class BatchSend {
  readonly successful: { index: number; value: Sent }[] = [];
  readonly failed: { index: number; error: SluiceError }[] = [];
  readonly #place: Place;
  #outgoing: Outgoing[] = [];
  #indices: number[] = [];
  /** How many of what is left were counted against the queue's quota. */
  #paid = 0;
  #refusal: Refusal = full;

  constructor(place: Place, entries: readonly (Body | SendEntry)[]) {
    this.#place = place;
    if (place.isFifo) checkFifoBatch(place, entries);
    // A loop, since forEach passes over the holes of an array.
    for (let index = 0; index < entries.length; index++) {
      try {
        this.#outgoing.push(outgoingOfEntry(place, entries[index] as Body | SendEntry));
        this.#indices.push(index);
      } catch (error) {
        if (!(error instanceof SluiceError)) throw error;
        this.failed.push({ index, error });
      }
    }
  }

  /** Sends what is left, as far as that can be now; true when nothing is left. */
  run(): boolean {
    this.#place.member.check();
    let from = 0;
    this.#refusal = full;
    while (from < this.#outgoing.length) {
      if (from === this.#paid && !this.#pay(from)) break;
      const { accepted, tried } = sendSome(this.#place, this.#outgoing, from, this.#paid);
      for (let record = 0; record < accepted; record++) {
        const value = sentOf(this.#place, this.#outgoing[from + record] as Outgoing, record);
        this.successful.push({ index: this.#indices[from + record] as number, value });
      }
      from += accepted;
      if (accepted < tried) break;
    }
    this.#outgoing = this.#outgoing.slice(from);
    this.#indices = this.#indices.slice(from);
    this.#paid -= from;
    return this.#outgoing.length === 0;
  }

  /** Counts the next call against the quota; without one, all that is left is one call. */
  #pay(from: number): boolean {
    const left = this.#outgoing.length - from;
    const next = isLimited(this.#place) ? Math.min(CALL_MESSAGES, left) : left;
    if (!maySend(this.#place, this.#outgoing, from, from + next)) {
      this.#refusal = throttled;
      return false;
    }
    this.#paid = from + next;
    return true;
  }

  /** What is left is refused; a quota that lets nothing through refuses the call as a whole. */
  refuseRest(): void {
    if (this.#refusal === throttled && this.successful.length === 0)
      throw throttled(this.#place.name);
    for (const index of this.#indices) {
      this.failed.push({ index, error: this.#refusal(this.#place.name) });
    }
    this.failed.sort((one, other) => one.index - other.index);
  }
}

/** Sends a batch of any size; each entry succeeds or fails by itself. */
export async function sendBatch(
  place: Place,
  entries: readonly (Body | SendEntry)[],
  options: SendBatchOptions,
): Promise<BatchResult<Sent>> {
  place.member.check();
  checkNames(options, sendBatchNames, place.name);
  checkList(place, entries, "sendBatch");
  const { signal, waitForCapacity } = options;
  checkSignal(signal);
  const batch = new BatchSend(place, entries);
  const room = roomOf(place);
  const mayWait = waitForCapacity === true;
  const isDone = mayWait && room.isAwaited ? false : batch.run();
  if (!isDone && mayWait) await room.wait(() => batch.run(), signal);
  else batch.refuseRest();
  return { successful: batch.successful, failed: batch.failed };
}
