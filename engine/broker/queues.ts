/**
 * The queues of one thread's broker: how they are made, found, listed and deleted, each by its account
 * and name. For Broker alone, which has looked whether this thread may call. Own thread only.
 */
import type { Cancel } from "../clock.ts";
import { noSuchQueue, SluiceError } from "../errors.ts";
import { accounts } from "../limits.ts";
import type {
  ListQueuesOptions,
  NewQueueOptions,
  Queue,
  QueueAttributes,
  QueueOwner,
} from "../types.ts";
import {
  changedAttributes,
  checkNewQueue,
  checkQueueName,
  engineSettings,
  firstDifference,
  mergeStored,
  ownAttributes,
  ownTexts,
} from "./catalogue/attributes.ts";
import type { Known, QueueKey } from "./catalogue/catalogue.ts";
import { Deletions } from "./catalogue/deletions.ts";
import { keepSourceName } from "./catalogue/formerSources.ts";
import { arnOf, checkTarget, sourcesOf } from "./catalogue/redrive.ts";
import { checkNames, listQueuesNames, newQueueNames, ownerNames } from "./face/names.ts";
import type { QueueHost } from "./messages/queueInternals.ts";
import { BrokerQueue } from "./queue.ts";

export class Queues {
  readonly #host: QueueHost;
  readonly #onGiven = new Set<(queue: BrokerQueue) => void>();
  readonly #deletions: Deletions;
  /** By number: those that were given out. */
  readonly #given = new Map<number, BrokerQueue>();

  /** `onGiven` is told of each queue before it is given out for the first time. */
  constructor(host: QueueHost, onGiven: (queue: Queue) => void) {
    this.#host = host;
    this.#onGiven.add(onGiven);
    this.#deletions = new Deletions(host.member.settings.quotas.sixtySecondRules);
  }

  create(name: string, attributes: QueueAttributes, more: NewQueueOptions): Queue {
    const { catalogue, member } = this.#host;
    const { settings } = member;
    checkQueueName(name);
    const own = ownAttributes(name, attributes);
    checkNewQueue(name, own);
    checkNames(more, newQueueNames, name);
    const key = this.#keyOf(name, more);
    const { stored, tags } = ownTexts(name, more);
    const complete = changedAttributes(name, own);
    const now = member.nowMs();
    if (catalogue.find(key) === undefined) this.#deletions.check(key, now);
    const kept = { stored: mergeStored({}, stored), tags };
    const details = { attributes: complete, ...kept, createdAtMs: now, modifiedAtMs: now };
    if (catalogue.find(key) === undefined) {
      checkTarget(settings.region, catalogue, key, own.redrivePolicy);
    }
    const { known, isNew } = catalogue.create(
      key,
      { details, purgedAtMs: 0, tasks: [], formerSources: [] },
      engineSettings(complete, settings, catalogue),
    );
    if (isNew) {
      this.#relink(known);
      return this.#give(known);
    }
    const has = known.details;
    const difference = firstDifference(own, has.attributes, stored, has.stored);
    if (difference === undefined) return this.#give(known);
    throw new SluiceError(
      "QueueNameExists",
      `A queue already exists with the same name and a different value for attribute ${difference}.`,
      { queue: name },
    );
  }

  /** As `create`; where deleted queues keep their numbers only until the journal knows of it, it waits for that. */
  async make(name: string, attributes: QueueAttributes, more: NewQueueOptions): Promise<Queue> {
    const { acknowledgements } = this.#host;
    try {
      return this.create(name, attributes, more);
    } catch (error) {
      const isLimit = error instanceof SluiceError && error.code === "OverLimit";
      if (!isLimit || acknowledgements.isIdle) throw error;
      await acknowledgements.flush();
      return this.create(name, attributes, more);
    }
  }

  find(name: string, owner?: QueueOwner): Queue | undefined {
    const known = this.#host.catalogue.find(this.#checkedKey(name, owner));
    return known && this.#give(known);
  }

