/**
 * Random calls of all kinds to a broker that is driven (driven.ts), none of which is waited for (calls.ts). What
 * they do to messages goes to the letters. A handle must delete its message, and no other.
 */
import type { Broker } from "../../../../engine/broker/broker.ts";
import type { VirtualClock } from "../../../../engine/clock.ts";
import type { Queue, QueueAttributes } from "../../../../engine/types.ts";
import type { Seeded } from "../../../support/seeded.ts";
import { Calls } from "./calls.ts";
import type { Course } from "./course.ts";
import type { Inside } from "./driven.ts";
import { type Letter, type Letters, readAll } from "./letters.ts";
import { Sender } from "./sender.ts";

/** Queues, in an order in which each finds its dead-letter queue. */
export const NAMES = [
  ...["plain", "dead", "orders", "visitor", "dead.fifo", "line.fifo", "slow.fifo"],
] as const;
const REDRIVEN: Readonly<Record<string, string>> = {
  ...{ orders: "dead", visitor: "dead", "line.fifo": "dead.fifo" },
};
/** Those that are deleted and made again under their names. */
const COMING = ["visitor", "dead"] as const;
const HELD_MAX = 60;

/** A receipt handle. */
export interface Held {
  readonly queue: string;
  readonly handle: string;
  readonly body: string;
}

/** What a life of a broker gives to the load. */
export interface LoadHost {
  readonly broker: Broker;
  readonly inside: Inside;
  readonly clock: VirtualClock;
  readonly course: Course;
  readonly letters: Letters;
  readonly held: readonly Held[];
  readonly isRelaxed: boolean;
  /** A body is this long, now and then. */
  readonly longBytes: number;
}

export class Load {
  readonly #host: LoadHost;
  readonly #random: Seeded;
  readonly held: Held[];
  readonly calls: Calls;
  readonly #sender: Sender;
  #task = "";

  constructor(host: LoadHost, random: Seeded) {
    const { clock, letters, longBytes, course, inside, isRelaxed } = host;
    this.#host = host;
    this.#random = random;
    this.held = [...host.held];
    this.calls = new Calls(course, inside, isRelaxed);
    this.#sender = new Sender({ calls: this.calls, clock, letters, longBytes }, random);
  }

  async step(): Promise<void> {
    const random = this.#random;
    const missing = NAMES.filter((name) => this.#host.broker.findQueue(name) === undefined);
    if (missing[0] !== undefined && random.chance(0.5)) return this.#create(missing[0]);
    const queue = this.#pick();
    if (queue === undefined) return;
    const choice = random.next();
    if (choice < 0.27) this.#sender.send(queue);
    else if (choice < 0.5) this.#receive(queue);
    else if (choice < 0.66) await this.#delete();
    else if (choice < 0.74) this.#hide();
    else if (choice < 0.78) this.#move();
    else if (choice < 0.8) await this.#purge(queue);
    else if (choice < 0.815) await this.#drop();
    else if (choice < 0.85) this.#update(queue);
    else if (choice < 0.88) this.#flush();
    else await this.#pass();
  }

  #pick(): Queue | undefined {
    return this.#host.broker.findQueue(this.#random.pick(NAMES));
  }

  // --- Messages ----------------------------------------------------------------------------------

