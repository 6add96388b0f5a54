/**
 * Random sends to a driven broker: alone, in batches, without an answer, delayed, with attributes, in groups,
 * and again under an id that was there before. A duplicate must get its original's ids, and what is remembered must
 * not be sent twice.
 */
import { BrokerQueue } from "../../../../engine/broker/queue.ts";
import type { VirtualClock } from "../../../../engine/clock.ts";
import type { Queue, SendEntry, Sent } from "../../../../engine/types.ts";
import type { Seeded } from "../../../support/seeded.ts";
import type { Calls } from "./calls.ts";
import type { Op } from "./course.ts";
import { attributesOf, type Letter, type Letters } from "./letters.ts";

/** A little less than five minutes. */
const REMEMBERED_MS = 299_000;

export interface SenderHost {
  readonly calls: Calls;
  readonly clock: VirtualClock;
  readonly letters: Letters;
  /** A body is this long, now and then. */
  readonly longBytes: number;
}

export class Sender {
  readonly #host: SenderHost;
  readonly #random: Seeded;

  constructor(host: SenderHost, random: Seeded) {
    this.#host = host;
    this.#random = random;
  }

  #entry({ name, isFifo }: Queue, mayRepeat: boolean): SendEntry {
    const random = this.#random;
    const number = this.#host.letters.next();
    const bytes = random.chance(0.06) ? this.#host.longBytes : random.between(8, 200);
    const body = `${number} `.padEnd(bytes, "x");
    const messageAttributes = attributesOf(body);
    if (!isFifo) {
      const isDelayed = random.chance(0.2);
      return { body, messageAttributes, ...(isDelayed && { delaySeconds: random.between(1, 60) }) };
    }
    const former = mayRepeat && random.chance(0.3) ? this.#former(name) : undefined;
    return {
      ...{ body, messageAttributes, messageGroupId: `g${random.between(1, 4)}` },
      messageDeduplicationId: former?.id ?? `id ${number}`.replace(" ", "-"),
    };
  }

  /** One of the last letters to a FIFO queue. */
  #former(name: string): Letter | undefined {
    const letters = [...this.#host.letters.all.values()].filter(({ queue }) => queue === name);
    return letters.length === 0 ? undefined : this.#random.pick(letters.slice(-20));
  }

  send(queue: Queue): void {
    const random = this.#random;
    const { calls } = this.#host;
    const count = random.chance(0.3) ? random.between(2, 6) : 1;
    const entries = Array.from({ length: count }, () => this.#entry(queue, count === 1));
    const before = queue.totals();
    const [only] = entries as [SendEntry];
    const letters: (Letter | undefined)[] = [];
    let op: Op;
    if (random.chance(0.15)) {
      op = calls.silent("send sync");
      queue.sync.sendBatch(entries);
    } else if (count > 1) {
      const note = (index: number, value: Sent): void => this.#noteSent(letters[index], value);
      op = calls.begin(
        "sendBatch",
        { changed: [queue] },
        () => queue.sendBatch(entries),
        (result) => {
          for (const { index, value } of result.successful) note(index, value);
        },
      );
    } else {
      const { body, ...options } = only;
      const original = this.#originalOf(queue, only);
      op = calls.begin(
        "send",
        { changed: [queue] },
        () => queue.send(body, options),
        (value) => {
          if (letters[0] === undefined) this.#checkDuplicate(original, value);
          else this.#noteSent(letters[0], value);
        },
      );
    }
    const after = queue.totals();
    const isDuplicate = after.deduplicatedSends > before.deduplicatedSends;
    const isSure = after.messagesSent - before.messagesSent === count;
    if (isDuplicate) calls.count("duplicate");
    else {
      if (count === 1) this.#checkNew(queue, only);
      letters.push(...entries.map((entry) => this.#write(queue, entry, op, isSure)));
    }
  }

  #write(queue: Queue, entry: SendEntry, sent: Op, isSure: boolean): Letter {
    return this.#host.letters.add({
      ...{ body: entry.body as string, queue: queue.name, sent, isSure },
      incarnation: BrokerQueue.internalsOf(queue).queue.incarnation,
      ...{ group: entry.messageGroupId, id: entry.messageDeduplicationId },
      sentMs: this.#host.clock.nowMs(),
    });
  }

  #noteSent(letter: Letter | undefined, result: Sent): void {
    if (letter !== undefined) letter.result = result;
  }

  #originalOf({ name }: Queue, { messageDeduplicationId: id }: SendEntry): Letter | undefined {
    if (id === undefined) return undefined;
    return [...this.#host.letters.all.values()].findLast(
      (letter) => letter.queue === name && letter.id === id,
    );
  }

  #checkDuplicate(original: Letter | undefined, { messageId, sequenceNumber }: Sent): void {
    const { calls } = this.#host;
    if (original === undefined) calls.complain("a duplicate of nothing");
    else if (original.result !== undefined) {
      const { result } = original;
      const isSame = result.messageId === messageId && result.sequenceNumber === sequenceNumber;
      if (!isSame) calls.complain(`a duplicate of ${result.messageId} was answered ${messageId}`);
    }
  }

  /** What was sent as new must be no duplicate of what is remembered. */
  #checkNew(queue: Queue, entry: SendEntry): void {
    const original = this.#originalOf(queue, entry);
    if (original === undefined || original.isForgotten === true || !original.isSure) return;
    if (this.#host.clock.nowMs() - original.sentMs >= REMEMBERED_MS) return;
    this.#host.calls.complain(`${entry.messageDeduplicationId} was sent a second time`);
  }
}
