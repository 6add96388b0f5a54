/**
 * The threads of a consumer: a piscina pool whose threads each get one task that lasts as long as the
 * thread works. piscina makes threads, replaces those that end and says what ended them; it carries no
 * messages. The opener's thread only.
 *
 * What piscina does not do is done here: a task is given to a thread only when one is there to take
 * it, since piscina keeps a task for ever when its threads die before they are ready; and when that
 * has happened, after which a pool makes no threads any more, the next task gets a new pool.
 */
import type { Worker } from "node:worker_threads";
import type { Piscina } from "piscina";
import type { Settings } from "./options.ts";
import type { End, Task } from "./words.ts";

/** Worker threads run compiled files only; run from sources, that is the build beside them. */
function threadFile(): string {
  const isSource = import.meta.url.endsWith(".ts");
  const file = isSource ? "../../dist/engine/consumer/start.cjs" : "./start.cjs";
  return new URL(file, import.meta.url).href;
}

/** One piscina pool, and how many of its threads are there and have no task. */
interface Generation {
  readonly piscina: Piscina<Task, End>;
  ready: number;
  isBroken: boolean;
  error: Error | undefined;
  /** Who waits for a thread. */
  readonly waiting: Set<() => void>;
  /** Who was promised one that may have ended before it took the task. */
  readonly promised: Set<Promised>;
}

interface Promised {
  /** Whether a thread has said that it has the task. */
  readonly isBegun: () => boolean;
  readonly reject: (error: Error) => void;
}

function reasonOf({ error }: Generation): Error {
  return error ?? new Error("The pool's threads ended before they were ready.");
}

export class Pool {
  readonly #settings: Settings;
  readonly #generations: Generation[] = [];
  #making: Promise<Generation> | undefined;
  #isEnding = false;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /**
   * Gives the task to a thread; resolves when the thread has done its work, rejects when it died, or
   * when there will be no thread. `isBegun`: whether a thread has said that it has the task.
   */
  async run(task: Task, isBegun: () => boolean): Promise<End> {
    const { piscina, promised } = await this.#takeThread();
    const transferList = [task.handle.port, task.port];
    return new Promise<End>((resolve, reject) => {
      const one: Promised = { isBegun, reject };
      promised.add(one);
      piscina
        .run(task, { transferList })
        .then(resolve, reject)
        .finally(() => promised.delete(one));
    });
  }

  /** The thread with this id, while it lives. */
  thread(threadId: number): Worker | undefined {
    for (const { piscina } of this.#generations) {
      const found = piscina.threads.find((worker) => worker.threadId === threadId);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Ends all threads, whatever they do. */
  async end(): Promise<void> {
    this.#isEnding = true;
    for (const generation of this.#generations) this.#wake(generation);
    await Promise.all(this.#generations.map(({ piscina }) => piscina.destroy()));
  }

  /** A pool that has a thread without a task. Rejects with what made its threads end. */
  async #takeThread(): Promise<Generation> {
    const generation = await this.#current();
    while (generation.ready === 0) {
      if (generation.isBroken || this.#isEnding) {
        throw reasonOf(generation);
      }
      await new Promise<void>((resolve) => generation.waiting.add(resolve));
    }
    generation.ready--;
    return generation;
  }

  async #current(): Promise<Generation> {
    const last = this.#generations.at(-1);
    if (last !== undefined && !last.isBroken) return last;
    this.#making ??= this.#make();
    const made = await this.#making;
    this.#making = undefined;
    return made;
  }

  async #make(): Promise<Generation> {
    // Loaded when a pool is made: whoever embeds a broker without one need not have it in memory.
    const { Piscina } = await import("piscina");
    if (this.#isEnding) throw new Error("The consumer was stopped before its threads began.");
    const { threads, given } = this.#settings;
    const generation: Generation = {
      piscina: new Piscina<Task, End>({
        filename: threadFile(),
        name: "consumeHere",
        minThreads: threads,
        maxThreads: threads,
        idleTimeout: Number.POSITIVE_INFINITY,
        concurrentTasksPerWorker: 1,
        atomics: "disabled",
        recordTiming: false,
        ...(given.resourceLimits && { resourceLimits: given.resourceLimits }),
        ...(given.execArgv && { execArgv: [...given.execArgv] }),
        ...(given.env && { env: { ...given.env } }),
      }),
      ready: 0,
      isBroken: false,
      error: undefined,
      waiting: new Set(),
      promised: new Set(),
    };
    generation.piscina.on("workerCreate", () => {
      generation.ready++;
      this.#wake(generation);
    });
    generation.piscina.on("error", (error: Error) => {
      generation.error = error;
    });
    generation.piscina.on("workerDestroy", () => this.#look(generation));
    this.#generations.push(generation);
    return generation;
  }

  /** A thread has ended. When piscina does not make another, it never will. */
  #look(generation: Generation): void {
    setImmediate(() => {
      const { length } = generation.piscina.threads;
      if (length >= this.#settings.threads || this.#isEnding) return;
      generation.isBroken = true;
      this.#wake(generation);
      for (const { isBegun, reject } of generation.promised) {
        if (!isBegun()) reject(reasonOf(generation));
      }
    });
  }

  #wake(generation: Generation): void {
    for (const resolve of generation.waiting) resolve();
    generation.waiting.clear();
  }
}
