/**
 * Receiving: at once, by long poll, or blocking the thread. A receive takes what is there, lets the
 * queue's own time pass first, and never waits to be full. Own thread only.
 */
import { BATCH_MAX, type Inbox, STATUS_LIMIT, STATUS_STALE } from "../../../bindings/index.ts";
import { SluiceError } from "../../errors.ts";
import { parameterRanges, protections } from "../../limits.ts";
import type { Message, ReceiveOptions } from "../../types.ts";
import { checkNames, receiveNames } from "../face/names.ts";
import { checkSignal } from "../waiting/abort.ts";
import { attemptOf, staleAttempt } from "./fifo.ts";
import { type MessageOwner, ReceivedMessage } from "./message.ts";
import type { QueueContext } from "./queueContext.ts";
import { mayReceive, throttled } from "./quota.ts";

/** How long a thread blocks before it looks whether the opener lives: no event reaches it. */
const OWNER_LOOK_MS = 500;

/** A receive whose options were checked. */
export interface Poll {
  readonly max: number;
  readonly waitMs: number;
  /** Below 0: the queue's. */
  readonly visibilityMs: number;
  /** A receive attempt's id, on a FIFO queue. */
  readonly attempt: string | undefined;
}

function invalid(context: QueueContext, name: string, value: unknown, range: string): SluiceError {
  return new SluiceError(
    "InvalidParameterValue",
    `Value ${value} for parameter ${name} is invalid. Reason: it is ${range}.`,
    { queue: context.name },
  );
}

/** Seconds (fractions allowed) in milliseconds; below 0 for none given. */
export function visibilityMsOf(
  context: QueueContext,
  visibilityTimeout: number | undefined,
): number {
  if (visibilityTimeout === undefined) return -1;
  const { min, max } = parameterRanges.visibilityTimeout;
  const isNumber = typeof visibilityTimeout === "number";
  if (isNumber && visibilityTimeout >= min && visibilityTimeout <= max)
    return visibilityTimeout * 1_000;
  throw invalid(context, "VisibilityTimeout", visibilityTimeout, `from ${min} to ${max} seconds`);
}

function checkMax(context: QueueContext, max: number): number {
  if (Number.isInteger(max) && max >= 1 && max <= BATCH_MAX) return max;
  throw invalid(context, "MaxNumberOfMessages", max, `from 1 to ${BATCH_MAX}`);
}

function pollOf(context: QueueContext, options: ReceiveOptions): Poll {
  const { maxNumberOfMessages = 1, waitTimeSeconds, visibilityTimeout } = options;
  const waitSeconds = waitTimeSeconds ?? queueWaitSeconds(context);
  if (!(waitSeconds >= 0)) throw invalid(context, "WaitTimeSeconds", waitSeconds, "0 or more");
  return {
    max: checkMax(context, maxNumberOfMessages),
    waitMs: waitSeconds * 1_000,
    visibilityMs: visibilityMsOf(context, visibilityTimeout),
    attempt: attemptOf(context, options.receiveRequestAttemptId),
  };
}

function queueWaitSeconds(context: QueueContext): number {
  const known = context.shared.catalogue.at(context.queue);
  return known?.details.attributes.receiveMessageWaitTimeSeconds ?? 0;
}

/** Claims into an inbox: how many, or STATUS_LIMIT. Throws when the queue or the broker is gone. */
export function tryClaim(
  context: QueueContext,
  inbox: Inbox,
  max: number,
  visibilityMs: number,
  attempt?: string,
): number {
  const { member, queue } = context;
  member.check();
  const now = member.nowMs();
  const { engine } = member;
  const count = engine.receive(inbox, queue, max, visibilityMs, now, attempt);
  if (count >= 0 || count === STATUS_LIMIT) return count;
  if (count === STATUS_STALE && attempt !== undefined) throw staleAttempt(context, attempt);
  throw member.failure(count, context.name);
}

/** Too many messages in flight are no messages. */
function claim(context: QueueContext, inbox: Inbox, max: number, visibilityMs: number): number {
  return Math.max(0, tryClaim(context, inbox, max, visibilityMs));
}

