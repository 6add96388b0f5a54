/**
 * Recovers the dead in the tests that kill threads, in a thread of its own, so that who sees deaths
 * never waits for a lock: the lock may be another dead thread's that nobody has seen yet. Told
 * numbers, it answers each when done. In rounds with a journal it is that too: it reads the rings of
 * effects while victims work and die, has rebuilt shards stated again, and at the end says what it knows
 * otherwise than it is. Runs from dist/, in a worker thread.
 */
import { parentPort, workerData } from "node:worker_threads";
import { Keeper } from "../../model/history/keeper.ts";
import { Sections, type Share } from "../../model/history/sections.ts";

/** "begin": the journal is on for queues that are made; "settle": nobody works any more. */
export type Order = number | "begin" | "settle";

/** What it answers to "settle". */
export interface Settled {
  readonly difference: string | undefined;
  /** Heads of effects that were read, and shards that were stated again. */
  readonly told: number;
  readonly restated: number;
}

export type Answer = number | "begun" | Settled;

/** Between two looks at the rings. */
const LOOK_MS = 1;

const sections = new Sections(workerData as Share, () => {});
const keeper = new Keeper(sections);
let look: NodeJS.Timeout | undefined;
let restated = 0;
let told = 0;

function read(): void {
  keeper.take();
  restated += keeper.resync();
}

function settle(): Settled {
  read();
  const difference = keeper.difference();
  for (const queue of keeper.queues) {
    for (const count of keeper.kept(queue).kinds.values()) told += count;
  }
  // What is left in the queues goes without being written down.
  keeper.forget();
  return { difference, told, restated };
}

function answer(order: Order): Answer {
  if (order === "begin") {
    sections.engine.journalBegin(sections.thread);
    look ??= setInterval(read, LOOK_MS);
    return "begun";
  }
  if (order === "settle") {
    clearInterval(look);
    look = undefined;
    return settle();
  }
  sections.engine.threadDied(sections.thread, order);
  return order;
}

parentPort?.on("message", (order: Order) => parentPort?.postMessage(answer(order)));
