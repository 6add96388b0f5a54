/**
 * One queue, as one thread's broker sees it: both faces, and what the catalogue says of it. Named by
 * number and incarnation: when the queue is deleted, every verb rejects with QueueDoesNotExist, also
 * when another of that name was made since. Own thread only.
 */
import type { Inbox } from "../../bindings/index.ts";
import { SluiceError } from "../errors.ts";
import { protections } from "../limits.ts";
import type {
  BatchResult,
  Body,
  Message,
  Queue,
  QueueAttributes,
  QueueChange,
  QueueCounts,
  QueueDetails,
  QueueTotals,
  ReceiveOptions,
  SendEntry,
  SendOptions,
  Sent,
} from "../types.ts";
import { changedAttributes, checkAttributes, engineSettings, mergeStored } from "./attributes.ts";
import type { Known } from "./catalogue.ts";
import { keepSourceName } from "./formerSources.ts";
import { type Member, noSuchQueue } from "./member.ts";
import type { MessageHome } from "./message.ts";
import type { Desk, Place } from "./place.ts";
import { receive } from "./receive.ts";
import { checkTarget } from "./redrive.ts";
import { Room } from "./room.ts";
import { send, sendBatch } from "./send.ts";
import { changeVisibility, deleteBatch, deleteMessage, giveBack } from "./settle.ts";
import { MessageStream } from "./stream.ts";
import { SyncFace } from "./sync.ts";

/** What the broker lends its queues. */
export interface QueueHost extends Desk {
  /** The inbox of asynchronous receives, read out before the next. */
  readonly inbox: Inbox;
  arnOf(incarnation: number): string | undefined;
  arnOfName(name: string): string;
  /** Frees what a purge ended, in the background. */
  reclaim(queue: number): void;
}

export class BrokerQueue implements Queue, Place, MessageHome {
  readonly name: string;
  readonly arn: string;
  readonly isFifo: boolean;
  readonly sync: SyncFace;
  readonly desk: QueueHost;
  readonly member: Member;
  readonly number: number;
  readonly incarnation: number;
  readonly pace = new Room();

  constructor(host: QueueHost, known: Known) {
    this.desk = host;
    this.member = host.member;
    this.name = known.name;
    this.number = known.number;
    this.incarnation = known.incarnation;
    this.isFifo = known.details.attributes.fifoQueue === true;
    this.arn = host.arnOfName(known.name);
    this.sync = new SyncFace(this);
  }

  send(body: Body, options: SendOptions = {}): Promise<Sent> {
    return send(this, body, options);
  }

  sendBatch(
    entries: readonly (Body | SendEntry)[],
    options: Pick<SendOptions, "waitForCapacity" | "signal"> = {},
  ): Promise<BatchResult<Sent>> {
    return sendBatch(this, entries, options);
  }

  receive(options: ReceiveOptions = {}): Promise<Message[]> {
    return receive(this, this.desk.inbox, options);
  }

  messages(options: ReceiveOptions = {}): MessageStream {
    return new MessageStream(
      (poll) => receive(this, this.desk.inbox, poll, true),
      (rest) => giveBack(this, rest),
      options,
    );
  }

  delete(message: Message | string): Promise<void> {
    return deleteMessage(this, message);
  }

  deleteBatch(messages: readonly (Message | string)[]): Promise<BatchResult<void>> {
    return deleteBatch(this, messages);
  }

  changeVisibility(message: Message | string, visibilityTimeout: number): Promise<void> {
    return changeVisibility(this, message, visibilityTimeout);
  }

  counts(): QueueCounts {
    this.member.check();
    const { engine } = this.member;
    const counts = engine.count(this.number, this.incarnation, this.member.nowMs());
    if (counts === undefined) throw noSuchQueue(this.name);
    const { visible, inFlight, delayed, oldestSentAtMs } = counts;
    return {
      visible,
      inFlight,
      delayed,
      oldestSentAtMs: Number.isNaN(oldestSentAtMs)
        ? undefined
        : oldestSentAtMs + this.member.wallShiftMs(),
    };
  }

  totals(): QueueTotals {
    this.#known();
    return this.member.engine.queues.totals(this.number);
  }

