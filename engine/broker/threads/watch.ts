/**
 * The watch: holds a port for every attached thread, says who has died, and keeps the steward alive.
 * It lives in a thread of its own (watchThread.ts) and never takes a lock: the steward, which does,
 * may sleep for one whose owner is dead, and wakes up to take it over because the watch has said so.
 *
 * What is to be put right is kept until the steward answers that it is. A steward that ends (a full
 * heap, a bug), or does not answer for SILENT_MAX looks and is ended, gets a successor with the same
 * number, which puts right what the former left and is given all that was not answered. When that
 * happens too often the broker can't be helped, and its opener is told. The end of the journal's thread,
 * unless it was in order, is the broker's: all threads are told from here, whatever the opener does.
 */
import type { MessagePort, Worker } from "node:worker_threads";
import { type EngineShare, Registry } from "../../../bindings/index.ts";
import type { Ask, Word } from "./attachment.ts";
import type { Trouble } from "./steward.ts";

/** What the watch tells the steward. */
export type Task =
  /** The thread died, or left in order: put right what it held. To be answered with `done`. */
  | { readonly kind: "recover" | "release"; readonly thread: number; readonly order: number }
  /** To be answered with `here`. */
  | { readonly kind: "ask" }
  | { readonly kind: "end" };

/** What the steward answers. */
export type Answer =
  | { readonly kind: "done"; readonly order: number }
  | { readonly kind: "here" }
  /** Memory is full: all threads shall give back what they have in stock. */
  | { readonly kind: "stock" }
  /** Something failed and will be tried again. */
  | { readonly kind: "trouble"; readonly text: string };

const LOOK_MS = 1_000;
/** Looks in a row without an answer. A process that was stopped as a whole counts as one look. */
const SILENT_MAX = 10;
/** So many stewards may be lost within FORGET_MS. */
const LOSSES_MAX = 3;
const FORGET_MS = 60_000;
const END_MS = 1_000;

/** What the watch needs of the thread that it lives in. */
export interface WatchHost {
  /** A new thread that runs stewardThread.ts. */
  readonly startSteward: () => Worker;
  readonly tellOpener: (word: Trouble | Ask) => void;
  /** Nothing can be done: one steward after the other was lost. */
  readonly onLost: (error: Error) => void;
}

export class Watch {
  readonly #host: WatchHost;
  readonly #registry: Registry;
  readonly #ports = new Map<MessagePort, number>();
  /** What the steward was told to put right and has not answered yet, by order. */
  readonly #open = new Map<number, number>();
  readonly #ended: Promise<void>;
  readonly #timer: NodeJS.Timeout;
  #journal: MessagePort | undefined;
  #steward: Worker;
  #orders = 0;
  #silent = 0;
  #losses = 0;
  #isEnding = false;
  #onEnded: () => void = () => {};

  constructor({ memory }: EngineShare, host: WatchHost) {
    this.#host = host;
    this.#registry = new Registry(memory);
    this.#ended = new Promise((resolve) => {
      this.#onEnded = resolve;
    });
    this.#steward = this.#start();
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** From now on the thread at the other end of this port is watched over. */
  join(port: MessagePort, thread: number): void {
    this.#ports.set(port, thread);
    port.on("message", (word: Word) => {
      if (word.kind === "shared") this.join(word.port, word.thread);
      else if (word.kind === "left") this.#leave(port, thread);
    });
    port.on("close", () => {
      if (this.#ports.delete(port)) this.#settle("recover", thread);
    });
  }

  /** From now on the journal's thread is, which has the other end of this port and says nothing over it. */
  joinJournal(port: MessagePort, thread: number): void {
    this.#journal = port;
    port.on("message", () => {});
    port.on("close", () => {
      if (this.#journal === port) this.#registry.endJournal(thread);
    });
  }

  /** All ports close and the steward ends, in order or, when it does not come, without. */
  async end(): Promise<void> {
    this.#isEnding = true;
    clearInterval(this.#timer);
    for (const port of this.#ports.keys()) port.close();
    this.#ports.clear();
    this.#journal?.close();
    this.#journal = undefined;
    this.#tell({ kind: "end" });
    const late = setTimeout(() => void this.#steward.terminate(), END_MS);
    await this.#ended;
    clearTimeout(late);
  }

  #leave(port: MessagePort, thread: number): void {
    this.#ports.delete(port);
    this.#settle("release", thread);
    port.close();
  }

  /** The mark comes first: who waits for a lock of that thread need not wait for the steward. */
  #settle(kind: "recover" | "release", thread: number): void {
    try {
      this.#registry.markDead(thread);
    } catch (error) {
      this.#host.tellOpener({ text: `marking thread ${thread} dead: ${(error as Error).message}` });
      return;
    }
    const order = this.#orders++;
    this.#open.set(order, thread);
    this.#tell({ kind, thread, order });
  }

  #start(): Worker {
    const steward = this.#host.startSteward();
    let cause: Error | undefined;
    steward.on("message", (answer: Answer) => this.#hear(answer));
    steward.on("error", (error) => {
      cause = error;
    });
    steward.once("exit", (code) => {
      this.#onExit(cause ?? new Error(`Its thread ended with code ${code}.`));
    });
    return steward;
  }

  #onExit(cause: Error): void {
    if (this.#isEnding) {
      this.#onEnded();
      return;
    }
    this.#losses++;
    setTimeout(() => this.#losses--, FORGET_MS).unref();
    if (this.#losses > LOSSES_MAX) {
      clearInterval(this.#timer);
      this.#host.onLost(cause);
      return;
    }
    this.#silent = 0;
    this.#steward = this.#start();
    // How far the former came is not known: all of it is done again, as for the dead.
    for (const [order, thread] of this.#open) this.#tell({ kind: "recover", thread, order });
    this.#host.tellOpener({ text: `It was replaced. ${cause.message}` });
  }

  #look(): void {
    if (this.#silent >= SILENT_MAX) {
      this.#silent = 0;
      void this.#steward.terminate();
      return;
    }
    this.#silent++;
    this.#tell({ kind: "ask" });
  }

  #hear(answer: Answer): void {
    switch (answer.kind) {
      case "done":
        this.#open.delete(answer.order);
        break;
      case "here":
        this.#silent = 0;
        break;
      case "stock":
        this.#askForStock();
        break;
      default:
        this.#host.tellOpener({ text: answer.text });
    }
  }

  #askForStock(): void {
    const ask: Ask = "stock";
    for (const port of this.#ports.keys()) port.postMessage(ask);
    this.#host.tellOpener(ask);
  }

  #tell(task: Task): void {
    this.#steward.postMessage(task);
  }
}
