/**
 * Sending: hands messages that were checked (outgoing.ts) to the engine, alone or in a batch, now or
 * once there is room. Memory that is full is a result, not an error: the callers decide whether to
 * refuse or to wait. Own thread only.
 */
import type { Outgoing } from "../../../bindings/index.ts";
import { SluiceError } from "../../errors.ts";
import type {
  BatchResult,
  Body,
  SendBatchOptions,
  SendEntry,
  SendOptions,
  Sent,
} from "../../types.ts";
import { checkNames, sendBatchNames, sendNames } from "../face/names.ts";
import { full } from "../threads/member.ts";
import { checkSignal } from "../waiting/abort.ts";
import type { CapacityWait } from "../waiting/capacityWait.ts";
import { checkFifoBatch } from "./fifo.ts";
import { SentMessage } from "./message.ts";
import { checkList, outgoingOf, outgoingOfEntry } from "./outgoing.ts";
import type { QueueContext } from "./queueContext.ts";
import { CALL_MESSAGES, isLimited, maySend, throttled } from "./quota.ts";

/** Sends as many of outgoing[from..to) as one call takes: how many of how many that were tried. */
export function sendSome(
  context: QueueContext,
  outgoing: readonly Outgoing[],
  from: number,
  to: number,
): { accepted: number; tried: number } {
  const { member, queue } = context;
  const { outbox } = member.engine;
  const now = member.nowMs();
  outbox.begin();
  for (let index = from; index < to; index++) {
    if (!outbox.add(outgoing[index] as Outgoing)) break;
  }
  const tried = Math.max(1, outbox.count);
  const accepted =
    outbox.count > 0
      ? outbox.flush(queue, now)
      : outbox.sendLarge(queue, outgoing[from] as Outgoing, now);
  if (accepted < 0) throw member.failure(accepted, context.name);
  if (accepted > 0) context.shared.waiting.look(queue.number);
  return { accepted, tried };
}

/** Why a message was not sent now: memory is full, or the queue's quota is used up. */
type Refusal = typeof full | typeof throttled;

/** One message on its way. */
class SingleSend {
  sent: Sent | undefined;
  refusal: Refusal = full;
  readonly #context: QueueContext;
  readonly #outgoing: readonly [Outgoing];
  #isPaid = false;

  constructor(context: QueueContext, outgoing: Outgoing) {
    this.#context = context;
    this.#outgoing = [outgoing];
  }

  /** Sends it if that can be now. */
  run(): boolean {
    const context = this.#context;
    context.member.check();
    this.#isPaid ||= maySend(context, this.#outgoing, 0, 1);
    this.refusal = this.#isPaid ? full : throttled;
    if (!this.#isPaid || sendSome(context, this.#outgoing, 0, 1).accepted === 0) return false;
    this.sent = sentOf(context, this.#outgoing[0], 0);
    return true;
  }
}

/** Sends one message; false when memory is full, or the queue's quota used up. */
export function sendNow(context: QueueContext, outgoing: Outgoing): boolean {
  return new SingleSend(context, outgoing).run();
}

/** Where senders to this queue wait. */
function waitOf(context: QueueContext): CapacityWait {
  return isLimited(context) ? context.pace : context.shared.capacity;
}

function sentOf(context: QueueContext, { body }: Outgoing, record: number): Sent {
  return new SentMessage(context, body, record);
}

/** Sends one message, waiting for room when the options say so. */
export async function send(context: QueueContext, body: Body, options: SendOptions): Promise<Sent> {
  context.member.check();
  checkNames(options, sendNames, context.name);
  const { signal, waitForCapacity } = options;
  checkSignal(signal);
  const sending = new SingleSend(context, outgoingOf(context, body, options));
  const wait = waitOf(context);
  const mayWait = waitForCapacity === true;
  const isDone = mayWait && wait.isAwaited ? false : sending.run();
  if (!isDone && !mayWait) throw sending.refusal(context.name);
  if (!isDone) await wait.wait(() => sending.run(), signal);
  return sending.sent as Sent;
}

/** A batch on its way: what is left to send, and what became of the rest. */
class BatchSend {
  readonly successful: { index: number; value: Sent }[] = [];
  readonly failed: { index: number; error: SluiceError }[] = [];
  readonly #context: QueueContext;
  #outgoing: Outgoing[] = [];
  #indices: number[] = [];
  /** How many of what is left were counted against the queue's quota. */
  #paid = 0;
  #refusal: Refusal = full;

  constructor(context: QueueContext, entries: readonly (Body | SendEntry)[]) {
    this.#context = context;
    if (context.isFifo) checkFifoBatch(context, entries);
    // A loop, since forEach passes over the holes of an array.
    for (let index = 0; index < entries.length; index++) {
      try {
        this.#outgoing.push(outgoingOfEntry(context, entries[index] as Body | SendEntry));
        this.#indices.push(index);
      } catch (error) {
        if (!(error instanceof SluiceError)) throw error;
        this.failed.push({ index, error });
      }
    }
  }

  /** Sends what is left, as far as that can be now; true when nothing is left. */
  run(): boolean {
    this.#context.member.check();
    let from = 0;
    this.#refusal = full;
    while (from < this.#outgoing.length) {
      if (from === this.#paid && !this.#pay(from)) break;
      const { accepted, tried } = sendSome(this.#context, this.#outgoing, from, this.#paid);
      for (let record = 0; record < accepted; record++) {
        const value = sentOf(this.#context, this.#outgoing[from + record] as Outgoing, record);
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
    const next = isLimited(this.#context) ? Math.min(CALL_MESSAGES, left) : left;
    if (!maySend(this.#context, this.#outgoing, from, from + next)) {
      this.#refusal = throttled;
      return false;
    }
    this.#paid = from + next;
    return true;
  }

  /** What is left is refused; a quota that lets nothing through refuses the call as a whole. */
  refuseRest(): void {
    if (this.#refusal === throttled && this.successful.length === 0)
      throw throttled(this.#context.name);
    for (const index of this.#indices) {
      this.failed.push({ index, error: this.#refusal(this.#context.name) });
    }
    this.failed.sort((one, other) => one.index - other.index);
  }
}

/** Sends a batch of any size; each entry succeeds or fails by itself. */
export async function sendBatch(
  context: QueueContext,
  entries: readonly (Body | SendEntry)[],
  options: SendBatchOptions,
): Promise<BatchResult<Sent>> {
  context.member.check();
  checkNames(options, sendBatchNames, context.name);
  checkList(context, entries, "sendBatch");
  const { signal, waitForCapacity } = options;
  checkSignal(signal);
  const batch = new BatchSend(context, entries);
  const wait = waitOf(context);
  const mayWait = waitForCapacity === true;
  const isDone = mayWait && wait.isAwaited ? false : batch.run();
  if (!isDone && mayWait) await wait.wait(() => batch.run(), signal);
  else batch.refuseRest();
  return { successful: batch.successful, failed: batch.failed };
}
