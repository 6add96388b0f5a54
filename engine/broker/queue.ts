/**
 * One queue, as one thread's broker sees it: both faces, and what the catalogue says of it. Named by
 * number and incarnation: when the queue is deleted, every verb rejects with QueueDoesNotExist, also
 * when another of that name was made since. Own thread only.
 */
import { type InspectOptionsStylized, inspect } from "node:util";
import { STATUS_FULL } from "../../bindings/index.ts";
import type { Cancel } from "../clock.ts";
import { noSuchQueue, SluiceError } from "../errors.ts";
import { protections } from "../limits.ts";
import { findTelemetry, type Telemetry } from "../tracing/telemetry.ts";
import type {
  BatchResult,
  Body,
  Message,
  PeekOptions,
  PeekPage,
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
  SyncQueue,
} from "../types.ts";
import {
  changedAttributes,
  checkAttributes,
  engineSettings,
  mergeStored,
  ownAttributes,
  ownTexts,
} from "./catalogue/attributes.ts";
import type { Known } from "./catalogue/catalogue.ts";
import { keepSourceName } from "./catalogue/formerSources.ts";
import { checkTarget } from "./catalogue/redrive.ts";
import { changeNames, checkNames, receiveNames } from "./face/names.ts";
import { shownAs } from "./face/shown.ts";
import { boundSync, boundVerbs } from "./messages/bound.ts";
import { peek } from "./messages/peek.ts";
import { type QueueHost, QueueInternals, type Verbs } from "./messages/queueInternals.ts";
import { giveBack } from "./messages/settle.ts";
import { SyncFace } from "./messages/sync.ts";
import { MessageStream } from "./waiting/stream.ts";

/**
 * What this thread's program has registered of OpenTelemetry, be it only who carries contexts; undefined
 * where that is nothing, or the queue's broker is to make no traces.
 */
export function telemetryOf(queue: Queue): Telemetry | undefined {
  const { member } = BrokerQueue.internalsOf(queue);
  return member.settings.tracing ? findTelemetry() : undefined;
}

export class BrokerQueue implements Queue {
  readonly name: string;
  readonly arn: string;
  readonly isFifo: boolean;
  readonly #internals: QueueInternals;
  readonly #sync: SyncFace;

  constructor(host: QueueHost, known: Known) {
    this.#internals = new QueueInternals(host, known);
    this.name = known.name;
    this.isFifo = this.#internals.isFifo;
    this.arn = host.arnOfKey(known);
    this.#sync = new SyncFace(this.#internals);
  }

  /** Tells this queue from others of its number, before it and after it. */
  static incarnationOf(queue: BrokerQueue): number {
    return queue.#internals.queue.incarnation;
  }

  /** For what receives in this queue's name; throws for what only looks like a queue. */
  static internalsOf(queue: Queue): QueueInternals {
    if (typeof queue === "object" && queue !== null && #internals in queue) return queue.#internals;
    throw new SluiceError("InvalidParameterValue", "A queue is what createQueue or getQueue gave.");
  }

  /**
   * Has another object stand in for verbs of this queue, in this thread, wherever they are called from,
   * until the answer is called. Its members hide the class's, so where nobody stands in nothing is asked.
   */
  static standIn(
    queue: BrokerQueue,
    make: (verbs: Verbs, sync: SyncQueue) => { verbs: Partial<Verbs>; sync: Partial<SyncQueue> },
  ): Cancel {
    const internals = queue.#internals;
    const face = queue.#sync;
    const { verbs, sync } = make(boundVerbs(internals), boundSync(face));
    Object.assign(internals, verbs);
    Object.assign(face, sync);
    return () => {
      for (const name of Object.keys(verbs)) Reflect.deleteProperty(internals, name);
      for (const name of Object.keys(sync)) Reflect.deleteProperty(face, name);
    };
  }

  /** Not shown besides: its ARN says it. */
  get account(): string {
    return this.#internals.account;
  }

  get sync(): SyncFace {
    return this.#sync;
  }

  send(body: Body, options: SendOptions = {}): Promise<Sent> {
    return this.#internals.send(body, options);
  }

  sendBatch(
    entries: readonly (Body | SendEntry)[],
    options: SendBatchOptions = {},
  ): Promise<BatchResult<Sent>> {
    return this.#internals.sendBatch(entries, options);
  }

  receive(options: ReceiveOptions = {}): Promise<Message[]> {
    return this.#internals.receive(options, false);
  }

  messages(options: ReceiveOptions = {}): MessageStream {
    const internals = this.#internals;
    checkNames(options, receiveNames, this.name);
    return new MessageStream(
      (poll) => internals.receive(poll, true),
      (rest) => giveBack(internals, rest),
      options,
    );
  }

  delete(message: Message | string): Promise<void> {
    return this.#internals.delete(message);
  }

  deleteBatch(messages: readonly (Message | string)[]): Promise<BatchResult<void>> {
    return this.#internals.deleteBatch(messages);
  }

  changeVisibility(message: Message | string, visibilityTimeout: number): Promise<void> {
    return this.#internals.changeVisibility(message, visibilityTimeout);
  }

  peek(options: PeekOptions = {}): Promise<PeekPage> {
    const internals = this.#internals;
    return peek(internals, internals.shared.inbox, options);
  }

  counts(): QueueCounts {
    const { member, queue } = this.#internals;
    member.check();
    const counts = member.engine.count(queue, member.nowMs());
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
    const { member, queue } = this.#internals;
    return member.engine.queues.totals(queue.number);
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
    const { shared, member } = this.#internals;
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
      checkTarget(settings.region, shared.catalogue, this, changed.redrivePolicy);
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
      keepSourceName(shared.catalogue, settings, before, member.nowMs());
    }
    if (isFifo && changed.delaySeconds !== undefined) this.#tellOfDelay();
    await shared.acknowledgements.ofCatalogue();
  }

  /** A FIFO queue's delay is that of the messages that wait already: who sleeps must look again. */
  #tellOfDelay(): void {
    const { shared, member, queue } = this.#internals;
    member.engine.wakeAll(queue.number);
    shared.waiting.look(queue.number);
  }

  async purge(): Promise<void> {
    const { shared, member, queue } = this.#internals;
    member.check();
    const now = member.nowMs();
    if (member.settings.quotas.sixtySecondRules) this.#notePurge(now);
    let status = member.engine.cut(queue, now);
    while (status === STATUS_FULL) {
      await shared.acknowledgements.room(queue.number);
      member.check();
      status = member.engine.cut(queue, now);
    }
    if (status < 0) throw member.failure(status, this.name);
    shared.reclaim(queue.number);
    await Promise.all([
      shared.acknowledgements.of(queue.number),
      shared.acknowledgements.ofCatalogue(),
    ]);
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
    const { shared, member, queue } = this.#internals;
    const { catalogue } = shared;
    catalogue.change(queue, this.name, (known) => {
      const entry = { ...known, ...change(known) };
      const settings = engineSettings(entry.details.attributes, member.settings, catalogue);
      return { entry, settings };
    });
  }

  /** With the moments that people are shown; the catalogue's are of the broker's time. */
  #shown(details: QueueDetails): QueueDetails {
    const shiftMs = this.#internals.member.wallShiftMs();
    if (shiftMs === 0) return details;
    const { createdAtMs, modifiedAtMs } = details;
    return Object.freeze({
      ...details,
      createdAtMs: createdAtMs + shiftMs,
      modifiedAtMs: modifiedAtMs + shiftMs,
    });
  }

  #known(): Known {
    const { shared, member, queue } = this.#internals;
    member.check();
    const known = shared.catalogue.at(queue);
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
