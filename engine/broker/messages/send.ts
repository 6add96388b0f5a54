/**
 * Sending: hands messages that were checked (outgoing.ts) to the engine, alone or in a batch, now or
 * once there is room. Memory that is full is a result, not an error: the callers decide whether to
 * refuse or to wait. Own thread only.
 */
import type { Outgoing } from "../../../bindings/index.ts";
import { SluiceError } from "../../errors.ts";
import type { Carried } from "../../tracing/carrier.ts";
import type {
  BatchResult,
  Body,
  SendBatchOptions,
  SendEntry,
  SendOptions,
  Sent,
} from "../../types.ts";
import { checkNames, sendBatchNames, sendNames } from "../face/names.ts";
import { full, noDiskRoom } from "../threads/member.ts";
import { checkSignal } from "../waiting/abort.ts";
import type { CapacityWait } from "../waiting/capacityWait.ts";
import { checkFifoBatch } from "./fifo.ts";
import { SentMessage } from "./message.ts";
import { checkList, outgoingOf, outgoingOfEntry } from "./outgoing.ts";
import type { QueueContext } from "./queueContext.ts";
import { CALL_MESSAGES, isLimited, maySend, throttled } from "./quota.ts";

/** Why a message was not sent now: memory or the disk is full, or the queue's quota is used up. */
type Refusal = typeof full | typeof noDiskRoom | typeof throttled;

/** How often the engine has to find no room, while nobody waits for the journal, for memory to be full. */
const FULL_TRIES = 3;

/** Messages on their way: `sent` of them have gone, in order, and the others are left. */
class Sending {
  sent = 0;
  refusal: Refusal = full;
  readonly #context: QueueContext;
  readonly #outgoing: readonly Outgoing[];
  /** How many were counted against the queue's quota. */
  #paid = 0;

  constructor(context: QueueContext, outgoing: readonly Outgoing[]) {
    this.#context = context;
    this.#outgoing = outgoing;
  }

