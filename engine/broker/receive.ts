/**
 * Receiving: at once, by long poll, or blocking the thread. A receive takes what is there, lets the
 * queue's own time pass first, and never waits to be full. Own thread only.
 */
import { BATCH_MAX, type Inbox, STATUS_LIMIT, STATUS_STALE } from "../../bindings/index.ts";
import { SluiceError } from "../errors.ts";
import { parameterRanges, protections } from "../limits.ts";
import type { Message, ReceiveOptions } from "../types.ts";
import { checkSignal } from "./abort.ts";
import { attemptOf, staleAttempt } from "./fifo.ts";
import { type MessageHome, ReceivedMessage } from "./message.ts";
import { checkNames, receiveNames } from "./names.ts";
import type { Place } from "./place.ts";
import { mayReceive, throttled } from "./quota.ts";

/** How long a thread blocks before it looks whether the opener lives: no event reaches it. */
const OWNER_LOOK_MS = 500;

/** A receive whose options were checked. */
interface Poll {
  readonly max: number;
  readonly waitMs: number;
  /** Below 0: the queue's. */
  readonly visibilityMs: number;
  /** A receive attempt's id, on a FIFO queue. */
  readonly attempt: string | undefined;
}

function invalid(place: Place, name: string, value: unknown, range: string): SluiceError {
  return new SluiceError(
    "InvalidParameterValue",
    `Value ${value} for parameter ${name} is invalid. Reason: it is ${range}.`,
    { queue: place.name },
  );
}

/** Seconds (fractions allowed) in milliseconds; below 0 for none given. */
export function visibilityMsOf(place: Place, visibilityTimeout: number | undefined): number {
  if (visibilityTimeout === undefined) return -1;
  const { min, max } = parameterRanges.visibilityTimeout;
  const isNumber = typeof visibilityTimeout === "number";
  if (isNumber && visibilityTimeout >= min && visibilityTimeout <= max)
    return visibilityTimeout * 1_000;
  throw invalid(place, "VisibilityTimeout", visibilityTimeout, `from ${min} to ${max} seconds`);
}

function checkMax(place: Place, max: number): number {
  if (Number.isInteger(max) && max >= 1 && max <= BATCH_MAX) return max;
  throw invalid(place, "MaxNumberOfMessages", max, `from 1 to ${BATCH_MAX}`);
}

function pollOf(place: Place, options: ReceiveOptions): Poll {
  const { maxNumberOfMessages = 1, waitTimeSeconds, visibilityTimeout } = options;
  const waitSeconds = waitTimeSeconds ?? queueWaitSeconds(place);
  if (!(waitSeconds >= 0)) throw invalid(place, "WaitTimeSeconds", waitSeconds, "0 or more");
  return {
    max: checkMax(place, maxNumberOfMessages),
    waitMs: waitSeconds * 1_000,
    visibilityMs: visibilityMsOf(place, visibilityTimeout),
    attempt: attemptOf(place, options.receiveRequestAttemptId),
  };
}

function queueWaitSeconds(place: Place): number {
  const known = place.desk.catalogue.at(place.number, place.incarnation);
  return known?.details.attributes.receiveMessageWaitTimeSeconds ?? 0;
}

/** Claims into an inbox: how many, or STATUS_LIMIT. Throws when the queue or the broker is gone. */
function tryClaim(
  place: Place,
  inbox: Inbox,
  max: number,
  visibilityMs: number,
  attempt?: string,
): number {
  const { member, number, incarnation } = place;
  member.check();
  const now = member.nowMs();
  const { engine } = member;
  const count = engine.receive(inbox, number, incarnation, max, visibilityMs, now, attempt);
  if (count >= 0 || count === STATUS_LIMIT) return count;
  if (count === STATUS_STALE && attempt !== undefined) throw staleAttempt(place, attempt);
  throw member.failure(count, place.name);
}

/** Too many messages in flight are no messages. */
function claim(place: Place, inbox: Inbox, max: number, visibilityMs: number): number {
  return Math.max(0, tryClaim(place, inbox, max, visibilityMs));
}

function take(
  place: Place & MessageHome,
  inbox: Inbox,
  { max, waitMs, visibilityMs, attempt }: Poll,
): Message[] | undefined {
  const count = tryClaim(place, inbox, max, visibilityMs, attempt);
  if (count === STATUS_LIMIT && waitMs === 0 && !place.isFifo) throw overLimit(place);
  if (count <= 0) return undefined;
  // A loop: Array.from costs 0.4 microseconds, as much as the claim itself.
  const messages: Message[] = [];
  const wallShiftMs = place.member.wallShiftMs();
  for (let index = 0; index < count; index++) {
    messages.push(new ReceivedMessage(place, inbox, index, wallShiftMs));
  }
  return messages;
}

