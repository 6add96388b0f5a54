/**
 * One place in a consumer's pool: the thread that has it now, and what is heard of it. A thread that
 * ends, however, is told to the consumer, which decides whether another begins. The opener's thread.
 */
import { MessageChannel, type MessagePort } from "node:worker_threads";
import type { LedgerRow } from "../broker/messages/ledger.ts";
import { shapeOf } from "./errorShape.ts";
import type { Output } from "./output.ts";
import type { Pool } from "./pool.ts";
import type { End, Order, Report, Task } from "./words.ts";

/** How a thread's life came to its end. */
export type PlaceEnd =
  | { readonly how: "ended"; readonly end: End }
  | { readonly how: "died"; readonly error: Error; readonly exitCode: number | undefined };

export interface PlaceHost {
  readonly pool: Pool;
  /** Makes what a thread is given, but for its port. */
  readonly taskOf: (place: Place) => Omit<Task, "port">;
  readonly hear: (place: Place, report: Report) => void;
  readonly output: (place: Place) => Output;
}

/** How long what a thread leaves behind is waited for: its last words, its exit code. */
const LATE_MS = 1_000;
/** How often, and how long apart, a place that had a thread asks for another's number. */
const TRIES_MAX = 100;
const TRY_MS = 50;
const EXIT_CODE = /^worker exited with code: (\d+)$/;

export class Place {
  readonly index: number;
  readonly row: LedgerRow;
  readonly #host: PlaceHost;
  #port: MessagePort | undefined;
  #threadId: number | undefined;
  #exitCode: Promise<number> | undefined;
  #isReady = false;
  #isEnded = false;
  #isRecycled = false;
  #hasLived = false;

  constructor(host: PlaceHost, index: number, row: LedgerRow) {
    this.#host = host;
    this.index = index;
    this.row = row;
  }

  /** Of the thread that works here; undefined while there is none. */
  get threadId(): number | undefined {
    return this.#threadId;
  }

  /** Whether its thread receives. */
  get isReady(): boolean {
    return this.#isReady;
  }

  get eventLoopUtilization(): number | undefined {
    const { pool } = this.#host;
    const worker = this.#threadId === undefined ? undefined : pool.thread(this.#threadId);
    return worker?.performance.eventLoopUtilization().utilization;
  }

  /** One life of a thread; never rejects. */
  async live(): Promise<PlaceEnd> {
    const { port1, port2 } = new MessageChannel();
    const isTold = new Promise((resolve) => port1.once("close", resolve));
    const output = this.#host.output(this);
    this.#isEnded = false;
    this.#isRecycled = false;
    port1.on("message", (report: Report) => {
      if (report.kind === "printed") output.print(report);
      else this.#hear(report);
    });
    this.#port = port1;
    const outcome = await this.#run(port2);
    this.#isReady = false;
    this.#isEnded = true;
    this.#port = undefined;
    if (this.#threadId === undefined) port2.close();
    // The thread's end of the port closes with it, behind all that it had told.
    await Promise.race([isTold, late()]);
    port1.close();
    output.end();
    if (this.#isRecycled) return { how: "ended", end: { kind: "recycle" } };
    return outcome;
  }

  /** Resolves when the thread has done its work or died, or there is none. */
  async #run(port: MessagePort): Promise<PlaceEnd> {
    const { pool } = this.#host;
    let task: Task;
    try {
      task = await this.#task(port);
      this.#hasLived = true;
    } catch (error) {
      return { how: "ended", end: { kind: "lost", error: shapeOf(error) } };
    }
    try {
      return { how: "ended", end: await pool.run(task, () => this.#threadId !== undefined) };
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      return { how: "died", error, exitCode: await this.#exitCodeOf(error) };
    } finally {
      // Given to no thread, it is ours to close; then the watch knows that nobody comes.
      if (this.#threadId === undefined) task.handle.port.close();
    }
  }

  /** The broker may not have cleared away the thread before, whose number this one needs. */
  async #task(port: MessagePort): Promise<Task> {
    for (let tries = 1; ; tries++) {
      try {
        return { ...this.#host.taskOf(this), port };
      } catch (error) {
        if (!this.#hasLived || tries === TRIES_MAX) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, TRY_MS));
    }
  }

  /** Its thread is over, and forgotten: the next one has another id. */
  forget(): void {
    this.#threadId = undefined;
    this.#exitCode = undefined;
  }

  tell(order: Order): void {
    this.#port?.postMessage(order);
  }

  #hear(report: Report): void {
    if (report.kind === "began") this.#began(report.threadId);
    else if (report.kind === "ready") this.#isReady = !this.#isEnded;
    else if (report.kind === "recycled") this.#isRecycled = true;
    this.#host.hear(this, report);
  }

  #began(threadId: number): void {
    this.#threadId = threadId;
    const worker = this.#host.pool.thread(threadId);
    if (worker === undefined) return;
    this.#exitCode = new Promise((resolve) => worker.once("exit", resolve));
  }

  /** Piscina says it where nothing was thrown; else the thread's exit follows its error. */
  async #exitCodeOf(error: Error): Promise<number | undefined> {
    const said = EXIT_CODE.exec(error.message)?.[1];
    if (said !== undefined) return Number(said);
    return Promise.race([this.#exitCode, late()]);
  }
}

function late(): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), LATE_MS).unref();
  });
}