  /** In order of their characters. */
  names(options: ListQueuesOptions): string[] {
    checkNames(options, listQueuesNames);
    const { prefix = "" } = options;
    const { account } = this.#keyOf("", options);
    return this.#host.catalogue.names(account).filter((name) => name.startsWith(prefix));
  }

  delete(name: string, owner?: QueueOwner): void {
    const { catalogue, member, waiting } = this.#host;
    const key = this.#checkedKey(name, owner);
    const known = catalogue.find(key);
    if (known !== undefined) keepSourceName(catalogue, member.settings, known, member.nowMs());
    const { number } = catalogue.delete(key);
    this.#deletions.note(key, member.nowMs());
    this.#given.delete(number);
    this.#host.reclaim(number);
    waiting.look(number);
  }

  /** Deletes all queues of all accounts; their names may be used again at once. */
  clear(): void {
    for (const { account, name } of [...this.#host.catalogue.all()]) {
      // Another thread may have deleted it meanwhile.
      if (this.find(name, { account }) !== undefined) this.delete(name, { account });
    }
    this.#deletions.forget();
  }

  /** The names of the queues whose dead letters go to this one, in order of their characters. */
  sources(name: string, owner?: QueueOwner): string[] {
    const queue = this.find(name, owner);
    if (queue === undefined) throw noSuchQueue(name);
    return sourcesOf(this.#host.catalogue, queue.arn).map((source) => source.name);
  }

  /**
   * A journal has given the broker its queues: names that were given up in its last minute wait here, and
   * what the engine was told under other quotas it is told again.
   */
  recovered(deletions: Iterable<QueueKey & { readonly atMs: number }>): void {
    for (const { account, name, atMs } of deletions) this.#deletions.note({ account, name }, atMs);
    const { catalogue, member } = this.#host;
    const { queues } = member.engine;
    for (const known of catalogue.all()) {
      const settings = engineSettings(known.details.attributes, member.settings, catalogue);
      const isSame =
        settings.inFlightMax === queues.inFlightMax(known.number) &&
        (settings.fifo?.callsMax ?? 0) === queues.callsMax(known.number);
      if (!isSame) catalogue.change(known, known.name, (entry) => ({ entry, settings }));
    }
  }

  #checkedKey(name: string, owner: QueueOwner = {}): QueueKey {
    checkNames(owner, ownerNames, name);
    return this.#keyOf(name, owner);
  }

  #keyOf(name: string, owner: QueueOwner): QueueKey {
    const { account = this.#host.member.settings.account } = owner;
    if (typeof account === "string" && accounts.pattern.test(account)) return { account, name };
    const text = `account is a text of twelve digits, not "${String(account)}".`;
    throw new SluiceError("InvalidParameterValue", text, { queue: name });
  }

  #give(known: Known): BrokerQueue {
    const kept = this.#given.get(known.number);
    if (kept !== undefined && BrokerQueue.incarnationOf(kept) === known.incarnation) return kept;
    const queue = new BrokerQueue(this.#host, known);
    this.#given.set(known.number, queue);
    for (const tell of this.#onGiven) tell(queue);
    return queue;
  }

  /** Those that were given out in this thread and are there. */
  given(): readonly BrokerQueue[] {
    return [...this.#given.values()];
  }

  /** Also tells `told` of each queue before it is given out for the first time, until the answer is called. */
  onGiven(told: (queue: BrokerQueue) => void): Cancel {
    this.#onGiven.add(told);
    return () => this.#onGiven.delete(told);
  }

  /** Queues whose dead-letter queue was away have it again: a policy names an ARN. */
  #relink(key: QueueKey): void {
    const { catalogue, member } = this.#host;
    for (const source of sourcesOf(catalogue, arnOf(member.settings.region, key))) {
      catalogue.change(source, source.name, (entry) => ({
        entry,
        settings: engineSettings(entry.details.attributes, member.settings, catalogue),
      }));
    }
  }
}
