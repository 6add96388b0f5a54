/**
 * Who receives, in whatever way, has one of these: it reads each body, marks its id, keeps latencies
 * where messages have a schedule, and tells all at its end. Own thread only.
 */
import { BroadcastChannel } from "node:worker_threads";
import type { Message, MessageBatchShape } from "../../engine/index.ts";
import { BodyReader } from "./bodies.ts";
import { GcTime } from "./gcTime.ts";
import { Latencies } from "./latency.ts";
import { type Arrival, Tally } from "./tally.ts";
import { clockMs, type Received, type ReceiverData, type Schedule } from "./words.ts";

export class Receiver {
  readonly #reader: BodyReader;
  readonly #tally: Tally;
  readonly #schedule: Schedule | undefined;
  /** One a window. */
  readonly #latencies: Latencies[] = [];
  readonly #gc = new GcTime();
  readonly #channel: string;
  readonly #groups: number;
  readonly #isTimed: boolean;
  /** Of a queue that several threads receive from. */
  readonly #arrivals: Arrival[] | undefined;

  constructor(data: ReceiverData) {
    const { channel, body, bodyBytes, groups, schedule, isShared } = data;
    this.#reader = new BodyReader(body, bodyBytes);
    this.#tally = new Tally(groups);
    this.#schedule = schedule;
    this.#channel = channel;
    this.#groups = groups ?? 1;
    this.#arrivals = isShared && groups !== undefined ? [] : undefined;
    // One look at the clock a batch: it costs as much as half a message.
    this.#isTimed = schedule !== undefined || this.#arrivals !== undefined;
  }

  takeBatch(batch: MessageBatchShape): void {
    const { length } = batch;
    const nowMs = this.#isTimed ? clockMs() : 0;
    for (let index = 0; index < length; index++) {
      this.#reader.readFrom(batch, index);
      this.#mark(nowMs);
    }
  }

  takeMessages(messages: readonly Message[]): void {
    const nowMs = this.#isTimed ? clockMs() : 0;
    for (const message of messages) {
      this.#reader.readMessage(message);
      this.#mark(nowMs);
    }
  }

  takeMessage(message: Message): void {
    this.#reader.readMessage(message);
    this.#mark(this.#isTimed ? clockMs() : 0);
  }

  async tell(): Promise<void> {
    const gcMs = await this.#gc.end();
    const channel = new BroadcastChannel(this.#channel);
    const latencies = Array.from(this.#latencies, (window) => window?.shape() ?? []);
    const told: Received = {
      tally: this.#tally.shape(),
      arrivals: this.#arrivals ?? [],
      gcMs,
      latencies,
    };
    channel.postMessage(told);
    channel.close();
  }

  #mark(nowMs: number): void {
    const { producer, number, isIntact } = this.#reader;
    this.#tally.mark(producer, number, isIntact);
    if (this.#arrivals !== undefined && number % this.#groups === 0) {
      this.#arrivals.push({ producer, number, ms: nowMs });
    }
    const schedule = this.#schedule;
    if (schedule === undefined || number < schedule.keptFrom) return;
    const window = Math.floor((number - schedule.keptFrom) / schedule.windowMessages);
    let latencies = this.#latencies[window];
    if (latencies === undefined) {
      latencies = new Latencies();
      this.#latencies[window] = latencies;
    }
    const first = number - (number % schedule.batch);
    latencies.add(nowMs - schedule.fromMs - first * schedule.everyMs);
  }
}