function take(
  context: QueueContext & MessageOwner,
  inbox: Inbox,
  { max, waitMs, visibilityMs, attempt }: Poll,
): Message[] | undefined {
  const count = tryClaim(context, inbox, max, visibilityMs, attempt);
  if (count === STATUS_LIMIT && waitMs === 0 && !context.isFifo) throw overLimit(context);
  if (count <= 0) return undefined;
  // A loop: Array.from costs as much as the claim itself.
  const messages: Message[] = [];
  const wallShiftMs = context.member.wallShiftMs();
  for (let index = 0; index < count; index++) {
    messages.push(new ReceivedMessage(context, inbox, index, wallShiftMs));
  }
  return messages;
}

/** AWS tells a short poll of a Standard queue, and only that, when too many are in flight. */
function overLimit(context: QueueContext): SluiceError {
  return new SluiceError(
    "OverLimit",
    `Too many messages in flight: the queue is at the limit of ${protections.maxInFlight}.`,
    { queue: context.name },
  );
}

/**
 * Up to maxNumberOfMessages messages; waits for the first as long as the options say. However long it
 * waits, it is one call of the queue's quota; `waitsForQuota`: and for that it waits as well.
 */
export function receive(
  context: QueueContext & MessageOwner,
  inbox: Inbox,
  options: ReceiveOptions,
  waitsForQuota = false,
): Promise<Message[]> {
  const takes = (poll: Poll) => take(context, inbox, poll);
  return receiveBy(context, options, waitsForQuota, takes, [], admittedOf);
}

/**
 * What a receive of a Standard queue waits for: where a crash forgot a move, what was given out under the new place
 * would be deleted there in vain. Also one that brought no such message may wait for a move that is under way.
 */
function admittedOf({ shared, queue }: QueueContext): Promise<void> | undefined {
  return shared.acknowledgements.ofAdmitted(queue.number);
}

/**
 * As `receive`, for who takes the messages out of the engine himself: `take` looks once and answers
 * undefined for nothing, in the same step in which the promise is resolved; `none` is answered when
 * the time is up. `wait`: what of a Standard queue waits for.
 */
export async function receiveBy<T>(
  context: QueueContext,
  options: ReceiveOptions,
  waitsForQuota: boolean,
  take: (poll: Poll) => T | undefined,
  none: T,
  wait: (context: QueueContext) => Promise<void> | undefined = nothing,
): Promise<T> {
  context.member.check();
  checkNames(options, receiveNames, context.name);
  const { signal } = options;
  checkSignal(signal);
  const poll = pollOf(context, options);
  if (!mayReceive(context)) {
    if (!waitsForQuota) throw throttled(context.name);
    await context.pace.wait(() => mayReceive(context), signal);
  }
  const { acknowledgements, waiting } = context.shared;
  const look = (): T | undefined => take(poll);
  // Who waits already is served first.
  let found = poll.waitMs > 0 && waiting.has(context.queue.number) ? undefined : look();
  if (found === undefined && poll.waitMs > 0) {
    const deadlineMs = context.member.nowMs() + poll.waitMs;
    found = await waiting.wait(context.queue.number, deadlineMs, look, signal);
  }
  if (found !== undefined) {
    // A FIFO queue gives no message out a second time because a crash forgot the first.
    const kept = context.isFifo ? acknowledgements.of(context.queue.number) : wait(context);
    if (kept !== undefined) await kept;
    return found;
  }
  context.member.engine.countEmptyReceive(context.queue.number);
  return none;
}

function checkQuota(context: QueueContext): void {
  if (!mayReceive(context)) throw throttled(context.name);
}

/** Fills the inbox: how many messages. */
export function receiveSync(
  context: QueueContext,
  inbox: Inbox,
  max: number,
  visibilityTimeout: number | undefined,
): number {
  const most = Math.min(checkMax(context, max), inbox.capacity);
  checkQuota(context);
  const count = claim(context, inbox, most, visibilityMsOf(context, visibilityTimeout));
  if (count === 0) context.member.engine.countEmptyReceive(context.queue.number);
  return count;
}

