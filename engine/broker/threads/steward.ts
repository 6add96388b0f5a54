/**
 * The opener's side of the steward: starts the watch's thread, which starts the steward's, with the
 * first share(), hands it the ports of the threads that attach, and ends it. What the two do stands
 * in watch.ts and stewardThread.ts. They don't keep the process alive, and what goes wrong in them
 * does not end the program: errors in the steward, and its loss, are warnings; when the watch itself
 * ends unbidden the broker is told.
 */
import { fileURLToPath } from "node:url";
import { type MessagePort, Worker } from "node:worker_threads";
import type { Engine, EngineShare } from "../../../bindings/index.ts";
import { SluiceError } from "../../errors.ts";
import type { Ask } from "./attachment.ts";

/** What the opener tells the watch. */
export type Order =
  | { readonly kind: "join" | "journal"; readonly port: MessagePort; readonly thread: number }
  | { readonly kind: "end" };

/** What the opener is told: something failed in the steward, and it goes on. */
export interface Trouble {
  readonly text: string;
}

/** Worker threads run compiled files only; run from sources, that is the build beside them. */
function threadFile(): URL {
  const isSource = import.meta.url.endsWith(".ts");
  const file = isSource ? "../../../dist/engine/broker/threads/watchThread.js" : "./watchThread.js";
  return new URL(file, import.meta.url);
}

/** Says what went wrong; by itself it changes nothing for the program. */
function warn(text: string): void {
  process.emitWarning(text, { type: "SluiceWarning" });
}

export class Steward {
  readonly #worker: Worker;
  readonly #onLost: (error: Error) => void;
  #isEnding = false;
  #error: Error | undefined;
  readonly #ended: Promise<void>;

  /** `onLost` is called when its thread has ended although nobody asked it to. */
  constructor(engine: Engine, onLost: (error: Error) => void) {
    const share: EngineShare | undefined = engine.share(true);
    if (share === undefined) {
      throw new SluiceError("OverLimit", "No thread is left for the broker's own work.");
    }
    this.#onLost = onLost;
    this.#worker = new Worker(fileURLToPath(threadFile()), {
      name: "sluice watch",
      workerData: share,
      execArgv: [],
    });
    this.#worker.on("message", (word: Trouble | Ask) => {
      if (word === "stock") engine.answerWant();
      else warn(`The broker's steward had an error and goes on. ${word.text}`);
    });
    this.#worker.on("error", (error) => {
      this.#error = error;
    });
    this.#ended = new Promise((resolve) => {
      this.#worker.once("exit", (code) => {
        if (!this.#isEnding) this.#lost(code);
        resolve();
      });
    });
    this.#worker.unref();
  }

  /** From now on the steward watches over the thread at the other end of this port. */
  join(port: MessagePort, thread: number): void {
    this.#tell({ kind: "join", port, thread }, [port]);
  }

  /** And over the journal's thread. */
  joinJournal(port: MessagePort, thread: number): void {
    this.#tell({ kind: "journal", port, thread }, [port]);
  }

  /** Resolves when its thread has ended. */
  async end(): Promise<void> {
    this.#isEnding = true;
    this.#worker.ref();
    this.#tell({ kind: "end" }, []);
    await this.#ended;
  }

  #lost(code: number): void {
    const error = this.#error ?? new Error(`Its thread ended with code ${code}.`);
    warn(`The broker's steward is gone, and the broker with it. ${error.message}`);
    this.#onLost(error);
  }

  #tell(order: Order, transfer: MessagePort[]): void {
    this.#worker.postMessage(order, transfer);
  }
}