  /**
   * Sends what is left, as far as that can be now; true when nothing is left. `tell` is told of each
   * message that has gone, and which record of the outbox has its ids.
   */
  run(tell?: (index: number, record: number) => void): boolean {
    const { member, queue, name, shared } = this.#context;
    const { outbox } = member.engine;
    const count = this.#outgoing.length;
    member.check();
    this.refusal = member.engine.durable.isLow ? noDiskRoom : full;
    if (this.refusal === noDiskRoom) return false;
    while (this.sent < count) {
      if (this.sent === this.#paid && !this.#pay()) break;
      const now = member.nowMs();
      const accepted = outbox.send(queue, this.#outgoing, this.sent, this.#paid, now);
      if (accepted < 0) throw member.failure(accepted, name);
      for (let record = 0; record < accepted; record++) tell?.(this.sent + record, record);
      this.sent += accepted;
      if (accepted > 0) shared.waiting.look(queue.number);
      if (accepted < outbox.tried) break;
    }
    return this.sent === count;
  }

  /** Whether what is left only waits for the journal to read the queue's ring, as it will in a moment. */
  get isHeldUp(): boolean {
    const { effects } = this.#context.member.engine;
    return this.refusal === full && effects.isRefused(this.#context.queue.number);
  }

  /** Counts the next call against the quota; without one, all that is left is one call. */
  #pay(): boolean {
    const left = this.#outgoing.length - this.sent;
    const next = this.sent + (isLimited(this.#context) ? Math.min(CALL_MESSAGES, left) : left);
    if (maySend(this.#context, this.#outgoing, this.sent, next)) this.#paid = next;
    else this.refusal = throttled;
    return this.#paid === next;
  }
}

/** Sends what can go now, in order: how many. Memory may be full, or the queue's quota used up. */
export function sendNow(context: QueueContext, outgoing: readonly Outgoing[]): number {
  const sending = new Sending(context, outgoing);
  sending.run();
  return sending.sent;
}

/** Where senders to this queue wait. */
function waitOf(context: QueueContext): CapacityWait {
  return isLimited(context) ? context.pace : context.shared.capacity;
}

/**
 * Sends by `run` what can be sent, waiting for room where the options say so; whether that was all. A
 * promise only where something is to be waited for: room, or that what was sent is durable.
 */
function sendAll(
  context: QueueContext,
  sending: Sending,
  run: () => boolean,
  options: SendBatchOptions,
): boolean | Promise<unknown> {
  const wait = options.waitForCapacity === true ? waitOf(context) : undefined;
  const isDone = wait?.isAwaited ? false : run();
  const { acknowledgements } = context.shared;
  if (isDone && sending.sent > 0) return acknowledgements.of(context.queue.number) ?? true;
  if (isDone) return true;
  if (wait === undefined && acknowledgements.isIdle) return false;
  return waitForAll(context, sending, run, wait, options.signal);
}

async function waitForAll(
  context: QueueContext,
  sending: Sending,
  run: () => boolean,
  wait: CapacityWait | undefined,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { acknowledgements } = context.shared;
  const { number } = context.queue;
  let isDone = false;
  // The journal may have made room since the engine found none: memory is full when that is so again and again.
  for (let tries = 0; !isDone && !wait?.isAwaited && tries < FULL_TRIES; tries++) {
    if (sending.isHeldUp) {
      tries = 0;
      await acknowledgements.room(number);
    }
    isDone = run();
  }
  if (!isDone && wait !== undefined) {
    await wait.wait(run, signal);
    isDone = true;
  }
  if (sending.sent > 0) await acknowledgements.of(number);
  return isDone;
}

/** One message that nothing keeps from going, which is what most are; undefined: `Sending` sees what does. */
function sendOnly(
  context: QueueContext,
  outgoing: Outgoing,
  { waitForCapacity }: SendOptions,
): Sent | undefined {
  const { member, queue, shared } = context;
  const { durable, outbox } = member.engine;
  if (waitForCapacity === true || durable.isLow || isLimited(context)) return undefined;
  if (outbox.send(queue, [outgoing], 0, 1, member.nowMs()) !== 1) return undefined;
  const sent = new SentMessage(context, outgoing.body, 0);
  shared.waiting.look(queue.number);
  return sent;
}

/** Sends one message, waiting for room when the options say so; `carried` is the trace it is part of. */
export async function send(
  context: QueueContext,
  body: Body,
  options: SendOptions,
  carried?: Carried,
): Promise<Sent> {
  context.member.check();
  checkNames(options, sendNames, context.name);
  checkSignal(options.signal);
  const outgoing = outgoingOf(context, body, options, carried);
  const only = sendOnly(context, outgoing, options);
  if (only !== undefined) {
    const durable = context.shared.acknowledgements.of(context.queue.number);
    if (durable !== undefined) await durable;
    return only;
  }
  const sending = new Sending(context, [outgoing]);
  const sent: Sent[] = [];
  const run = (): boolean =>
    sending.run((_, record) => {
      sent.push(new SentMessage(context, outgoing.body, record));
    });
  const done = sendAll(context, sending, run, options);
  const isDone = typeof done === "boolean" ? done : await done;
  if (isDone === false) throw sending.refusal(context.name);
  return sent[0] as Sent;
}

/** The trace that the message at an index of a batch is part of. */
export type Carry = ((index: number) => Carried | undefined) | undefined;

/** What of a batch may be sent, where it stood in the list, and what may not. */
class Batch {
  readonly outgoing: Outgoing[] = [];
  readonly indices: number[] = [];
  readonly failed: { index: number; error: SluiceError }[] = [];

  constructor(context: QueueContext, entries: readonly (Body | SendEntry)[], carry: Carry) {
    if (context.isFifo) checkFifoBatch(context, entries);
    // A loop, since forEach passes over the holes of an array.
    for (let index = 0; index < entries.length; index++) {
      try {
        const entry = entries[index] as Body | SendEntry;
        this.outgoing.push(outgoingOfEntry(context, entry, carry?.(index)));
        this.indices.push(index);
      } catch (error) {
        if (!(error instanceof SluiceError)) throw error;
        this.failed.push({ index, error });
      }
    }
  }
}

/** Sends a batch of any size; each entry succeeds or fails by itself. */
export async function sendBatch(
  context: QueueContext,
  entries: readonly (Body | SendEntry)[],
  options: SendBatchOptions,
  carry?: Carry,
): Promise<BatchResult<Sent>> {
  context.member.check();
  checkNames(options, sendBatchNames, context.name);
  checkList(context, entries, "sendBatch");
  checkSignal(options.signal);
  const { outgoing, indices, failed } = new Batch(context, entries, carry);
  const successful: { index: number; value: Sent }[] = [];
  const sending = new Sending(context, outgoing);
  const run = (): boolean =>
    sending.run((index, record) => {
      const value = new SentMessage(context, (outgoing[index] as Outgoing).body, record);
      successful.push({ index: indices[index] as number, value });
    });
  const done = sendAll(context, sending, run, options);
  if (typeof done !== "boolean") await done;
  // A quota that lets nothing through refuses the call as a whole.
  if (sending.refusal === throttled && sending.sent === 0) throw throttled(context.name);
  for (const index of indices.slice(sending.sent)) {
    failed.push({ index, error: sending.refusal(context.name) });
  }
  return { successful, failed: failed.sort((one, other) => one.index - other.index) };
}
