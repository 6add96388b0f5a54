/**
 * One queue, as one thread's broker sees it: both faces, and what the catalogue says of it. Named by
 * number and incarnation: when the queue is deleted, every verb rejects with QueueDoesNotExist, also
 * when another of that name was made since. Own thread only.
 */
import { type InspectOptionsStylized, inspect } from "node:util";
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
  SendBatchOptions,
  SendEntry,
  SendOptions,
  Sent,
} from "../types.ts";
import {
  changedAttributes,
  checkAttributes,
  engineSettings,
  mergeStored,
  ownAttributes,
  ownTexts,
} from "./attributes.ts";
import type { Known } from "./catalogue.ts";
import { keepSourceName } from "./formerSources.ts";
import { QueueHome, type QueueHost } from "./home.ts";
import { noSuchQueue } from "./member.ts";
import { changeNames, checkNames, receiveNames } from "./names.ts";
import { receive } from "./receive.ts";
import { checkTarget } from "./redrive.ts";
import { send, sendBatch } from "./send.ts";
import { changeVisibility, deleteBatch, deleteMessage, giveBack } from "./settle.ts";
import { shownAs } from "./shown.ts";
import { MessageStream } from "./stream.ts";
import { SyncFace } from "./sync.ts";

export class BrokerQueue implements Queue {
  readonly name: string;
  readonly arn: string;
  readonly isFifo: boolean;
  readonly #home: QueueHome;
  readonly #sync: SyncFace;

  constructor(host: QueueHost, known: Known) {
    this.#home = new QueueHome(host, known);
    this.name = known.name;
    this.isFifo = this.#home.isFifo;
    this.arn = host.arnOfName(known.name);
    this.#sync = new SyncFace(this.#home);
  }

  /** Tells this queue from others of its number, before it and after it. */
  static incarnationOf(queue: BrokerQueue): number {
    return queue.#home.incarnation;
  }

  get sync(): SyncFace {
    return this.#sync;
  }

  send(body: Body, options: SendOptions = {}): Promise<Sent> {
    return send(this.#home, body, options);
  }

  sendBatch(
    entries: readonly (Body | SendEntry)[],
    options: SendBatchOptions = {},
  ): Promise<BatchResult<Sent>> {
    return sendBatch(this.#home, entries, options);
  }

  receive(options: ReceiveOptions = {}): Promise<Message[]> {
    return receive(this.#home, this.#home.desk.inbox, options);
  }

  messages(options: ReceiveOptions = {}): MessageStream {
    const home = this.#home;
    checkNames(options, receiveNames, this.name);
    return new MessageStream(
      (poll) => receive(home, home.desk.inbox, poll, true),
      (rest) => giveBack(home, rest),
      options,
    );
  }

  delete(message: Message | string): Promise<void> {
    return deleteMessage(this.#home, message);
  }

  deleteBatch(messages: readonly (Message | string)[]): Promise<BatchResult<void>> {
    return deleteBatch(this.#home, messages);
  }

  changeVisibility(message: Message | string, visibilityTimeout: number): Promise<void> {
    return changeVisibility(this.#home, message, visibilityTimeout);
  }

  counts(): QueueCounts {
    const { member, number, incarnation } = this.#home;
    member.check();
    const counts = member.engine.count(number, incarnation, member.nowMs());
    if (counts === undefined) throw noSuchQueue(this.name);
    const { visible, inFlight, delayed, oldestSentAtMs } = counts;
    return {
      visible,
      inFlight,
      delayed,
      oldestSentAtMs: Number.isNaN(oldestSentAtMs)
        ? undefined
        : oldestSentAtMs + member.wallShiftMs(),
    };
  }

  totals(): QueueTotals {
    this.#known();
    const { member, number } = this.#home;
    return member.engine.queues.totals(number);
  }

  details(): QueueDetails {
    return this.#shown(this.#known().details);
  }

  async getAttributes(): Promise<QueueDetails["attributes"]> {
    const { redrivePolicy, ...others } = this.details().attributes;
    return redrivePolicy === undefined
      ? others
      : { ...others, redrivePolicy: { ...redrivePolicy } };
  }

  setAttributes(attributes: QueueAttributes): Promise<void> {
    return this.update({ attributes });
  }

  async update(change: QueueChange | ((details: QueueDetails) => QueueChange)): Promise<void> {
    const { name, isFifo } = this;
    const { desk, member } = this.#home;
    const { settings } = member;
    member.check();
    let before: Known | undefined;
    let changed: QueueAttributes = {};
    this.#change((known) => {
      const { details, purgedAtMs } = known;
      const given = typeof change === "function" ? change(this.#shown(details)) : change;
      checkNames(given, changeNames, name);
      const { attributes = {}, stored = {}, tags = details.tags } = given;
      changed = ownAttributes(name, attributes);
      checkAttributes(name, changed, isFifo);
      checkTarget(settings, desk.catalogue, name, changed.redrivePolicy);
      const texts = ownTexts(name, { stored, tags });
      before = known;
      return {
        details: {
          attributes: changedAttributes(name, changed, details.attributes),
          stored: mergeStored(details.stored, texts.stored),
          tags: texts.tags,
          createdAtMs: details.createdAtMs,
          modifiedAtMs: member.nowMs(),
        },
        purgedAtMs,
      };
    });
    if (before !== undefined && changed.redrivePolicy !== undefined) {
      keepSourceName(desk.catalogue, settings, before, member.nowMs());
    }
    if (isFifo && changed.delaySeconds !== undefined) this.#tellOfDelay();
  }

  /** A FIFO queue's delay is that of the messages that wait already: who sleeps must look anew. */
  #tellOfDelay(): void {
    const { desk, member, number } = this.#home;
    member.engine.wakeAll(number);
    desk.waiting.look(number);
  }

  async purge(): Promise<void> {
    const { desk, member, number, incarnation } = this.#home;
    member.check();
    const now = member.nowMs();
    if (member.settings.quotas.sixtySecondRules) this.#notePurge(now);
    const status = member.engine.cut(number, incarnation, now);
    if (status < 0) throw member.failure(status, this.name);
    desk.reclaim(number);
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
    const { desk, member, number, incarnation } = this.#home;
    const { catalogue } = desk;
    catalogue.change(number, incarnation, this.name, (known) => {
      const entry = { ...known, ...change(known) };
      const settings = engineSettings(entry.details.attributes, member.settings, catalogue);
      return { entry, settings };
    });
  }

  /** With the moments that people are shown; the catalogue's are of the broker's time. */
  #shown(details: QueueDetails): QueueDetails {
    const shiftMs = this.#home.member.wallShiftMs();
    if (shiftMs === 0) return details;
    const { createdAtMs, modifiedAtMs } = details;
    return Object.freeze({
      ...details,
      createdAtMs: createdAtMs + shiftMs,
      modifiedAtMs: modifiedAtMs + shiftMs,
    });
  }

  #known(): Known {
    const { desk, member, number, incarnation } = this.#home;
    member.check();
    const known = desk.catalogue.at(number, incarnation);
    if (known === undefined) throw noSuchQueue(this.name);
    return known;
  }

  toJSON(): object {
    const { name, arn, isFifo } = this;
    return { name, arn, isFifo };
  }

  [inspect.custom](depth: number, options: InspectOptionsStylized): string {
    return shownAs("Queue", this.toJSON(), depth, options);
  }
}
