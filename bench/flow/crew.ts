/**
 * The threads of a flow as the opener of the broker sees them: producers, and consumers, which are a
 * pool of consume() or threads with a loop written by hand. The opener's thread only.
 */
import { once } from "node:events";
import { BroadcastChannel, Worker } from "node:worker_threads";
import { type Broker, type Consumer, consume, type Queue } from "../../engine/index.ts";
import type { HandlerKind } from "../result/schema.ts";
import type {
  FlowSpec,
  ProducerOrder,
  ProducerReport,
  Received,
  ReceiverData,
  Sent,
  ThreadData,
} from "./words.ts";

const THREAD = new URL("./thread.js", import.meta.url);

const HANDLERS: Readonly<Record<Exclude<HandlerKind, "none">, string>> = {
  default: "flowEach.js",
  handleBatch: "flowBatch.js",
  handleSync: "flowSync.js",
};

async function spawn(data: ThreadData): Promise<Worker> {
  const worker = new Worker(THREAD, { workerData: data, transferList: [data.handle.port] });
  await once(worker, "message");
  return worker;
}

/** All producers, told and heard together. */
export class Producers {
  readonly #workers: readonly Worker[];
  /** Rejects as soon as one has failed. */
  readonly failed: Promise<never>;

  private constructor(workers: readonly Worker[]) {
    this.#workers = workers;
    this.failed = new Promise((_, reject) => {
      for (const worker of workers) {
        worker.once("error", reject);
        worker.on("message", (report: ProducerReport) => {
          if (report.kind === "failed") reject(new Error(report.error));
        });
      }
    });
    this.failed.catch(() => undefined);
  }

  static async start(
    broker: Broker,
    queue: Queue,
    spec: FlowSpec,
    receiver: ReceiverData,
  ): Promise<Producers> {
    const all = Array.from({ length: spec.case.producers }, (_, producer) =>
      spawn({
        role: "producer",
        handle: broker.share(),
        queue: queue.name,
        spec,
        producer,
        receiver,
      }),
    );
    return new Producers(await Promise.all(all));
  }

  begin(order: ProducerOrder): void {
    for (const worker of this.#workers) worker.postMessage(order);
  }

  /** Resolves when each has told this since. */
  async heard(kind: ProducerReport["kind"]): Promise<void> {
    await Promise.race([
      this.failed,
      Promise.all(this.#workers.map((worker) => this.#report(worker, kind))),
    ]);
  }

  async stop(): Promise<readonly Sent[]> {
    const all = this.#workers.map((worker) => this.#report(worker, "stopped"));
    this.begin({ kind: "stop" });
    const reports = await Promise.race([this.failed, Promise.all(all)]);
    await this.end();
    return reports as Sent[];
  }

  async end(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #report(worker: Worker, kind: ProducerReport["kind"]): Promise<ProducerReport> {
    return new Promise((resolve) => {
      const hear = (report: ProducerReport): void => {
        if (report.kind !== kind) return;
        worker.off("message", hear);
        resolve(report);
      };
      worker.on("message", hear);
    });
  }
}

export interface Consumers {
  /** Ends them, and answers what each has received. */
  stop(): Promise<readonly Received[]>;
}

/** Collects what `count` receivers tell at their end. */
class Told {
  readonly all: Promise<readonly Received[]>;
  readonly #channel: BroadcastChannel;

  constructor(channel: string, count: number) {
    this.#channel = new BroadcastChannel(channel);
    const told: Received[] = [];
    this.all = new Promise((resolve) => {
      this.#channel.onmessage = (event: unknown) => {
        told.push((event as { data: Received }).data);
        if (told.length === count) resolve(told);
      };
    });
  }

  close(): void {
    this.#channel.close();
  }
}

export async function startConsumers(
  broker: Broker,
  queue: Queue,
  spec: FlowSpec,
  receiver: ReceiverData,
): Promise<Consumers> {
  const { handler = "handleSync", consumers: threads } = spec.case;
  const told = new Told(receiver.channel, threads);
  if (handler === "none") return loops(broker, queue, spec, receiver, told);
  const consumer = consume(queue, new URL(`../handlers/${HANDLERS[handler]}`, import.meta.url), {
    threads,
    batch: spec.case.batch,
    data: receiver,
    output: "inherit",
    ...(spec.isInline && { inline: true }),
  });
  await consumer.ready;
  return { stop: () => stopPool(consumer, told) };
}

async function stopPool(consumer: Consumer, told: Told): Promise<readonly Received[]> {
  const failed = new Promise<never>((_, reject) => consumer.once("error", reject));
  await Promise.race([failed, consumer.stop()]);
  const all = await told.all;
  told.close();
  const { failed: failures, threadsDied } = consumer.stats();
  if (failures > 0 || threadsDied > 0) {
    throw new Error(`${failures} handlers failed and ${threadsDied} threads died`);
  }
  return all;
}

async function loops(
  broker: Broker,
  queue: Queue,
  spec: FlowSpec,
  receiver: ReceiverData,
  told: Told,
): Promise<Consumers> {
  const all = Array.from({ length: spec.case.consumers }, (_, producer) =>
    spawn({
      role: "consumer",
      handle: broker.share(),
      queue: queue.name,
      spec,
      producer,
      receiver,
    }),
  );
  const workers = await Promise.all(all);
  return {
    stop: async () => {
      const ended = workers.map((worker) => once(worker, "exit"));
      for (const worker of workers) worker.postMessage("stop");
      const found = await told.all;
      told.close();
      await Promise.all(workers.map((worker) => worker.terminate()));
      await Promise.all(ended);
      return found;
    },
  };
}
