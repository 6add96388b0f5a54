/**
 * One thread's part of a consumer, from the loading of the handler's module to its close: the same in
 * a pool's thread (thread.ts) and in the opener's (inlinePlace.ts).
 */
import type { MessagePort } from "node:worker_threads";
import type { Broker } from "../broker/broker.ts";
import { Hand } from "../broker/messages/hand.ts";
import type { LedgerRow } from "../broker/messages/ledger.ts";
import type { Queue } from "../types.ts";
import { BatchLoop } from "./batchLoop.ts";
import { EachLoop } from "./eachLoop.ts";
import { errorOf, shapeOf } from "./errorShape.ts";
import { Failures } from "./failures.ts";
import { type LoadedHandler, loadHandler, loadOwn } from "./handlerModule.ts";
import { SyncLoop } from "./syncLoop.ts";
import { aroundBatch, tracedEach } from "./trace.ts";
import type { HandlerContext } from "./types.ts";
import type { End, Order, Report, WorkSettings } from "./words.ts";
import type { LoopEnd, Work } from "./work.ts";

export interface WorkerHost {
  readonly broker: Broker;
  readonly queue: Queue;
  readonly row: LedgerRow;
  readonly href: string;
  readonly data: unknown;
  readonly settings: WorkSettings;
  /** Imports the handler's module; undefined: by its URL. */
  readonly load: (() => Promise<object>) | undefined;
  readonly tell: (report: Report) => void;
  /** The port that orders come by while the thread blocks; undefined: it never does. */
  readonly port: MessagePort | undefined;
  /** Whether the broker's steward sends heartbeats; else this thread does, between two handlers. */
  readonly hasSteward: boolean;
}

const BEAT_MS = 100;
/** A thread whose opener does not answer ends without its answers. */
const ANSWER_MS = 1_000;
/** How long the close of a module may take before its thread is replaced; a stop has a deadline of its own. */
const CLOSE_MS = 30_000;

/** Rejects when that takes longer than `ms`. */
async function within(ms: number, settling: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const text = `It has not settled within ${ms} ms, and its thread is replaced.`;
    timer = setTimeout(() => reject(new Error(text)), ms);
  });
  try {
    await Promise.race([settling, late]);
  } finally {
    clearTimeout(timer);
  }
}

export class ConsumerWorker {
  readonly #host: WorkerHost;
  readonly #stop = new AbortController();
  #failures: Failures | undefined;

  constructor(host: WorkerHost) {
    this.#host = host;
  }

  obey(order: Order): void {
    if (order.kind === "stop") this.#stop.abort(new Error("The consumer stops."));
    else this.#failures?.answer(order.answers);
  }

  /** Resolves when the work has come to its end in good order. */
  async run(): Promise<End> {
    const { broker, queue, data, href, load, settings, tell } = this.#host;
    const context: HandlerContext = { signal: this.#stop.signal, broker, queue, data };
    let handler: LoadedHandler;
    try {
      handler = await (settings.hasOwnLoop ? loadOwn(href, load) : loadHandler(href, load));
      await handler.setup(context);
    } catch (error) {
      tell({ kind: "unusable", error: shapeOf(error) });
      return { kind: "unusable" };
    }
    const end = await this.#end(handler, context);
    await this.#close(handler, context, end.kind === "recycle");
    return end;
  }

  async #end(handler: LoadedHandler, context: HandlerContext): Promise<End> {
    try {
      return { kind: await this.#work(handler, context) };
    } catch (error) {
      return { kind: "lost", error: shapeOf(error) };
    }
  }

  /** What it throws ends nothing: all that was in hand is settled. */
  async #close(
    handler: LoadedHandler,
    context: HandlerContext,
    isReplaced: boolean,
  ): Promise<void> {
    const { href, tell } = this.#host;
    try {
      const closed = Promise.resolve(handler.close(context));
      await (isReplaced ? within(CLOSE_MS, closed) : closed);
    } catch (thrown) {
      const cause = errorOf(shapeOf(thrown));
      const text = `The close of ${href} failed. ${cause.name}: ${cause.message}`;
      tell({ kind: "closeFailed", error: shapeOf(new Error(text, { cause })) });
    }
  }

  async #work(handler: LoadedHandler, context: HandlerContext): Promise<LoopEnd> {
    const { queue, row, settings, tell, hasSteward } = this.#host;
    const hand = new Hand(queue, row, settings);
    row.begin(hand.readClock());
    const failures = new Failures(hand, settings.hasBackoff, (bundle) => {
      tell({ kind: "failed", failures: bundle });
    });
    this.#failures = failures;
    const beats = hasSteward ? undefined : setInterval(() => hand.beat(), BEAT_MS);
    try {
      const work: Work = { hand, row, failures, context, settings, isFifo: queue.isFifo };
      return await this.#loop(handler, work);
    } finally {
      clearInterval(beats);
      failures.drop();
      hand.drop();
    }
  }

  async #loop(handler: LoadedHandler, work: Work): Promise<LoopEnd> {
    const { port, queue, tell } = this.#host;
    // What comes now is the first receive.
    tell({ kind: "ready" });
    if (handler.kind === "own") return handler.handle(work);
    if (handler.kind === "each") return new EachLoop(work, tracedEach(queue, handler.handle)).run();
    if (handler.kind === "batch") {
      return new BatchLoop(work, handler.handle, aroundBatch(queue)).run();
    }
    const loop = new SyncLoop(work, handler.handle, (order) => this.obey(order));
    if (port === undefined) return loop.runInline();
    const end = loop.run(port);
    if (end === "stopped") this.#stop.abort(new Error("The consumer stops."));
    await Promise.race([work.failures.settled(), new Promise((r) => setTimeout(r, ANSWER_MS))]);
    return end;
  }
}
