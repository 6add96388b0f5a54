/**
 * One thread that sends, receives, reads and deletes, again and again. As in a flow, every id is
 * counted, and the figure stands only if each came once and unchanged.
 */
import { MessageBatch, type Queue, type SendEntry } from "../../engine/index.ts";
import type { Pace } from "../run/pace.ts";
import { type Measured, measure, warmUp } from "../run/windows.ts";
import { BodyMaker, BodyReader } from "./bodies.ts";
import { createQueue, openBroker } from "./flow.ts";
import { GcTime } from "./gcTime.ts";
import { type Faults, faultsOf, Tally } from "./tally.ts";
import { callsOf, type FlowSpec, GroupNames } from "./words.ts";

export interface InThreadOutcome {
  readonly measured: Measured;
  readonly sent: number;
  readonly gcNsPerMessage: number;
  readonly faults: Faults;
}

const CALLS = 64;
const FILL_BATCH = 100;

class Cycle {
  sent = 0;
  received = 0;
  readonly tally: Tally;
  readonly #queue: Queue;
  readonly #size: number;
  /** Between two looks at the clock. */
  readonly #calls: number;
  readonly #maker: BodyMaker;
  readonly #filler: BodyMaker;
  readonly #reader: BodyReader;
  readonly #names: GroupNames | undefined;
  readonly #batch: MessageBatch;
  readonly #entries: (string | Buffer | SendEntry)[] = [];

  constructor(queue: Queue, { case: one, body }: FlowSpec) {
    const { batch, bodyBytes, groups = 1 } = one;
    this.#queue = queue;
    this.#size = batch;
    this.#calls = callsOf(CALLS, batch * bodyBytes);
    this.#maker = new BodyMaker(body, bodyBytes, 0, batch);
    this.#filler = new BodyMaker(body, bodyBytes, 0, FILL_BATCH);
    this.#reader = new BodyReader(body, bodyBytes);
    this.#names = queue.isFifo ? new GroupNames(groups, 0) : undefined;
    this.#batch = new MessageBatch(batch);
    this.tally = new Tally(queue.isFifo ? groups : undefined);
  }

  fill(messages: number): void {
    while (this.sent < messages) this.#send(this.#filler, FILL_BATCH);
  }

  runSync(): void {
    const batch = this.#batch;
    for (let call = 0; call < this.#calls; call++) {
      this.#send(this.#maker, this.#size);
      const count = this.#queue.sync.receive(batch);
      for (let index = 0; index < count; index++) {
        this.#reader.readFrom(batch, index);
        this.#mark();
      }
      this.#queue.sync.delete(batch);
    }
  }

  async runAsync(): Promise<void> {
    const queue = this.#queue;
    for (let call = 0; call < this.#calls; call++) {
      this.#prepare(this.#maker, this.#size);
      await queue.sendBatch(this.#entries);
      this.sent += this.#size;
      const messages = await queue.receive({ maxNumberOfMessages: this.#size });
      for (const message of messages) {
        this.#reader.readMessage(message);
        this.#mark();
      }
      await queue.deleteBatch(messages);
    }
  }

  /** What still waits is received, so that nothing is missing. */
  drain(): void {
    const batch = new MessageBatch(FILL_BATCH);
    while (this.#queue.sync.receive(batch) > 0) {
      for (let index = 0; index < batch.length; index++) {
        this.#reader.readFrom(batch, index);
        this.#mark();
      }
      this.#queue.sync.delete(batch);
    }
  }

  #mark(): void {
    this.received++;
    this.tally.mark(this.#reader.producer, this.#reader.number, this.#reader.isIntact);
  }

  #prepare(maker: BodyMaker, count: number): void {
    this.#entries.length = count;
    for (let index = 0; index < count; index++) {
      const number = this.sent + index;
      const body = maker.make(number);
      this.#entries[index] = this.#names === undefined ? body : this.#names.entry(number, body);
    }
  }

  #send(maker: BodyMaker, count: number): void {
    this.#prepare(maker, count);
    const accepted = this.#queue.sync.sendBatch(this.#entries);
    this.sent += accepted;
    if (accepted < count) throw new Error("memory was full");
  }
}

export async function runInThread(spec: FlowSpec, pace: Pace): Promise<InThreadOutcome> {
  await using broker = await openBroker(spec.case.quotas);
  const cycle = new Cycle(await createQueue(broker, spec), spec);
  cycle.fill(spec.case.backlog ?? 0);
  const work = async (ms: number): Promise<void> => {
    const untilMs = performance.now() + ms;
    while (performance.now() < untilMs) {
      if (spec.face === "sync") cycle.runSync();
      else await cycle.runAsync();
    }
  };
  const gc = new GcTime();
  const meter = { count: () => cycle.received, work };
  const isWarm = await warmUp(meter, pace.warmUpMs);
  const measured = await measure(meter, pace, isWarm);
  const gcMs = await gc.end();
  cycle.drain();
  return {
    measured,
    sent: cycle.sent,
    gcNsPerMessage: (gcMs * 1e6) / cycle.sent,
    faults: faultsOf([cycle.tally.shape()], [cycle.sent]),
  };
}
