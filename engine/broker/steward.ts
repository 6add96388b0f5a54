/**
 * The opener's side of the steward: starts its thread with the first share(), hands it the ports of
 * the threads that attach, and ends it. What the steward does stands in stewardThread.ts.
 * It doesn't keep the process alive.
 */
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type MessagePort, Worker } from "node:worker_threads";
import type { Engine, EngineShare } from "../../bindings/index.ts";
import { SluiceError } from "../errors.ts";

/** What the opener tells the steward. */
export type Order =
  | { readonly kind: "join"; readonly port: MessagePort; readonly thread: number }
  | { readonly kind: "end" };

/** Worker threads run compiled files only; run from sources, that is the build beside them. */
function threadFile(): URL {
  const isSource = import.meta.url.endsWith(".ts");
  const file = isSource ? "../../dist/engine/broker/stewardThread.js" : "./stewardThread.js";
  return new URL(file, import.meta.url);
}

export class Steward {
  readonly #worker: Worker;

  constructor(engine: Engine) {
    const share: EngineShare | undefined = engine.share(true);
    if (share === undefined) {
      throw new SluiceError("OverLimit", "No thread is left for the broker's own work.");
    }
    this.#worker = new Worker(fileURLToPath(threadFile()), {
      name: "sluice steward",
      workerData: share,
      execArgv: [],
    });
    this.#worker.on("message", () => engine.answerWant());
    this.#worker.unref();
  }

  /** From now on the steward watches over the thread at the other end of this port. */
  join(port: MessagePort, thread: number): void {
    this.#tell({ kind: "join", port, thread }, [port]);
  }

  /** Resolves when its thread has ended. */
  async end(): Promise<void> {
    const ended = once(this.#worker, "exit");
    this.#worker.ref();
    this.#tell({ kind: "end" }, []);
    await ended;
  }

  #tell(order: Order, transfer: MessagePort[]): void {
    this.#worker.postMessage(order, transfer);
  }
}
