/**
 * Random operations on both faces of a queue, from a printed seed under a VirtualClock, against a
 * queue that is a plain array. After each operation both hold the same messages.
 */
import { afterEach, beforeEach, expect, test } from "vitest";
import { Broker } from "../../engine/broker/broker.ts";
import { MessageBatch } from "../../engine/broker/messages/batch.ts";
import { VirtualClock } from "../../engine/clock.ts";
import { SluiceError } from "../../engine/errors.ts";
import type { Message, Queue } from "../../engine/types.ts";
import { chooseSeed, Seeded } from "../support/seeded.ts";
import { PlainQueue } from "./plain.ts";

const STEPS = 10_000;
const DAY_MS = 86_400_000;
const ALPHABETS = ["plain ", "größe ", "日本語 ", "𝄞 "];

interface Held {
  readonly body: string;
  readonly receiveCount: number;
  readonly handle: Message | string;
}

class Run {
  readonly #random: Seeded;
  readonly #clock: VirtualClock;
  readonly #broker: Broker;
  #batch = new MessageBatch(64);
  #queue!: Queue;
  #plain!: PlainQueue;
  #held: Held[] = [];
  #made = 0;
  readonly seen = new Map<string, number>();

  constructor(random: Seeded, clock: VirtualClock, broker: Broker) {
    this.#random = random;
    this.#clock = clock;
    this.#broker = broker;
  }

