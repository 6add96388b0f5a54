/**
 * Looking at a queue's messages page by page without receiving any. Own thread only. A page looks at a
 * bounded number of messages and reads a bounded number of bytes, so it costs the same wherever it
 * stands; where it goes on is its cursor's to know (`bindings/peeks.ts`). What a walk promises stands at
 * `Queue.peek` in types.ts.
 */
import { BATCH_MAX, GROUP, type Inbox, PEEKED, type PeekWalk } from "../../../bindings/index.ts";
import type { SluiceError } from "../../errors.ts";
import { peeks as limits } from "../../limits.ts";
import type { MessageState, PeekOptions, PeekPage } from "../../types.ts";
import { checkNames, peekNames } from "../face/names.ts";
import { groupOf, invalid } from "./fifo.ts";
import type { MessageOwner } from "./message.ts";
import { PeekedMessage } from "./peekedMessage.ts";
import type { QueueContext } from "./queueContext.ts";

type Context = QueueContext & MessageOwner;

const known = Object.keys(PEEKED) as MessageState[];

/** What a page brought, and how many messages it looked at for that. */
export interface Looked extends PeekPage {
  readonly looked: number;
}

function wrong(context: Context, name: string, value: unknown, range: string): SluiceError {
  return invalid(context, `Value ${value} for option ${name} is invalid. Reason: it is ${range}.`);
}

function statesOf(context: Context, state: PeekOptions["state"] = known): number {
  const list: readonly unknown[] = Array.isArray(state) ? state : [state];
  const isKnown = (one: unknown): one is MessageState => known.includes(one as MessageState);
  if (list.length === 0 || !list.every(isKnown)) {
    throw wrong(context, "state", list.join(), `one or more of ${known.join(", ")}`);
  }
  return list.reduce((bits: number, one) => bits | (1 << PEEKED[one as MessageState]), 0);
}

function limitOf(context: Context, limit: number = limits.limit.default): number {
  const { min, max } = limits.limit;
  if (Number.isInteger(limit) && limit >= min && limit <= max) return limit;
  throw wrong(context, "limit", limit, `a whole number from ${min} to ${max}`);
}

function walkOf(context: Context, { state, messageGroupId, after }: PeekOptions): PeekWalk {
  const { queue, isFifo, member } = context;
  const group = messageGroupId === undefined ? "" : groupOf(context, messageGroupId);
  const walk: PeekWalk = {
    queue,
    states: statesOf(context, state),
    group,
    isAlongGroup: isFifo && group !== "",
    after: 0,
    until: -1,
    places: [],
  };
  if (after === undefined) return walk;
  if (typeof after === "string" && member.engine.peeks.resume(walk, after)) return walk;
  throw invalid(
    context,
    "The option after is no cursor of this walk: it is the next of a page of this queue that was " +
      "asked for with the same state and messageGroupId, of this broker.",
  );
}

/** One page; what it looked at is told for who counts what pages cost. */
export function look(context: Context, inbox: Inbox, options: PeekOptions): Looked {
  const { member, name } = context;
  member.check();
  checkNames(options, peekNames, name);
  const limit = limitOf(context, options.limit);
  const walk = walkOf(context, options);
  const { peeks, queues } = member.engine;
  const nowMs = member.nowMs();
  // What found no room when it moved here, or was between two queues in a crash: it is of this queue.
  if (queues.hasArrived(context.queue.number)) member.engine.advance(context.queue, nowMs);
  const wallShiftMs = member.wallShiftMs();
  const messages: PeekedMessage[] = [];
  let looked = 0;
  let bytes = 0;
  // A step whose place was lost looks at nothing: the next begins before that place.
  let steps = 0;
  const mayGoOn = () =>
    messages.length < limit &&
    looked < limits.maxLooked &&
    steps < limits.maxLooked &&
    bytes < limits.maxBytes;
  while (mayGoOn()) {
    const step = peeks.step(inbox, walk, Math.min(limit - messages.length, BATCH_MAX), nowMs);
    if (typeof step === "number") throw member.failure(step, name);
    looked += step.looked;
    steps++;
    for (let index = 0; index < step.count; index++) {
      bytes += inbox.bodyBytes(index);
      const isWanted = walk.group === "" || inbox.prelude(index, GROUP) === walk.group;
      if (isWanted) messages.push(new PeekedMessage(context, inbox, index, wallShiftMs));
    }
    if (step.hasEnded) return { messages, looked };
  }
  return { messages, next: peeks.cursor(walk), looked };
}

export async function peek(
  context: Context,
  inbox: Inbox,
  options: PeekOptions,
): Promise<PeekPage> {
  const { looked: _, ...page } = look(context, inbox, options);
  return page;
}
