/**
 * What clients do in one life of the server that is killed, in two parts. First alone, one call after the
 * other: what the server before left unanswered is asked again, and receipt handles from before are used. Then
 * all at once, until the server ends.
 */
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
} from "@aws-sdk/client-sqs";
import { patience } from "../../support/patience.ts";
import type { Seeded } from "../../support/seeded.ts";
import { Client, HIDDEN_SECONDS, Unanswered, type Watch } from "./client.ts";
import type { Attempt, Brought, Known } from "./known.ts";
import type { Received } from "./ledger.ts";
import type { Intent, Letter, Place } from "./letter.ts";
import { Load } from "./load.ts";
import { Names } from "./names.ts";

const CLIENTS = 3;
/** A deduplication id and a receive attempt hold for five minutes. */
const REPEATED_MS = 60_000;
/** A place with more than that is emptied: receives that nobody knows of hide what is in it. */
const PURGED_FROM = 900;

const ATTRIBUTES: Readonly<Record<string, Record<string, string>>> = {
  jobs: {},
  "jobs.fifo": { FifoQueue: "true" },
  dead: {},
  fragile: {
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: "arn:aws:sqs:us-east-1:000000000000:dead",
      maxReceiveCount: 2,
    }),
  },
};

export class Session {
  readonly #known: Known;
  readonly #random: Seeded;
  readonly #watch: Watch;
  readonly #clients: readonly Client[];
  readonly #client: Client;

  constructor(known: Known, random: Seeded, url: string, watch: Watch) {
    this.#known = known;
    this.#random = random;
    this.#watch = watch;
    this.#clients = Array.from({ length: CLIENTS }, () => new Client(known.ledger, url, watch));
    this.#client = this.#clients[0] as Client;
  }

  /** Resolves when the server has been ended and nobody waits for it any more; rejects with what is wrong. */
  async run(): Promise<void> {
    try {
      await this.#beginning();
      await new Load(this.#known, this.#random, this.#clients, this.#watch).run();
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
    } finally {
      for (const { sdk } of this.#clients) sdk.destroy();
    }
  }

  async #beginning(): Promise<void> {
    const { ledger } = this.#known;
    for (const place of [...ledger.places].reverse()) await this.#makeQueues(place);
    await this.#checkNames();
    for (const place of ledger.places) await this.#checkCount(place);
    await this.#repeatSends(ledger.fifo);
    await this.#repeatReceives(ledger.fifo);
    await this.#useFifoHandles(ledger.fifo);
    for (const place of [ledger.jobs, ledger.moving]) await this.#useHandles(place);
    for (const place of ledger.places) {
      if (place.live.size > PURGED_FROM) await this.#purge(place);
    }
  }

  /** A queue whose making was answered is found; others are made, again where nobody knows. */
  async #makeQueues(place: Place): Promise<void> {
    const client = this.#client;
    for (const QueueName of [...place.queues].reverse()) {
      const Attributes = ATTRIBUTES[QueueName];
      const command = place.isMade
        ? () => client.sdk.send(new GetQueueUrlCommand({ QueueName }))
        : () => client.sdk.send(new CreateQueueCommand({ QueueName, Attributes }));
      await client.ask(command);
    }
    place.isMade = true;
  }

  async #checkNames(): Promise<void> {
    const client = this.#client;
    const { names } = this.#known;
    const input = { QueueNamePrefix: Names.prefix, MaxResults: 1_000 };
    const { QueueUrls = [] } = await client.ask(() =>
      client.sdk.send(new ListQueuesCommand(input)),
    );
    const there = QueueUrls.map((url) => url.slice(url.lastIndexOf("/") + 1));
    names.listed(there);
    if (there.length === 0) return;
    const name = this.#random.pick(there);
    const timeout = (await this.#attributesOf(name)).VisibilityTimeout;
    if (timeout === names.visibilityTimeoutOf(name)) return;
    throw new Error(`The queue ${name} has the visibility timeout ${timeout}.`);
  }

