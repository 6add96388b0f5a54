/**
 * The threads of a simulation: a piscina pool, each of whose tasks is a run. Made when there is more
 * than one run and more than one thread.
 */
import { MessageChannel } from "node:worker_threads";
import { Piscina } from "piscina";
import type { RunReport } from "./events/report.ts";
import type { RunHost } from "./runOne.ts";
import type { Plan } from "./scenario/plan.ts";
import type { Advance, Task } from "./words.ts";

/** Worker threads run compiled files only; run from sources, that is the build beside them. */
function threadFile(): string {
  const isSource = import.meta.url.endsWith(".ts");
  const file = isSource ? "../../dist/engine/simulator/start.cjs" : "./start.cjs";
  return new URL(file, import.meta.url).href;
}

/** How often it is asked whether a run is to stop, in milliseconds. */
const ASK_MS = 50;

export class Pool {
  readonly #piscina: Piscina<Task, RunReport>;

  constructor(threads: number) {
    this.#piscina = new Piscina<Task, RunReport>({
      filename: threadFile(),
      name: "run",
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: 1,
      atomics: "disabled",
    });
  }

  /** As `runOne`, on one of its threads. */
  async run(plan: Plan, run: number, host: RunHost): Promise<RunReport> {
    const { port1, port2 } = new MessageChannel();
    port1.on("message", (advance: Advance) => host.tell(advance));
    let isTold = false;
    const asking = setInterval(() => {
      if (isTold || !host.isStopped()) return;
      isTold = true;
      port1.postMessage("stop");
    }, ASK_MS);
    try {
      return await this.#piscina.run({ plan, run, port: port2 }, { transferList: [port2] });
    } finally {
      clearInterval(asking);
      port1.close();
    }
  }

  async close(): Promise<void> {
    await this.#piscina.destroy();
  }
}
