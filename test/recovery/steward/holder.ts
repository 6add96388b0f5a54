/**
 * A thread that holds messages and comes to nothing else (holderWorker.mjs), seen from the opener's.
 */
import { once } from "node:events";
import { type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import * as layout from "../../../assembly/layout.ts";
import type { EngineShare } from "../../../bindings/index.ts";
import type { Broker } from "../../../engine/broker/broker.ts";
import type { Queue } from "../../../engine/types.ts";
import { HeldRecords } from "../../support/heldRecords.ts";
import { patience } from "../../support/patience.ts";

/** Waits for what another thread does. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  const endMs = performance.now() + patience();
  while (!isSo()) {
    if (performance.now() > endMs) throw new Error(`it did not come: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The bodies of all that there is to receive. */
export async function receiveAll(queue: Queue): Promise<string[]> {
  const bodies: string[] = [];
  for (;;) {
    const messages = await queue.receive({ maxNumberOfMessages: 10 });
    if (messages.length === 0) return bodies.sort();
    bodies.push(...messages.map(({ body }) => body));
  }
}

export class HolderThread {
  readonly #worker: Worker;
  readonly #words: Int32Array;
  readonly #held: HeldRecords;
  readonly #state: number;
  #slots: number[] = [];

  private constructor(share: EngineShare, port: MessagePort, options: Record<string, number>) {
    this.#worker = new Worker(new URL("./holderWorker.mjs", import.meta.url), {
      workerData: { share, port, ...options },
      transferList: [port],
      execArgv: [],
    });
    const { buffer } = share.memory;
    this.#words = new Int32Array(buffer);
    const base = this.#words[(layout.HEADER + layout.HEADER_THREADS_BASE) >> 2] as number;
    const area = base + share.thread * layout.THREAD_BYTES;
    this.#held = new HeldRecords(buffer, area);
    this.#state = (area + layout.THREAD_STATE) >> 2;
  }

  /** One that holds all that the broker's first queue has, extended by `visibilityMs`. */
  static async start(
    broker: Broker,
    options: { readonly visibilityMs: number; readonly lookEveryMs: number },
  ): Promise<HolderThread> {
    const { port } = broker.share();
    const { message } = receiveMessageOnPort(port) as { message: { share: EngineShare } };
    const holder = new HolderThread(message.share, port, options);
    [holder.#slots] = (await once(holder.#worker, "message")) as [number[]];
    return holder;
  }

  /** How many messages it holds. */
  get count(): number {
    return this.#slots.length;
  }

  /** True when all that it holds is hidden until then. */
  isHidden(dueMs: number): boolean {
    return this.#slots.every((slot) => this.#held.dueMs(slot) === dueMs);
  }

  /** Ends it; resolves when it is said to be dead. */
  async kill(): Promise<void> {
    await this.#worker.terminate();
    await until("the thread's death", () => {
      return Atomics.load(this.#words, this.#state) !== layout.THREAD_ALIVE;
    });
  }
}
