/**
 * Sending: checks what is to be sent, measures it, hands it to the engine. Memory that is full is a
 * result, not an error: the callers decide whether to refuse or to wait. Own thread only.
 * Sizes are SQS's: body plus names, types and values of attributes against the queue's
 * maximumMessageSize. What characters a body may have is the wire's rule; here every text is taken,
 * and a lone surrogate, which no UTF-8 can carry, becomes U+FFFD.
 */
import {
  BATCH_MAX,
  type Outgoing,
  SHORT_CHARACTERS_MAX,
  UNMEASURED,
} from "../../bindings/index.ts";
import { SluiceError } from "../errors.ts";
import { parameterRanges } from "../limits.ts";
import type { BatchResult, Body, SendEntry, SendOptions, Sent } from "../types.ts";
import { checkSignal } from "./abort.ts";
import {
  checkFifoBatch,
  checkNoDelay,
  deduplicationOf,
  groupOf,
  invalid,
  isEntry,
} from "./fifo.ts";
import { full } from "./member.ts";
import { SentMessage } from "./message.ts";
import { packAttributes } from "./messageAttributes.ts";
import type { Place } from "./place.ts";
import { CALL_MESSAGES, isLimited, maySend, throttled } from "./quota.ts";
import type { Room } from "./room.ts";

type EntryOptions = Omit<SendEntry, "body">;
type WaitOptions = Pick<SendOptions, "waitForCapacity" | "signal">;

/** Bytes that a trace header and a sender may take. */
const SYSTEM_TEXT_BYTES_MAX = 2_048;

/** Bytes of a body; throws for what is none. */
function bodyBytesOf(place: Place, body: Body): number {
  if (typeof body === "string") return Buffer.byteLength(body);
  if (body instanceof Uint8Array) return body.length;
  throw invalid(place, `A body is a string or a Uint8Array, not ${typeof body}.`);
}

function checkSize(place: Place, sizeBytes: number): void {
  const maximumBytes = place.member.engine.queues.maximumBytes(place.number);
  if (sizeBytes <= maximumBytes) return;
  throw invalid(
    place,
    "One or more parameters are invalid. " +
      `Reason: Message must be shorter than ${maximumBytes} bytes; it has ${sizeBytes}.`,
  );
}

/** Texts of so many characters are not measured: whatever they are, the queue takes them. */
function shortMaxOf({ member, number }: Place): number {
  return Math.min(SHORT_CHARACTERS_MAX, Math.floor(member.engine.queues.maximumBytes(number) / 3));
}

function isShort(body: Body | SendEntry, shortMax: number): body is string {
  return typeof body === "string" && body.length <= shortMax;
}

function delayMsOf(place: Place, delaySeconds: number | undefined): number {
  if (delaySeconds === undefined) return -1;
  const { min, max } = parameterRanges.delaySeconds;
  if (delaySeconds >= min && delaySeconds <= max) {
    if (place.isFifo) checkNoDelay(place, delaySeconds);
    return delaySeconds * 1_000;
  }
  throw invalid(
    place,
    `Value ${delaySeconds} for parameter DelaySeconds is invalid. Reason: it is from ${min} to ${max} seconds.`,
  );
}

function systemText(place: Place, name: string, text: string | undefined): string {
  if (text === undefined || Buffer.byteLength(text) <= SYSTEM_TEXT_BYTES_MAX) return text ?? "";
  throw invalid(place, `${name} has at most ${SYSTEM_TEXT_BYTES_MAX} bytes.`);
}

/** Checks and measures one message. Throws what its sender is to be told. */
export function outgoingOf(place: Place, body: Body, options: EntryOptions): Outgoing {
  const { account } = place.member.settings;
  const sender = options.senderId === account ? undefined : options.senderId;
  const isBare =
    options.messageAttributes === undefined &&
    options.awsTraceHeader === undefined &&
    sender === undefined;
  const bodyBytes =
    isBare && isShort(body, shortMaxOf(place)) ? UNMEASURED : bodyBytesOf(place, body);
  const attributes = packAttributes(place.name, options.messageAttributes);
  if (bodyBytes !== UNMEASURED) checkSize(place, bodyBytes + (attributes?.sizeBytes ?? 0));
  return {
    body,
    bodyBytes,
    delayMs: delayMsOf(place, options.delaySeconds),
    group: groupOf(place, options.messageGroupId),
    deduplication: deduplicationOf(place, options.messageDeduplicationId, body),
    trace: systemText(place, "awsTraceHeader", options.awsTraceHeader),
    sender: systemText(place, "senderId", sender),
    attributes: attributes?.packed,
  };
}