  get #nowMs(): number {
    return this.#clock.nowMs();
  }

  #count(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  async start(): Promise<void> {
    const attributes = { visibilityTimeout: 2, delaySeconds: 0, messageRetentionPeriod: 600 };
    this.#queue = await this.#broker.createQueue("jobs", attributes);
    this.#plain = new PlainQueue(2_000, 0, 600_000);
    this.#held = [];
    this.#batch = new MessageBatch(64);
  }

  async step(): Promise<void> {
    const choice = this.#random.next();
    if (choice < 0.2) await this.#send();
    else if (choice < 0.25) this.#settleBatch();
    else if (choice < 0.5) await this.#receive();
    else if (choice < 0.68) await this.#delete();
    else if (choice < 0.78) await this.#hide();
    else if (choice < 0.99) await this.#pass();
    else await this.#rare();
    this.#compare();
  }

  #compare(): void {
    this.#plain.pass(this.#nowMs);
    expect(this.#queue.counts()).toEqual(this.#plain.counts(this.#nowMs));
    const { messagesSent, messagesReceived } = this.#queue.totals();
    expect([messagesSent, messagesReceived]).toEqual([this.#plain.sent, this.#plain.received]);
  }

  #body(): string {
    const filling = "x".repeat(this.#random.chance(0.05) ? this.#random.between(0, 60_000) : 20);
    return `${this.#random.pick(ALPHABETS)}${++this.#made} ${filling}`;
  }

  async #send(): Promise<void> {
    if (this.#plain.messages.length > 300) return;
    const bodies = Array.from({ length: this.#random.between(1, 12) }, () => this.#body());
    const delayMs = this.#random.chance(0.2) ? this.#random.between(0, 5_000) : undefined;
    const options = delayMs === undefined ? undefined : { delaySeconds: delayMs / 1_000 };
    const now = this.#nowMs;
    switch (this.#random.between(0, 3)) {
      case 0:
        for (const body of bodies) await this.#queue.send(body, options);
        break;
      case 1: {
        const entries = bodies.map((body) => ({ body, ...options }));
        const { successful, failed } = await this.#queue.sendBatch(entries);
        expect([successful.length, failed.length]).toEqual([bodies.length, 0]);
        break;
      }
      case 2:
        for (const body of bodies) expect(this.#queue.sync.send(body, options)).toBe(true);
        break;
      default:
        expect(this.#queue.sync.sendBatch(bodies)).toBe(bodies.length);
        for (const body of bodies) this.#plain.send(body, now);
        return;
    }
    for (const body of bodies) this.#plain.send(body, now, delayMs);
  }

  async #receive(): Promise<void> {
    const max = this.#random.between(1, 40);
    const visibilityMs = this.#random.chance(0.3) ? this.#random.between(0, 9_000) : undefined;
    const visibilityTimeout = visibilityMs === undefined ? undefined : visibilityMs / 1_000;
    const expected = Math.min(max, this.#plain.visible(this.#nowMs).length);
    const messages = this.#random.chance(0.5)
      ? this.#receiveSync(max, visibilityTimeout)
      : await this.#queue.receive({
          maxNumberOfMessages: max,
          waitTimeSeconds: 0,
          ...(visibilityTimeout === undefined ? {} : { visibilityTimeout }),
        });
    expect(messages).toHaveLength(expected);
    for (const message of messages) {
      const plain = this.#plain.receive(message.body, this.#nowMs, visibilityMs);
      expect(message.receiveCount).toBe(plain.receiveCount);
      expect(message.sentAtMs).toBe(plain.sentAtMs);
      expect(message.firstReceivedAtMs).toBe(plain.firstReceivedAtMs);
      const { body, receiveCount, receiptHandle } = message;
      const handle = this.#random.chance(0.5) ? message : receiptHandle;
      this.#held.push({ body, receiveCount, handle });
    }
    this.#held = this.#held.slice(-200);
  }

  #receiveSync(max: number, visibilityTimeout: number | undefined): Message[] {
    const count = this.#queue.sync.receive(this.#batch, max, visibilityTimeout);
    expect(this.#batch.length).toBe(count);
    const messages = Array.from({ length: count }, (_, index) => this.#batch.message(index));
    messages.forEach((message, index) => {
      expect(this.#batch.body(index)).toBe(message.body);
    });
    return messages;
  }

  /** Settles what the batch still holds from the last synchronous receive, one or all of it. */
  #settleBatch(): void {
    const { sync } = this.#queue;
    const count = this.#batch.length;
    const isAll = this.#random.chance(0.5) || count === 0;
    const index = this.#random.between(0, count - 1);
    const some = Array.from({ length: count }, (_, at) => this.#batch.body(at)).filter(
      (_, at) => isAll || at === index,
    );
    const argument = isAll ? undefined : index;
    if (this.#random.chance(0.5)) {
      const applied = some.filter((body) => this.#plain.delete(body));
      expect(sync.delete(this.#batch, argument)).toBe(applied.length);
      return;
    }
    const visibilityMs = this.#random.between(0, 3_000);
    const applied = some.filter(
      (body) => this.#plain.hide(body, visibilityMs, this.#nowMs) === "applied",
    );
    const changed = sync.changeVisibility(this.#batch, visibilityMs / 1_000, argument);
    expect(changed).toBe(applied.length);
  }

  async #delete(): Promise<void> {
    if (this.#held.length === 0) return;
    const some = Array.from({ length: this.#random.between(1, 5) }, () =>
      this.#random.pick(this.#held),
    );
    if (this.#random.chance(0.5)) {
      for (const { handle } of some) await this.#queue.delete(handle);
    } else {
      const handles = some.map(({ handle }) => handle);
      const { successful, failed } = await this.#queue.deleteBatch([...handles, "garbage"]);
      expect(successful).toHaveLength(some.length);
      expect(failed.map(({ index, error }) => [index, error.code])).toEqual([
        [some.length, "ReceiptHandleIsInvalid"],
      ]);
    }
    for (const { body, receiveCount } of some) {
      if (this.#plain.isOlder(body, receiveCount)) this.#count("deleted by an older handle");
      this.#count(this.#plain.delete(body) ? "deleted" : "deleted before");
    }
  }

  async #hide(): Promise<void> {
    if (this.#held.length === 0) return;
    const { body, receiveCount, handle } = this.#random.pick(this.#held);
    const visibilityMs = this.#random.chance(0.1)
      ? 43_200_000
      : this.#random.between(0, 2) * this.#random.between(0, 9_000);
    const isOlder = this.#plain.isOlder(body, receiveCount);
    const expected = this.#plain.hide(body, visibilityMs, this.#nowMs);
    this.#count(`visibility: ${expected}${isOlder ? " by an older handle" : ""}`);
    const change = this.#queue.changeVisibility(handle, visibilityMs / 1_000);
    if (expected === "applied") {
      await change;
      return;
    }
    const error = await change.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SluiceError);
    expect((error as SluiceError).code).toBe("InvalidParameterValue");
    expect((error as SluiceError).message).toMatch(
      expected === "gone"
        ? /ReceiptHandle is invalid.*does not exist/
        : /beyond the limit \[43200 seconds\]/,
    );
  }

  async #pass(): Promise<void> {
    const isFar = this.#random.chance(0.01);
    await this.#clock.advance(this.#random.between(0, isFar ? 14 * DAY_MS : 800));
  }

  async #rare(): Promise<void> {
    const choice = this.#random.next();
    if (choice < 0.3) {
      await this.#queue.purge();
      this.#plain.messages = [];
      this.#count("purged");
    } else if (choice < 0.5) {
      await this.#broker.deleteQueue("jobs");
      await expect(this.#queue.send("x")).rejects.toThrow(/does not exist/);
      await this.start();
      this.#count("deleted and made again");
    } else {
      const visibilityTimeout = this.#random.between(0, 5);
      const delaySeconds = this.#random.between(0, 2);
      const messageRetentionPeriod = this.#random.between(60, 1_200);
      await this.#queue.setAttributes({ visibilityTimeout, delaySeconds, messageRetentionPeriod });
      this.#plain.visibilityMs = visibilityTimeout * 1_000;
      this.#plain.delayMs = delaySeconds * 1_000;
      this.#plain.retentionMs = messageRetentionPeriod * 1_000;
      this.#count("attributes set");
    }
  }
}

let clock: VirtualClock;
let broker: Broker;

beforeEach(async () => {
  clock = new VirtualClock();
  broker = await Broker.open({ memoryBytes: 256 * 1_048_576, clock });
});

afterEach(() => broker.close());

test("both faces of a queue do what a plain array does", async () => {
  const random = new Seeded(chooseSeed("a queue against a plain array"));
  const run = new Run(random, clock, broker);
  await run.start();
  for (let step = 0; step < STEPS; step++) await run.step();
  console.log(Object.fromEntries([...run.seen].sort()));
  const results = ["applied", "applied by an older handle", "gone", "too long"];
  const kinds = [
    ...results.map((kind) => `visibility: ${kind}`),
    ...["deleted", "deleted by an older handle", "deleted before", "purged", "attributes set"],
  ];
  for (const kind of kinds) {
    expect(run.seen.get(kind) ?? 0, kind).toBeGreaterThan(0);
  }
});
