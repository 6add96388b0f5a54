/** A producer of a flow, or a consumer that is a loop written by hand; runs from dist/. */
import { parentPort, workerData } from "node:worker_threads";
import { Broker, MessageBatch, type Queue } from "../../engine/index.ts";
import { GcTime } from "./gcTime.ts";
import { Producer } from "./producer.ts";
import { Receiver } from "./receiver.ts";
import type { FlowSpec, ProducerOrder, ProducerReport, ThreadData } from "./words.ts";

const { role, handle, queue: name, spec, producer: id, receiver: data } = workerData as ThreadData;
const port = parentPort;
if (port === null) throw new Error("bench/flow/thread.ts runs in a worker thread");
const broker = await Broker.attach(handle);
const queue = await broker.getQueue(name);
const tell = (report: ProducerReport): void => port.postMessage(report);

/** How long a loop by hand waits before it looks whether it shall stop. */
const LOOK_MS = 50;

function produce(): void {
  const producer = new Producer(queue, spec, id);
  const gc = new GcTime();
  producer.onRefused = () => tell({ kind: "refused" });
  let busy: Promise<void> = Promise.resolve();
  const act = async (order: ProducerOrder): Promise<void> => {
    switch (order.kind) {
      case "fill":
        await producer.fill(order.messages);
        tell({ kind: "filled" });
        break;
      case "closed":
        await producer.closed(order.aheadMax);
        break;
      case "half":
        await producer.half(order.filled);
        break;
      case "scheduled":
        await producer.scheduled();
        break;
      default: {
        const { sent, refused } = producer;
        tell({ kind: "stopped", producer: id, sent, refused, gcMs: await gc.end() });
      }
    }
  };
  port?.on("message", (order: ProducerOrder) => {
    if (order.kind === "stop") producer.isStopped = true;
    busy = busy
      .then(() => act(order))
      .catch((error: Error) => tell({ kind: "failed", error: String(error.stack) }));
  });
}

async function consume(): Promise<void> {
  const receiver = new Receiver(data);
  let isStopped = false;
  port?.once("message", () => {
    isStopped = true;
  });
  const loop = spec.face === "sync" ? loopSync : loopAsync;
  await loop(queue, spec, receiver, () => isStopped);
  await receiver.tell();
  port?.close();
}

async function loopSync(
  from: Queue,
  { case: { batch: size } }: FlowSpec,
  receiver: Receiver,
  isStopped: () => boolean,
): Promise<void> {
  const batch = new MessageBatch(size);
  while (!isStopped()) {
    const untilMs = performance.now() + LOOK_MS;
    while (performance.now() < untilMs) {
      if (from.sync.receiveBlocking(batch, size, LOOK_MS) === 0) break;
      receiver.takeBatch(batch);
      from.sync.delete(batch);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function loopAsync(
  from: Queue,
  { case: { batch: maxNumberOfMessages } }: FlowSpec,
  receiver: Receiver,
  isStopped: () => boolean,
): Promise<void> {
  while (!isStopped()) {
    const messages = await from.receive({ maxNumberOfMessages, waitTimeSeconds: LOOK_MS / 1e3 });
    receiver.takeMessages(messages);
    if (messages.length > 0) await from.deleteBatch(messages);
  }
}

tell({ kind: "attached" });
if (role === "producer") produce();
else await consume();