/** As `receiveSync`, but blocks this thread until something is there or `timeoutMs` have passed. */
export function receiveBlocking(
  context: QueueContext,
  inbox: Inbox,
  max: number,
  timeoutMs: number,
): number {
  const { member } = context;
  if (!(timeoutMs >= 0)) throw invalid(context, "timeoutMs", timeoutMs, "0 or more");
  const most = Math.min(checkMax(context, max), inbox.capacity);
  checkQuota(context);
  const count = blockFor(context, inbox, most, -1, timeoutMs);
  if (count === 0) member.engine.countEmptyReceive(context.queue.number);
  return count;
}

function never(): boolean {
  return false;
}

function nothing(): undefined {
  return undefined;
}

/**
 * Blocks this thread until messages are there (how many), `timeoutMs` have passed or, whenever the
 * thread is rung, `isAsked` answers true (0). While nothing happens it claims nothing and takes no
 * lock.
 */
export function blockFor(
  context: QueueContext,
  inbox: Inbox,
  max: number,
  visibilityMs: number,
  timeoutMs: number,
  isAsked: () => boolean = never,
): number {
  const { member, queue } = context;
  const { number } = queue;
  const { engine } = member;
  const count = claim(context, inbox, max, visibilityMs);
  if (count > 0 || timeoutMs <= 0) return count;
  const deadlineMs = member.nowMs() + timeoutMs;
  if (member.timing.blockMs(deadlineMs) === undefined) {
    throw new SluiceError(
      "UnsupportedOperation",
      "A thread can't block on a VirtualClock that only it can move; receive with waitTimeSeconds.",
      { queue: context.name },
    );
  }
  engine.waitBegin(number);
  try {
    return waitFor(context, () => claim(context, inbox, max, visibilityMs), deadlineMs, isAsked);
  } finally {
    // Long polls of this thread keep the bit; what woke this one may be theirs.
    if (context.shared.waiting.has(number)) context.shared.waiting.look(number);
    else engine.waitEnd(number);
  }
}

function waitFor(
  context: QueueContext,
  look: () => number,
  deadlineMs: number,
  isAsked: () => boolean,
): number {
  const { member, queue } = context;
  const { number } = queue;
  const { engine } = member;
  for (;;) {
    const seen = engine.doorbell.read();
    engine.takeDirty(number);
    if (isAsked()) return 0;
    const count = look();
    if (count > 0) {
      if (engine.queues.hasReady(number)) engine.wake(number);
      return count;
    }
    if (member.nowMs() >= deadlineMs) return 0;
    sleep(context, seen, deadlineMs, isAsked);
  }
}

/** Until there may be something: rung for the queue or asked, a timer due, or the time up. */
function sleep(
  context: QueueContext,
  seen: number,
  deadlineMs: number,
  isAsked: () => boolean,
): void {
  const { member, queue } = context;
  const { number } = queue;
  const { engine } = member;
  const dueMs = engine.queues.nextDueMs(number);
  engine.watch(number, dueMs);
  if (engine.queues.nextDueMs(number) < dueMs) return;
  const untilMs = Math.min(dueMs, deadlineMs);
  for (let word = seen; ; ) {
    const blockMs = member.timing.blockMs(untilMs) ?? 0;
    const isRung = engine.doorbell.sleep(word, Math.min(blockMs, OWNER_LOOK_MS));
    // Before looking for what it was about, so that no ring is missed.
    word = engine.doorbell.read();
    if (!isRung) member.lookForOwner();
    if (!member.isOpen || member.nowMs() >= untilMs || isAsked()) return;
    // Who makes room in full memory rings nobody, so what waits for room is looked after from here.
    if (engine.queues.hasArrived(number)) return;
    // A ring need not be for this queue, or for a moment that this waits for.
    if (engine.takeDirty(number)) return;
    engine.answerWant();
  }
}
