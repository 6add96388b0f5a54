/**
 * The start of the journal's thread, before there is a memory for it: a thread takes much longer to begin than that
 * takes to be made, so both are done side by side. What it works on is given to it later (`give`, once, or `cancel`);
 * what ends it before somebody listens is kept until then. By the opener, in its thread.
 */
import { fileURLToPath } from "node:url";
import { type MessagePort, Worker } from "node:worker_threads";
import { BESIDE_BYTES, type Engine, type EngineShare } from "../../../bindings/index.ts";
import type { BrokerOptions } from "../../types.ts";
import type { Keeping } from "../threads/options.ts";
import type { Report, WorkSettings } from "./journalWork.ts";
import { isLong } from "./logBytes.ts";
import type { ReadAhead } from "./readAheadHost.ts";

/** What the thread is started with. */
export interface ThreadData {
  readonly share: EngineShare;
  readonly directory: string;
  readonly settings: WorkSettings;
  /** Where entries come from that it is to keep. */
  readonly orders: MessagePort;
  /** Closes when the thread ends: the watch has the other end. */
  readonly watched: MessagePort;
  /** Of the directory's lock, where the opener has taken it and reads ahead of this thread (readAheadHost.ts). */
  readonly lockName?: string;
  /** Of a test's own thread: what it is to do. */
  readonly more?: unknown;
}

/** What the opener sees of the journal's thread. */
export interface JournalThread {
  on(event: "message", hear: (report: Report) => void): unknown;
  on(event: "error", hear: (error: Error) => void): unknown;
  once(event: "exit", hear: (code: number) => void): unknown;
  ref(): void;
  unref(): void;
}

/** A file for the journal's thread, and what its thread is told besides; or what works in its stead. */
export type OtherThread =
  | { readonly file: URL; readonly more: unknown }
  | { readonly start: (data: ThreadData) => JournalThread };

const otherThreads = new WeakMap<BrokerOptions, OtherThread>();

/** A test's own thread, whose disk waits or fails on purpose, for the `Broker.open(options)` that comes next. */
export function useJournalThread(options: BrokerOptions, thread: OtherThread): void {
  otherThreads.set(options, thread);
}

/** Worker threads run compiled files only; run from sources, that is the build beside them. */
function threadFile(): URL {
  const isSource = import.meta.url.endsWith(".ts");
  const file = isSource
    ? "../../../dist/engine/broker/durable/journalThread.cjs"
    : "./journalThread.cjs";
  return new URL(file, import.meta.url);
}

export class JournalStart {
  readonly options: BrokerOptions;
  readonly keeping: Keeping;
  /** How much memory is wanted for it beside the engine's. */
  readonly besideBytes: number;
  readonly #other: OtherThread | undefined;
  readonly #worker: Worker | undefined;
  /** What ended it before anybody listened. */
  #error: Error | undefined;
  #code: number | undefined;
  readonly #keepError = (error: Error): void => {
    this.#error = error;
  };
  readonly #keepCode = (code: number): void => {
    this.#code = code;
  };
  /** What reads ahead of it, where its journal is long enough for that. */
  readonly #reader: Promise<typeof import("./readAheadHost.ts")> | undefined;

  constructor(options: BrokerOptions, keeping: Keeping) {
    this.options = options;
    this.keeping = keeping;
    this.#other = otherThreads.get(options);
    const isAhead = this.#other === undefined && isLong(keeping.directory);
    this.besideBytes = isAhead ? BESIDE_BYTES : 0;
    if (this.#other !== undefined && "start" in this.#other) return;
    const file = fileURLToPath(this.#other?.file ?? threadFile());
    this.#worker = new Worker(file, {
      ...{ name: "sluice journal", execArgv: [], stdout: true, stderr: true },
    });
    // Node would open the program's streams for it at once, and a start wait for that, even where it never says a word.
    this.#worker.stdout.on("data", (text) => process.stdout.write(text));
    this.#worker.stderr.on("data", (text) => process.stderr.write(text));
    if (isAhead) this.#reader = import("./readAheadHost.ts");
    this.#worker.on("error", this.#keepError).on("exit", this.#keepCode);
  }

  /** Takes the directory, where this thread is to read it. Undefined: the journal's thread does both. */
  async readAhead(directory: string, engine: Engine): Promise<ReadAhead | undefined> {
    const beside = engine.beside();
    const reader = await this.#reader;
    return beside && reader?.ReadAhead.of(directory, beside);
  }

  /** From now on it works; what ended it already is said when the caller listens. */
  give(data: ThreadData): JournalThread {
    const other = this.#other;
    if (other !== undefined && "start" in other) return other.start(data);
    const worker = this.#worker as Worker;
    worker.off("error", this.#keepError).off("exit", this.#keepCode);
    const whole = other === undefined ? data : { ...data, more: other.more };
    worker.postMessage(whole, [data.orders, data.watched]);
    queueMicrotask(() => {
      if (this.#error !== undefined) worker.emit("error", this.#error);
      if (this.#code !== undefined) worker.emit("exit", this.#code);
    });
    return worker;
  }

  /** Nobody needs it: resolves when it is gone. */
  async cancel(): Promise<void> {
    await this.#worker?.terminate();
  }
}
