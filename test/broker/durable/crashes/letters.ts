/**
 * What a program sees: each message that it sent is a letter, told by its body. Knows which must be there after
 * a crash, which may be, and which must not, by what was asked and acknowledged before it, and nothing of engine or
 * log. So it judges from outside what course.ts and expected.ts judge from within.
 */
import type { Broker } from "../../../../engine/broker/broker.ts";
import type { PeekedMessage, Sent } from "../../../../engine/types.ts";
import { BEFORE, type Op } from "./course.ts";

export interface Letter {
  readonly body: string;
  /** Sent to. */
  readonly queue: string;
  readonly incarnation: number;
  readonly group: string | undefined;
  readonly id: string | undefined;
  readonly sentMs: number;
  readonly sent: Op;
  /** The engine may have had no room for it. */
  readonly isSure: boolean;
  /** It came after all others of its group in this queue. */
  readonly number: number;
  result?: Sent;
  /** What deletes it: by itself, or all of its queue. */
  readonly ends: Op[];
  /** Its deduplication id may be forgotten. */
  isForgotten?: boolean;
}

/** An image's place in the order of what was asked and acknowledged. */
export interface Moment {
  readonly asked: number;
  readonly acked: number;
}

/** Where a letter was found. */
export interface Found {
  readonly queue: string;
  readonly message: PeekedMessage;
}

/** All messages of all queues, by their bodies, in order; what is between two queues comes in first. */
export async function readAll(broker: Broker): Promise<Found[]> {
  const found: Found[] = [];
  for (const name of await broker.listQueues()) {
    const queue = await broker.getQueue(name);
    queue.counts();
    const { messages } = await queue.peek({ limit: 1_000 });
    found.push(...messages.map((message) => ({ queue: name, message })));
  }
  return found;
}

export class Letters {
  readonly all = new Map<string, Letter>();
  #numbers = 0;
  #bodies = 0;

  /** What the next letter's body begins with. */
  next(): number {
    return this.#bodies++;
  }

  add(letter: Omit<Letter, "number" | "ends">): Letter {
    const added: Letter = { ...letter, number: this.#numbers++, ends: [] };
    this.all.set(added.body, added);
    return added;
  }

  /** The letters of a new life: what is there is acknowledged, and what is not must never come back. */
  after(found: readonly Found[], { asked, acked }: Moment): Letters {
    const next = new Letters();
    next.#numbers = this.#numbers;
    next.#bodies = this.#bodies;
    const there = new Set(found.map(({ message }) => message.body));
    for (const letter of this.all.values()) {
      if (letter.sent.index >= asked) continue;
      const isThere = there.has(letter.body);
      const wasSent = isThere || letter.sent.acked < acked;
      next.all.set(letter.body, {
        ...letter,
        sent: BEFORE,
        ends: isThere ? [] : [BEFORE],
        isForgotten: letter.isForgotten === true || !wasSent,
      });
    }
    return next;
  }

  /** What is wrong with what was found after a crash at a moment. */
  problems(found: readonly Found[], { asked, acked }: Moment): string[] {
    const problems: string[] = [];
    const seen = new Set<string>();
    for (const { queue, message } of found) {
      const letter = this.all.get(message.body);
      const what = `${nameOf(message.body)} in ${queue}`;
      const end = letter?.ends.find((one) => one.acked < acked);
      if (letter === undefined || letter.sent.index >= asked)
        problems.push(`${what} was never sent`);
      else if (end !== undefined)
        problems.push(`${what} came back, after ${end.what} ${end.index}`);
      else problems.push(...changed(letter, message).map((how) => `${what} ${how}`));
      if (seen.has(message.body)) problems.push(`${what} is there twice`);
      seen.add(message.body);
    }
    for (const letter of this.all.values()) {
      const isKept = letter.isSure && letter.sent.acked < acked;
      const mayBeGone = letter.ends.some(({ index }) => index < asked);
      if (!isKept || mayBeGone || seen.has(letter.body)) continue;
      problems.push(`${nameOf(letter.body)}, sent to ${letter.queue}, is lost`);
    }
    return [...problems, ...this.#disorders(found)];
  }

  /** Letters of one group that have the places that they were sent to are in the order in which they were sent. */
  #disorders(found: readonly Found[]): string[] {
    const problems: string[] = [];
    const last = new Map<string, number>();
    for (const { queue, message } of found) {
      const letter = this.all.get(message.body);
      if (letter?.group === undefined || letter.result === undefined) continue;
      if (message.sequenceNumber !== letter.result.sequenceNumber || letter.queue !== queue)
        continue;
      const key = `${queue} ${letter.group}`;
      if ((last.get(key) ?? -1) > letter.number) {
        problems.push(`${nameOf(letter.body)} of group ${letter.group} in ${queue} is too late`);
      }
      last.set(key, letter.number);
    }
    return problems;
  }
}

function nameOf(body: string): string {
  return `message ${body.slice(0, body.indexOf(" "))}`;
}

/** The attributes that a letter is sent with. */
export function attributesOf(body: string): Record<string, number | string> {
  const number = Number.parseInt(body, 10);
  return number % 3 === 0 ? { number, what: `letter ${number}` } : {};
}

function changed({ body, group, id }: Letter, message: PeekedMessage): string[] {
  const problems: string[] = [];
  if (JSON.stringify(message.messageAttributes) !== JSON.stringify(attributesOf(body))) {
    problems.push(`has the attributes ${JSON.stringify(message.messageAttributes)}`);
  }
  if (message.messageGroupId !== group) problems.push(`is of group ${message.messageGroupId}`);
  if (message.messageDeduplicationId !== id) {
    problems.push(`has the deduplication id ${message.messageDeduplicationId}`);
  }
  return problems;
}