/** Sends as many of outgoing[from..to) as one call takes: how many of how many that were tried. */
function sendSome(
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
  checkSignal(options.signal);
  const sending = new SingleSend(place, outgoingOf(place, body, options));
  const room = roomOf(place);
  const mayWait = options.waitForCapacity === true;
  const isDone = mayWait && room.isAwaited ? false : sending.run();
  if (!isDone && !mayWait) throw sending.refusal(place.name);
  if (!isDone) await room.wait(() => sending.run(), options.signal);
  return sending.sent as Sent;
}

function checked(place: Place, entry: Body | SendEntry): Outgoing {
  return isEntry(entry) ? outgoingOf(place, entry.body, entry) : outgoingOf(place, entry, {});
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
    entries.forEach((entry, index) => {
      try {
        this.#outgoing.push(checked(place, entry));
        this.#indices.push(index);
      } catch (error) {
        if (!(error instanceof SluiceError)) throw error;
        this.failed.push({ index, error });
      }
    });
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
  options: WaitOptions,
): Promise<BatchResult<Sent>> {
  place.member.check();
  checkSignal(options.signal);
  const batch = new BatchSend(place, entries);
  const room = roomOf(place);
  const mayWait = options.waitForCapacity === true;
  const isDone = mayWait && room.isAwaited ? false : batch.run();
  if (!isDone && mayWait) await room.wait(() => batch.run(), options.signal);
  else batch.refuseRest();
  return { successful: batch.successful, failed: batch.failed };
}

/** Checks bodies that are sent together, before the first is sent; false: some have options. */
function checkBodies(
  place: Place,
  bodies: readonly (Body | SendEntry)[],
  count: number,
  shortMax: number,
): bodies is readonly Body[] {
  for (let index = 0; index < count; index++) {
    const body = bodies[index] as Body | SendEntry;
    if (isShort(body, shortMax)) continue;
    if (isEntry(body)) return false;
    checkSize(place, bodyBytesOf(place, body));
  }
  return true;
}

/** Sends the first `count` entries, in order, as far as there is room: how many. */
function sendEntries(place: Place, entries: readonly (Body | SendEntry)[], count: number): number {
  const outgoing: Outgoing[] = [];
  for (let index = 0; index < count; index++) {
    outgoing.push(checked(place, entries[index] as Body | SendEntry));
  }
  const call = isLimited(place) ? CALL_MESSAGES : count;
  let sent = 0;
  for (let to = Math.min(call, count); sent < count; to = Math.min(to + call, count)) {
    if (!maySend(place, outgoing, sent, to)) break;
    while (sent < to) {
      const { accepted, tried } = sendSome(place, outgoing, sent, to);
      sent += accepted;
      if (accepted < tried) return sent;
    }
  }
  return sent;
}

/** Sends bodies[from..to) that are no short texts, as many as go together; `tried` in the outbox. */
function sendLong(place: Place, bodies: readonly Body[], from: number, to: number): number {
  const { member, number, incarnation } = place;
  const { outbox } = member.engine;
  const end = Math.min(to, from + BATCH_MAX);
  outbox.beginBodies();
  for (let index = from; index < end; index++) {
    const body = bodies[index] as Body;
    if (!outbox.addBody(body, bodyBytesOf(place, body))) break;
  }
  outbox.tried = Math.max(1, outbox.count);
  const now = member.nowMs();
  if (outbox.count > 0) return outbox.flush(number, incarnation, now);
  const outgoing = outgoingOf(place, bodies[from] as Body, {});
  return outbox.sendLarge(number, incarnation, outgoing, now);
}

/** Sends the first `count` bodies or entries, in order, as far as there is room: how many. */
export function sendBodies(
  place: Place,
  bodies: readonly (Body | SendEntry)[],
  count: number,
): number {
  const { member, number, incarnation } = place;
  const { outbox } = member.engine;
  member.check();
  const shortMax = shortMaxOf(place);
  if (place.isFifo || !checkBodies(place, bodies, count, shortMax)) {
    return sendEntries(place, bodies, count);
  }
  let sent = 0;
  while (sent < count) {
    const now = member.nowMs();
    let accepted = outbox.sendShort(number, incarnation, bodies, sent, count, shortMax, now);
    if (outbox.tried === 0) accepted = sendLong(place, bodies, sent, count);
    if (accepted < 0) throw member.failure(accepted, place.name);
    sent += accepted;
    if (accepted < outbox.tried) break;
  }
  if (sent > 0) place.desk.waiting.look(number);
  return sent;
}