/** AWS tells a short poll of a Standard queue, and only that, when too many are in flight. */
function overLimit(place: Place): SluiceError {
  return new SluiceError(
    "OverLimit",
    `Too many messages in flight: the queue is at the limit of ${protections.maxInFlight}.`,
    { queue: place.name },
  );
}

/**
 * Up to maxNumberOfMessages messages; waits for the first as long as the options say. However long it
 * waits, it is one call of the queue's quota; `waitsForQuota`: and for that it waits as well.
 */
export async function receive(
  place: Place & MessageHome,
  inbox: Inbox,
  options: ReceiveOptions,
  waitsForQuota = false,
): Promise<Message[]> {
  place.member.check();
  checkNames(options, receiveNames, place.name);
  const { signal } = options;
  checkSignal(signal);
  const poll = pollOf(place, options);
  if (!mayReceive(place)) {
    if (!waitsForQuota) throw throttled(place.name);
    await place.pace.wait(() => mayReceive(place), signal);
  }
  const { waiting } = place.desk;
  const look = (): Message[] | undefined => take(place, inbox, poll);
  // Who waits already is served first.
  let found = poll.waitMs > 0 && waiting.has(place.number) ? undefined : look();
  if (found === undefined && poll.waitMs > 0) {
    const deadlineMs = place.member.nowMs() + poll.waitMs;
    found = await waiting.wait(place.number, deadlineMs, look, signal);
  }
  if (found !== undefined) return found;
  place.member.engine.countEmptyReceive(place.number);
  return [];
}

function checkQuota(place: Place): void {
  if (!mayReceive(place)) throw throttled(place.name);
}

/** Fills the inbox: how many messages. */
export function receiveSync(
  place: Place,
  inbox: Inbox,
  max: number,
  visibilityTimeout: number | undefined,
): number {
  const most = Math.min(checkMax(place, max), inbox.capacity);
  checkQuota(place);
  const count = claim(place, inbox, most, visibilityMsOf(place, visibilityTimeout));
  if (count === 0) place.member.engine.countEmptyReceive(place.number);
  return count;
}

/** As `receiveSync`, but blocks this thread until something is there or `timeoutMs` have passed. */
export function receiveBlocking(
  place: Place,
  inbox: Inbox,
  max: number,
  timeoutMs: number,
): number {
  const { member, number } = place;
  if (!(timeoutMs >= 0)) throw invalid(place, "timeoutMs", timeoutMs, "0 or more");
  const most = Math.min(checkMax(place, max), inbox.capacity);
  checkQuota(place);
  let count = claim(place, inbox, most, -1);
  if (count === 0 && timeoutMs > 0) {
    const deadlineMs = member.nowMs() + timeoutMs;
    if (member.timing.blockMs(deadlineMs) === undefined) {
      throw new SluiceError(
        "UnsupportedOperation",
        "A thread can't block on a VirtualClock that only it can move; receive with waitTimeSeconds.",
        { queue: place.name },
      );
    }
    member.engine.waitBegin(number);
    try {
      count = blockFor(place, inbox, most, deadlineMs);
    } finally {
      // Long polls of this thread keep the bit; what woke this one may be theirs.
      if (place.desk.waiting.has(number)) place.desk.waiting.look(number);
      else member.engine.waitEnd(number);
    }
  }
  if (count === 0) member.engine.countEmptyReceive(number);
  return count;
}

function blockFor(place: Place, inbox: Inbox, max: number, deadlineMs: number): number {
  const { member, number } = place;
  const { engine } = member;
  for (;;) {
    const seen = engine.doorbell.read();
    engine.takeDirty(number);
    const count = claim(place, inbox, max, -1);
    if (count > 0) {
      if (engine.queues.hasReady(number)) engine.wake(number);
      return count;
    }
    if (member.nowMs() >= deadlineMs) return 0;
    const dueMs = engine.queues.nextDueMs(number);
    engine.watch(number, dueMs);
    if (engine.queues.nextDueMs(number) < dueMs) continue;
    const blockMs = member.timing.blockMs(Math.min(dueMs, deadlineMs)) ?? 0;
    if (!engine.doorbell.sleep(seen, Math.min(blockMs, OWNER_LOOK_MS))) member.lookForOwner();
  }
}
