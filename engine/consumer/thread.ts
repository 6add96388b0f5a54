/**
 * The main file of a pool's threads: piscina calls its one export once for each thread, and the
 * call lasts as long as the thread works. The thread joins the broker by itself; piscina carries no
 * messages.
 */
import { threadId } from "node:worker_threads";
import { Broker } from "../broker/broker.ts";
import { Ledger } from "../broker/messages/ledger.ts";
import { catchOutput } from "./output.ts";
import type { End, Order, Report, Task } from "./words.ts";
import { ConsumerWorker } from "./worker.ts";

export async function consumeHere(task: Task): Promise<End> {
  const { handle, port, ledger, queue, href, data, work, catchesOutput } = task;
  const tell = (report: Report): void => port.postMessage(report);
  tell({ kind: "began", threadId });
  if (catchesOutput) catchOutput(tell);
  const broker = await Broker.attach(handle);
  try {
    const worker = new ConsumerWorker({
      broker,
      queue: await broker.getQueue(queue),
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
    return await worker.run();
  } finally {
    await broker.close();
    port.close();
  }
}
