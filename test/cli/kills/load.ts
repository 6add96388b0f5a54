/**
 * Clients that send, receive, delete and hide all at once, as loops of calls over the places that the ledger
 * knows, until the server ends.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { CreateQueueCommand, DeleteQueueCommand } from "@aws-sdk/client-sqs";
import type { Seeded } from "../../support/seeded.ts";
import { type Client, HIDDEN_SECONDS, Unanswered, type Watch } from "./client.ts";
import type { Attempt, Brought, Known } from "./known.ts";
import type { Letter, Place } from "./letter.ts";

const GROUPS = ["g0", "g1", "g2", "g3", "g4", "g5"];
/** So many messages of a place, and of a group, are enough. */
const JOBS = 400;
const LETTERS_A_GROUP = 25;
const MOVING = 120;
/** Kept in hand by the way, so that there is something for the next life; with more nobody receives. */
const IN_HAND = 8;
const IN_HAND_MAX = 24;
/** How long whoever finds nothing to do looks away, and who makes queues in any case. */
const IDLE_MS = 2;
const NAMES_MS = 20;

export class Load {
  readonly #known: Known;
  readonly #random: Seeded;
  readonly #clients: readonly Client[];
  readonly #watch: Watch;
  #attempts = 0;
  #isOver = false;

  constructor(known: Known, random: Seeded, clients: readonly Client[], watch: Watch) {
    this.#known = known;
    this.#random = random;
    this.#clients = clients;
    this.#watch = watch;
  }

  /** Resolves when all loops ended with the server; rejects with the first thing that is wrong. */
  async run(): Promise<void> {
    const { jobs, fifo, moving } = this.#known.ledger;
    const [one, two, three] = this.#clients as [Client, Client, Client];
    const ends = await Promise.allSettled([
      this.#loop(() => this.#sendJobs(one)),
      this.#loop(() => this.#sendJobs(two)),
      this.#loop(() => this.#receiveJobs(three)),
      this.#loop(() => this.#handle(one, jobs)),
      this.#loop(() => this.#sendFifo(two, GROUPS.slice(0, 3))),
      this.#loop(() => this.#sendFifo(three, GROUPS.slice(3))),
      this.#loop(() => this.#receiveFifo(one)),
      this.#loop(() => this.#handle(two, fifo)),
      this.#loop(() => this.#move(three)),
      this.#loop(() => this.#handle(three, moving)),
      this.#loop(() => this.#makeAndDrop(one)),
    ]);
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }

  async #loop(step: () => Promise<unknown>): Promise<void> {
    try {
      while (!this.#isOver && !this.#watch.isEnding) await step();
    } catch (error) {
      if (error instanceof Unanswered) return;
      this.#isOver = true;
      throw error;
    }
  }

  #fillBytes(): number {
    return this.#random.between(1, this.#random.chance(0.03) ? 70_000 : 400);
  }

  async #sendJobs(client: Client): Promise<void> {
    const { jobs } = this.#known.ledger;
    if (jobs.live.size >= JOBS) return sleep(IDLE_MS);
    const count = this.#random.chance(0.5) ? 1 : this.#random.between(2, 10);
    await client.send(jobs, this.#compose(jobs, count));
  }

  #compose(place: Place, count: number, groups: readonly string[] = []): Letter[] {
    let bytes = 0;
    const letters: Letter[] = [];
    // A batch has a mebibyte at the most.
    while (letters.length < count && bytes < 500_000) {
      const fill = this.#fillBytes();
      const group = groups.length > 0 ? this.#random.pick(groups) : undefined;
      letters.push(place.compose(group, fill));
      bytes += fill;
    }
    return letters;
  }

  async #receiveJobs(client: Client): Promise<void> {
    const { jobs } = this.#known.ledger;
    if (jobs.inHand().length >= IN_HAND_MAX) return sleep(IDLE_MS);
    await client.receive(jobs, { queue: "jobs", waitSeconds: 1 });
  }

  /** One loop has a group, so the order of its sends is that of its letters. */
  async #sendFifo(client: Client, groups: readonly string[]): Promise<void> {
    const { fifo } = this.#known.ledger;
    const short = groups.filter((name) => fifo.group(name).letters.length < LETTERS_A_GROUP);
    if (short.length === 0) return sleep(IDLE_MS);
    const count = this.#random.chance(0.5) ? 1 : this.#random.between(2, 10);
    await client.send(fifo, this.#compose(fifo, count, short));
  }

  async #receiveFifo(client: Client): Promise<void> {
    const { attempts, ledger } = this.#known;
    const { fifo, life } = ledger;
    if (fifo.inHand().length >= IN_HAND_MAX) return sleep(IDLE_MS);
    this.#attempts += 1;
    const attempt: Attempt = { id: `${life}-${this.#attempts}`, begunMs: performance.now() };
    attempts.push(attempt);
    const receive = { queue: "jobs.fifo", attempt: attempt.id, waitSeconds: 1 };
    const messages = await client.receive(fifo, receive);
    attempt.brought = messages.map(({ body }): Brought => {
      const letter = fifo.of(body) as Letter;
      return { letter, intents: letter.intents };
    });
    // Of those that were answered the last one is enough.
    attempts.splice(0, attempts.length, attempt);
  }

  /** Deletes, hides or lets go of what is in hand, but for a few. */
  async #handle(client: Client, place: Place): Promise<void> {
    const inHand = place.inHand();
    if (inHand.length <= IN_HAND) return sleep(IDLE_MS);
    const count = this.#random.chance(0.4) ? 1 : this.#random.between(2, 10);
    const from = this.#random.between(0, inHand.length - 1);
    const letters = inHand.slice(from, from + count);
    if (this.#random.chance(0.7)) return client.remove(place, letters);
    const seconds = this.#random.chance(0.5) ? 0 : HIDDEN_SECONDS;
    const [refused] = await client.hide(letters, seconds);
    if (refused !== undefined) throw refused.fault("is in flight, and may not be hidden");
  }

  /** Messages are received until they move to the other queue, and from that. */
  async #move(client: Client): Promise<void> {
    const { moving } = this.#known.ledger;
    const what = this.#random.between(0, 2);
    if (what === 0) {
      if (moving.live.size < MOVING) await client.send(moving, this.#compose(moving, 3));
    } else if (what === 1) await client.receive(moving, { queue: "fragile", isHeld: false });
    else await client.receive(moving, { queue: "dead" });
  }

  async #makeAndDrop(client: Client): Promise<void> {
    const { names } = this.#known;
    const dropped = names.areMany || this.#random.chance(0.3) ? names.drop() : undefined;
    if (dropped !== undefined) {
      const command = new DeleteQueueCommand({ QueueUrl: client.urlOf(dropped) });
      await client.ask(() => client.sdk.send(command));
      names.answered(dropped);
    } else {
      const { name, visibilityTimeout: VisibilityTimeout } = names.make();
      const Attributes = { VisibilityTimeout };
      const command = new CreateQueueCommand({ QueueName: name, Attributes });
      await client.ask(() => client.sdk.send(command));
      names.answered(name);
    }
    await sleep(NAMES_MS);
  }
}
