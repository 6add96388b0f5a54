/** Sluice as a store of the suite `durable`: a broker in this process with a directory. */
import { durableOf } from "../../engine/broker/durable/face.ts";
import { useJournalThread } from "../../engine/broker/durable/journalStart.ts";
import { Broker, type BrokerOptions, type Message, type Queue } from "../../engine/index.ts";
import type { Store, Syncs } from "./pairs.ts";

const MEMORY_BYTES = 3.5 * 2 ** 30;
const FILL_BATCH = 256;
/** Nothing comes twice because it took long. */
const VISIBILITY_SECONDS = 43_200;

export interface SluiceOptions {
  readonly directory: string;
  readonly durability: "always" | "relaxed";
  readonly delayMs: number;
  readonly messagesMax?: number;
}

/** A broker whose syncs take so much longer. */
export function openBroker(options: SluiceOptions): Promise<Broker> {
  const { directory, durability, delayMs, messagesMax } = options;
  const own: BrokerOptions = {
    ...{ directory, durability, memoryBytes: MEMORY_BYTES },
    ...(messagesMax !== undefined && { messagesMax }),
  };
  if (delayMs > 0) {
    const file = new URL("./slowThread.js", import.meta.url);
    useJournalThread(own, { file, more: { delayMs } });
  }
  return Broker.open(own);
}

/** A broker with room for so many messages and one batch. */
export function openRestarted(directory: string, messages: number): Promise<Broker> {
  const messagesMax = messages + FILL_BATCH;
  return openBroker({ directory, durability: "always", delayMs: 0, messagesMax });
}

export class SluiceStore implements Store {
  readonly name: string;
  readonly #broker: Broker;
  readonly #queue: Queue;
  readonly #received: Message[] = [];
  /** Messages of SQS are text. */
  #text: string | undefined;

  private constructor(name: string, broker: Broker, queue: Queue) {
    this.name = name;
    this.#broker = broker;
    this.#queue = queue;
  }

  static async open(options: SluiceOptions): Promise<SluiceStore> {
    const broker = await openBroker(options);
    const queue = await broker.createQueue("bench", { visibilityTimeout: VISIBILITY_SECONDS });
    return new SluiceStore(`sluice, ${options.durability}`, broker, queue);
  }

  async fill(count: number, body: Uint8Array): Promise<void> {
    for (let sent = 0; sent < count; sent += FILL_BATCH) {
      const bodies = Array.from({ length: Math.min(FILL_BATCH, count - sent) }, () => body);
      await this.#queue.sendBatch(bodies);
    }
  }

  async pair(body: Uint8Array): Promise<void> {
    this.#text ??= Buffer.from(body).toString();
    await this.#queue.send(this.#text);
    const message = this.#received.shift() ?? (await this.#receive());
    await message.delete();
  }

  /** Ten at a time, as whoever deletes so many does. */
  async #receive(): Promise<Message> {
    const [first, ...others] = await this.#queue.receive({ maxNumberOfMessages: 10 });
    if (first === undefined) throw new Error("a message was lost");
    this.#received.push(...others);
    return first;
  }

  diskBytes(): number | undefined {
    return durableOf(this.#broker)?.numbers.get("diskBytes");
  }

  syncs(): Syncs | undefined {
    const numbers = durableOf(this.#broker)?.numbers;
    return numbers && { count: numbers.get("syncs"), ms: numbers.get("syncMs") };
  }

  async close(): Promise<void> {
    await this.#broker.close();
  }
}