  #receive(queue: Queue): void {
    const random = this.#random;
    const visibilityTimeout = random.pick([undefined, undefined, 0, 1, 20, 600]);
    const isAttempt = queue.isFifo && random.chance(0.4);
    const options = {
      maxNumberOfMessages: random.between(1, 10),
      ...(visibilityTimeout !== undefined && { visibilityTimeout }),
      ...(isAttempt && { receiveRequestAttemptId: `attempt-${random.between(1, 12)}` }),
    };
    const what = isAttempt ? "receive attempt" : "receive";
    this.calls.begin(
      what,
      { changed: queue.isFifo ? [queue] : [] },
      () => queue.receive(options),
      (messages) => {
        for (const { body, receiptHandle } of messages) {
          this.held.push({ queue: queue.name, handle: receiptHandle, body });
        }
        if (messages.length > 0) this.calls.count("received");
        while (this.held.length > HELD_MAX) this.held.shift();
      },
    );
  }

  /** Some receipts of one queue that is there. */
  #take(most: number): { queue: Queue; held: Held[] } | undefined {
    if (this.held.length === 0) return undefined;
    const { queue: name } = this.#random.pick(this.held);
    const queue = this.#host.broker.findQueue(name);
    if (queue === undefined) return undefined;
    const held: Held[] = [];
    for (const one of this.held) {
      const isNew = held.every(({ body }) => body !== one.body);
      if (one.queue === name && isNew && held.length < most) held.push(one);
    }
    return { queue, held };
  }

  async #delete(): Promise<void> {
    const random = this.#random;
    const taken = this.#take(random.chance(0.3) ? random.between(2, 5) : 1);
    if (taken === undefined) return;
    const { queue, held } = taken;
    this.held.splice(0, this.held.length, ...this.held.filter((one) => !held.includes(one)));
    const bodiesNow = async (): Promise<Set<string>> => {
      const { messages } = await queue.peek({ limit: 1_000 });
      return new Set(messages.map(({ body }) => body));
    };
    const before = await bodiesNow();
    const handles = held.map(({ handle }) => handle);
    const changed = [queue];
    const op =
      handles.length === 1
        ? this.calls.begin("delete", { changed }, () => queue.delete(handles[0] as string))
        : this.calls.begin("deleteBatch", { changed }, () => queue.deleteBatch(handles));
    const after = await bodiesNow();
    for (const body of before) {
      if (after.has(body)) continue;
      this.#host.letters.all.get(body)?.ends.push(op);
      if (held.every((one) => one.body !== body)) this.calls.complain(`${op.what} of another`);
    }
    // Messages never move from here, so a handle is good as long as its message is there.
    const isLeft = queue.name === "plain" && held.some(({ body }) => after.has(body));
    if (isLeft) this.calls.complain(`${op.what} left a message whose handle it was given`);
  }

  #hide(): void {
    const taken = this.#take(1);
    if (taken === undefined) return;
    const { queue, held } = taken;
    const { handle } = held[0] as Held;
    const seconds = this.#random.pick([0, 0, 5, 300]);
    this.calls.begin("changeVisibility", { changed: [queue] }, () =>
      queue.changeVisibility(handle, seconds),
    );
  }

  /** Begins a move task, or ends one. */
  #move(): void {
    const { broker } = this.#host;
    const random = this.#random;
    if (this.#task !== "" && random.chance(0.3)) {
      const handle = this.#task;
      this.#task = "";
      this.calls.begin("cancel", { isCatalogue: true }, () => broker.cancelMessageMoveTask(handle));
      return;
    }
    const source = broker.findQueue(random.pick(["dead", "dead.fifo"]));
    if (source === undefined) return;
    const other = broker.findQueue(source.isFifo ? "slow.fifo" : "plain");
    const options = {
      sourceArn: source.arn,
      ...(other !== undefined &&
        random.chance(0.4) &&
        !source.isFifo && { destinationArn: other.arn }),
      ...(random.chance(0.4) && { maxNumberOfMessagesPerSecond: random.between(1, 20) }),
    };
    const begin = (): Promise<{ taskHandle: string }> => broker.startMessageMoveTask(options);
    this.calls.begin("move task", { isCatalogue: true }, begin, ({ taskHandle }) => {
      this.#task = taskHandle;
    });
  }

  // --- Queues ------------------------------------------------------------------------------------

  #attributesOf(name: string): QueueAttributes {
    const target = REDRIVEN[name];
    const found = target === undefined ? undefined : this.#host.broker.findQueue(target);
    return {
      ...(name.endsWith(".fifo") && { fifoQueue: true }),
      ...(name === "slow.fifo" && { delaySeconds: 2 }),
      ...(found !== undefined && {
        redrivePolicy: { deadLetterTargetArn: found.arn, maxReceiveCount: 2 },
      }),
      visibilityTimeout: 3,
    };
  }

  #create(name: string): void {
    const { broker } = this.#host;
    const attributes = this.#attributesOf(name);
    const tags = { made: String(this.#host.clock.nowMs()) };
    this.calls.begin("createQueue", { isCatalogue: true }, () =>
      broker.createQueue(name, attributes, { tags }),
    );
  }

  /** What is in a queue ends with an operation. */
  async #bodies(queue: Queue): Promise<Letter[]> {
    const { messages } = await queue.peek({ limit: 1_000 });
    const { all } = this.#host.letters;
    return messages.flatMap(({ body }) => all.get(body) ?? []);
  }

  async #purge(queue: Queue): Promise<void> {
    const letters = await this.#bodies(queue);
    const op = this.calls.begin("purge", { changed: [queue], isCatalogue: true }, () =>
      queue.purge(),
    );
    for (const { ends } of letters) ends.push(op);
    for (const letter of this.#host.letters.all.values()) {
      if (letter.queue === queue.name) letter.isForgotten = true;
    }
  }

  async #drop(): Promise<void> {
    const { broker, letters } = this.#host;
    const name = this.#random.pick(COMING);
    const queue = broker.findQueue(name);
    if (queue === undefined) return;
    const inside = await this.#bodies(queue);
    // What is between two queues may lose both.
    const there = new Set((await readAll(broker)).map(({ message }) => message.body));
    const moving = [...letters.all.values()].filter(({ body }) => !there.has(body));
    const op = this.calls.begin("deleteQueue", { isCatalogue: true }, () =>
      broker.deleteQueue(name),
    );
    for (const { ends } of inside) ends.push(op);
    const unsure = this.calls.unsure();
    for (const { ends } of moving) ends.push(unsure);
  }

  #update(queue: Queue): void {
    const random = this.#random;
    const target = REDRIVEN[queue.name];
    const found = target === undefined ? undefined : this.#host.broker.findQueue(target);
    const statement = { Effect: "Allow", Principal: "*", Action: "sqs:SendMessage" };
    const policy = { Version: "2012-10-17", Statement: [{ ...statement, Resource: queue.arn }] };
    const change = random.pick([
      { tags: { number: String(random.between(1, 1_000)) } },
      { stored: { Policy: random.chance(0.3) ? "" : JSON.stringify(policy) } },
      { attributes: { visibilityTimeout: random.between(1, 30) } },
      { attributes: { redrivePolicy: null } },
      ...(found === undefined
        ? []
        : [
            {
              attributes: { redrivePolicy: { deadLetterTargetArn: found.arn, maxReceiveCount: 2 } },
            },
          ]),
    ]);
    this.calls.begin("update", { isCatalogue: true }, () => queue.update(change));
  }

  #flush(): void {
    const { broker } = this.#host;
    const queues = NAMES.flatMap((name) => broker.findQueue(name) ?? []);
    this.calls.flush(queues, () => broker.flush());
  }

  async #pass(): Promise<void> {
    const ms = this.#random.pick([1, 15, 15, 300, 2_000, 30_000]);
    this.calls.count("time");
    await this.#host.clock.advance(ms);
  }
}