  details(): QueueDetails {
    return this.#shown(this.#known().details);
  }

  async getAttributes(): Promise<Required<QueueAttributes>> {
    // A Standard queue has no fifoQueue, and a queue without dead-letter queue no redrivePolicy.
    return { ...this.details().attributes } as Required<QueueAttributes>;
  }

  setAttributes(attributes: QueueAttributes): Promise<void> {
    return this.update({ attributes });
  }

  async update(change: QueueChange | ((details: QueueDetails) => QueueChange)): Promise<void> {
    this.member.check();
    const { settings } = this.member;
    let before: Known | undefined;
    let changed: QueueAttributes = {};
    this.#change((known) => {
      const { details, purgedAtMs } = known;
      const {
        attributes = {},
        stored = {},
        tags,
      } = typeof change === "function" ? change(this.#shown(details)) : change;
      checkAttributes(this.name, attributes, this.isFifo);
      checkTarget(settings, this.desk.catalogue, this.name, attributes.redrivePolicy);
      before = known;
      changed = attributes;
      return {
        details: {
          attributes: changedAttributes(this.name, attributes, details.attributes),
          stored: mergeStored(details.stored, stored),
          tags: tags ?? details.tags,
          createdAtMs: details.createdAtMs,
          modifiedAtMs: this.member.nowMs(),
        },
        purgedAtMs,
      };
    });
    if (before !== undefined && changed.redrivePolicy !== undefined) {
      keepSourceName(this.desk.catalogue, settings, before, this.member.nowMs());
    }
    if (this.isFifo && changed.delaySeconds !== undefined) this.#tellOfDelay();
  }

  /** A FIFO queue's delay is that of the messages that wait already: who sleeps must look anew. */
  #tellOfDelay(): void {
    this.member.engine.wakeAll(this.number);
    this.desk.waiting.look(this.number);
  }

  async purge(): Promise<void> {
    this.member.check();
    const now = this.member.nowMs();
    if (this.member.settings.quotas.sixtySecondRules) this.#notePurge(now);
    const status = this.member.engine.cut(this.number, this.incarnation, now);
    if (status < 0) throw this.member.failure(status, this.name);
    this.desk.reclaim(this.number);
  }

  arnOf(incarnation: number): string | undefined {
    const arn = this.desk.arnOf(incarnation);
    if (arn !== undefined) return arn;
    const known = this.desk.catalogue.at(this.number, this.incarnation);
    const source = known?.formerSources.find((one) => one.incarnation === incarnation);
    return source && this.desk.arnOfName(source.name);
  }

  /** AWS allows one purge of a queue in 60 seconds, and tells the next one so. */
  #notePurge(now: number): void {
    this.#change(({ details, purgedAtMs }) => {
      if (purgedAtMs > 0 && now - purgedAtMs < protections.purgeSeconds * 1_000) {
        throw new SluiceError(
          "PurgeQueueInProgress",
          `Only one PurgeQueue operation on ${this.name} is allowed every ` +
            `${protections.purgeSeconds} seconds.`,
          { queue: this.name },
        );
      }
      return { details, purgedAtMs: now };
    });
  }

  #change(change: (known: Known) => Pick<Known, "details" | "purgedAtMs">): void {
    const { catalogue } = this.desk;
    const { settings } = this.member;
    catalogue.change(this.number, this.incarnation, this.name, (known) => {
      const entry = { ...known, ...change(known) };
      return { entry, settings: engineSettings(entry.details.attributes, settings, catalogue) };
    });
  }

  /** With the moments that people are shown; the catalogue's are of the broker's time. */
  #shown(details: QueueDetails): QueueDetails {
    const shiftMs = this.member.wallShiftMs();
    if (shiftMs === 0) return details;
    const { createdAtMs, modifiedAtMs } = details;
    return Object.freeze({
      ...details,
      createdAtMs: createdAtMs + shiftMs,
      modifiedAtMs: modifiedAtMs + shiftMs,
    });
  }

  #known(): Known {
    this.member.check();
    const known = this.desk.catalogue.at(this.number, this.incarnation);
    if (known === undefined) throw noSuchQueue(this.name);
    return known;
  }
}
