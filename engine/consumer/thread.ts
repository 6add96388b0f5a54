/**
 * What a pool's threads run: piscina calls the one export, by way of start.cts, once for each thread,
 * and the call lasts as long as the thread works. The thread joins the broker by itself; piscina carries no
 * messages. A thread that is to be replaced ends itself: while it lives after its call has ended,
 * piscina may give it the next one.
 */
import { threadId } from "node:worker_threads";
import { Broker } from "../broker/broker.ts";
import { incarnationOf } from "../broker/messages/hands.ts";
import { Ledger } from "../broker/messages/ledger.ts";
import { noSuchQueue } from "../errors.ts";
import type { Queue } from "../types.ts";
import { shapeOf } from "./errorShape.ts";
import { catchOutput } from "./output.ts";
import type { End, Order, Report, Task } from "./words.ts";
import { ConsumerWorker } from "./worker.ts";

type Tell = (report: Report) => void;

export async function consumeHere(task: Task): Promise<End> {
  const { port, catchesOutput } = task;
  const tell: Tell = (report) => port.postMessage(report);
  tell({ kind: "began", threadId });
  if (catchesOutput) catchOutput(tell);
  const end = await attached(task, tell);
  if (end.kind === "recycle") {
    tell({ kind: "recycled" });
    process.exit(0);
  }
  port.close();
  return end;
}

/** Never rejects: a thread that lives on without a task would be waited for. */
async function attached(task: Task, tell: Tell): Promise<End> {
  try {
    const broker = await Broker.attach(task.handle);
    try {
      return await workFor(task, broker, tell);
    } finally {
      await broker.close();
    }
  } catch (error) {
    return { kind: "lost", error: shapeOf(error) };
  }
}

async function workFor(task: Task, broker: Broker, tell: Tell): Promise<End> {
  const { port, ledger, href, data, work } = task;
  const queue = await queueOf(task, broker);
  const worker = new ConsumerWorker({
    broker,
    queue,
    row: Ledger.row(ledger),
    href,
    data,
    settings: work,
    load: undefined,
    hasSteward: true,
    tell,
    port,
  });
  port.on("message", (order: Order) => worker.obey(order));
  return worker.run();
}

/** The queue that the consumer is of; it may have been deleted, and made again, since. */
async function queueOf({ queue, account, incarnation }: Task, broker: Broker): Promise<Queue> {
  const found = await broker.getQueue(queue, { account });
  if (incarnationOf(found) !== incarnation) throw noSuchQueue(queue);
  return found;
}