  async #attributesOf(queue: string): Promise<Record<string, string>> {
    const client = this.#client;
    const input = { QueueUrl: client.urlOf(queue), AttributeNames: ["All" as const] };
    const { Attributes = {} } = await client.ask(() =>
      client.sdk.send(new GetQueueAttributesCommand(input)),
    );
    return Attributes;
  }

  /** As many as there must be, and no more than there may be. What is between two queues comes soon. */
  async #checkCount(place: Place): Promise<void> {
    const { least, most } = place.bounds();
    const untilMs = performance.now() + patience();
    let count = await this.#countOf(place);
    while (count < least && place.queues.length > 1 && performance.now() < untilMs) {
      count = await this.#countOf(place);
    }
    if (count >= least && count <= most) return;
    throw new Error(`${place.name} has ${count} messages; they should be ${least} to ${most}.`);
  }

  async #countOf(place: Place): Promise<number> {
    let count = 0;
    for (const queue of place.queues) {
      const attributes = await this.#attributesOf(queue);
      for (const state of ["", "NotVisible", "Delayed"]) {
        count += Number(attributes[`ApproximateNumberOfMessages${state}`]);
      }
    }
    return count;
  }

  /**
   * In each group what was sent and not answered comes first, or is given up. With it goes what was answered:
   * the last one that is there, and the last that is not.
   */
  async #repeatSends(place: Place): Promise<void> {
    const { ledger } = this.#known;
    const now = performance.now();
    const isRecent = ({ begunMs }: Letter) => now - begunMs < REPEATED_MS;
    for (const { letters, removed } of place.groups.values()) {
      const pending = letters.filter(({ sentAt, isGivenUp }) => sentAt === undefined && !isGivenUp);
      if (this.#random.chance(0.1) || !pending.every(isRecent)) {
        for (const letter of pending) letter.isGivenUp = true;
        continue;
      }
      const answered = letters.filter(({ sentAt }) => sentAt !== undefined).at(-1);
      const again = [removed, answered].filter((letter) => letter !== undefined).filter(isRecent);
      ledger.counts.repeats += again.length;
      for (const some of portions([...again, ...pending])) await this.#client.send(place, some);
    }
  }

  /** Receives that were not answered bring what they brought, or something else; one that was, the same. */
  async #repeatReceives(place: Place): Promise<void> {
    const { attempts, ledger } = this.#known;
    const now = performance.now();
    for (const attempt of [...attempts]) {
      const receive = { queue: place.name, attempt: attempt.id };
      if (now - attempt.begunMs > REPEATED_MS) continue;
      if (attempt.brought === undefined) await this.#client.receive(place, receive);
      else if (isUntouched(attempt.brought)) {
        checkSame(attempt, await this.#client.fetch(place, receive));
        ledger.counts.repeats += 1;
      }
    }
    attempts.splice(0);
  }

  /** Handles of a FIFO queue are good until the timeout that was answered is over. */
  async #useFifoHandles(place: Place): Promise<void> {
    for (const letter of [...place.live]) {
      if (letter.handle === undefined) continue;
      if (letter.intent !== undefined) await this.#askAgain(place, letter, letter.intent);
      else if (this.#random.chance(0.6)) await this.#useHandle(place, letter);
    }
  }

  /** What was asked for and not answered. */
  async #askAgain(place: Place, letter: Letter, { seconds }: Intent): Promise<void> {
    if (seconds === undefined) return this.#client.remove(place, [letter]);
    const [refused] = await this.#client.hide([letter], seconds);
    if (refused === undefined) return;
    // What is visible by now can't be made so again.
    if (seconds > 0) throw refused.fault("has a handle no more");
    this.#known.ledger.letGo(refused);
  }

  async #useHandle(place: Place, letter: Letter): Promise<void> {
    if (this.#random.chance(0.5)) return this.#client.remove(place, [letter]);
    const seconds = this.#random.chance(0.5) ? 0 : HIDDEN_SECONDS;
    const [refused] = await this.#client.hide([letter], seconds);
    if (refused !== undefined) throw refused.fault("has a handle no more");
  }

  /** Handles of a Standard queue: those of what was hidden, and the others. */
  async #useHandles(place: Place): Promise<void> {
    for (const letter of [...place.live]) {
      if (letter.handle === undefined) continue;
      const isHidden = letter.hold?.isKept === true && letter.intent === undefined;
      if (!isHidden) await this.#useOrLetGo(place, letter);
      else if (this.#random.chance(0.6)) await this.#useHandle(place, letter);
    }
  }

  /**
   * The server may have forgotten the receive: its handle deletes the message all the same, and may hide it. A
   * handle that is not used now never is, since somebody else may receive the message.
   */
  async #useOrLetGo(place: Place, letter: Letter): Promise<void> {
    if (this.#random.chance(0.7)) return this.#client.remove(place, [letter]);
    if (this.#random.chance(0.5) || letter.isRemoving) return this.#known.ledger.letGo(letter);
    const [refused] = await this.#client.hide([letter], HIDDEN_SECONDS);
    if (refused !== undefined) this.#known.ledger.letGo(refused);
  }

  async #purge(place: Place): Promise<void> {
    const { ledger } = this.#known;
    const client = this.#client;
    const letters = [...place.live];
    for (const letter of letters) {
      letter.isGivenUp = true;
      ledger.intend(letter);
    }
    for (const queue of place.queues) {
      const command = new PurgeQueueCommand({ QueueUrl: client.urlOf(queue) });
      await client.ask(() => client.sdk.send(command));
    }
    for (const letter of letters) ledger.removed(place, letter);
  }
}

/** Batches as long as they may be. */
function portions(letters: readonly Letter[]): Letter[][] {
  const found: Letter[][] = [];
  for (let at = 0; at < letters.length; at += 3) found.push(letters.slice(at, at + 3));
  return found;
}

/** It brought something, and nobody has asked for anything with that. */
function isUntouched(brought: readonly Brought[]): boolean {
  const isNew = brought.every(({ letter, intents }) => letter.intents === intents);
  return isNew && brought.length > 0;
}

function checkSame({ id, brought = [] }: Attempt, again: readonly Received[]): void {
  const before = brought
    .map(({ letter }) => `${letter.messageId} by ${letter.handle?.text}`)
    .join();
  const after = again.map(({ messageId, handle }) => `${messageId} by ${handle}`).join();
  if (before !== after) throw new Error(`The attempt ${id} brought ${before}, and then ${after}.`);
}
