/**
 * Sending through the synchronous face, where a batch of short texts is most of what there is: they go
 * from the caller's strings into shared memory without an object a message. Own thread only.
 *
 * A list may be anything: its elements getters that answer otherwise the next time, or send while they
 * are read. So an element is checked again wherever it is read again, and when something was sent
 * while the outbox was being filled, what it holds is thrown away and the list is copied first. A plain
 * list pays nothing for that: a copy of ten texts would cost a tenth of sending them.
 */
import {
  BATCH_MAX,
  ILL_FORMED,
  JOINED_CHARACTERS_MAX,
  type Outgoing,
  REENTERED,
} from "../../../bindings/index.ts";
import type { Body, SendEntry } from "../../types.ts";
import { invalid, isEntry } from "./fifo.ts";
import {
  bodyBytesOf,
  checkList,
  checkSize,
  empty,
  illFormed,
  isShort,
  outgoingOf,
  outgoingOfEntry,
  shortMaxOf,
} from "./outgoing.ts";
import type { QueueContext } from "./queueContext.ts";
import { sendNow } from "./send.ts";

type Given = Body | SendEntry;

/**
 * Sends the first `count` bodies or entries (default: all), in order, as far as there is room: how
 * many.
 */
export function sendList(context: QueueContext, bodies: readonly Given[], count?: number): number {
  checkList(context, bodies, "sync.sendBatch");
  const { length } = bodies;
  const most = Math.min(count ?? length, length);
  if (Number.isInteger(most) && most >= 0) return sendBodies(context, bodies, most);
  throw invalid(context, `The count of sync.sendBatch is a whole number from 0 on, not ${count}.`);
}

/** As `sendList`, of so many. */
export function sendBodies(context: QueueContext, bodies: readonly Given[], count: number): number {
  const { member, queue } = context;
  const { outbox, durable } = member.engine;
  member.check();
  if (durable.isLow) return 0;
  const shortMax = shortMaxOf(context);
  if (context.isFifo || !checkBodies(context, bodies, count, shortMax)) {
    return sendEntries(context, bodies, count);
  }
  let sent = 0;
  while (sent < count) {
    const now = member.nowMs();
    let accepted = outbox.sendShort(queue, bodies, sent, count, shortMax, now);
    if (outbox.tried === 0) accepted = sendLong(context, bodies, sent, count, now);
    if (accepted === REENTERED)
      return sent + sendBodies(context, copied(bodies, sent, count), count - sent);
    if (accepted === ILL_FORMED) throw illFormed(context);
    if (accepted < 0) throw member.failure(accepted, context.name);
    sent += accepted;
    if (accepted < outbox.tried) break;
  }
  if (sent > 0) context.shared.waiting.look(queue.number);
  return sent;
}

/** A list of ours: nothing happens when it is read. */
function copied(bodies: readonly Given[], from: number, to: number): Given[] {
  return Array.from({ length: to - from }, (_, index) => bodies[from + index] as Given);
}

/** Checks bodies that are sent together, before the first is sent; false: some have options. */
function checkBodies(
  context: QueueContext,
  bodies: readonly Given[],
  count: number,
  shortMax: number,
): bodies is readonly Body[] {
  let characters = 0;
  for (let index = 0; index < count; index++) {
    const body = bodies[index] as Given;
    if (isShort(body, shortMax)) {
      if (body === "") throw empty(context);
      characters += body.length;
      continue;
    }
    if (isEntry(body)) return false;
    checkSize(context, bodyBytesOf(context, body));
    characters = Number.POSITIVE_INFINITY;
  }
  // What goes in one call is looked through when it is written, where ASCII costs nothing.
  if (count <= BATCH_MAX && characters <= JOINED_CHARACTERS_MAX) return true;
  for (let index = 0; index < count; index++) {
    const body = bodies[index] as Body;
    if (isShort(body, shortMax) && !body.isWellFormed()) throw illFormed(context);
  }
  return true;
}

/** Sends the first `count` entries, in order, as far as there is room: how many. */
function sendEntries(context: QueueContext, entries: readonly Given[], count: number): number {
  const outgoing: Outgoing[] = [];
  for (let index = 0; index < count; index++) {
    outgoing.push(outgoingOfEntry(context, entries[index] as Given));
  }
  return sendNow(context, outgoing);
}

/** Sends as many of bodies[from..to), the first no short text, as go together. */
function sendLong(
  context: QueueContext,
  bodies: readonly Given[],
  from: number,
  to: number,
  now: number,
): number {
  const { member, queue } = context;
  const { outbox } = member.engine;
  const end = Math.min(to, from + BATCH_MAX);
  const turn = outbox.beginBodies();
  let large: Body = "";
  for (let index = from; index < end; index++) {
    const body = bodies[index] as Body;
    if (outbox.turn !== turn) return REENTERED;
    const bodyBytes = bodyBytesOf(context, body);
    checkSize(context, bodyBytes);
    if (outbox.addBody(body, bodyBytes)) continue;
    large = body;
    break;
  }
  if (outbox.count > 0) return outbox.flush(queue, now);
  return outbox.send(queue, [outgoingOf(context, large, {})], 0, 1, now);
}
