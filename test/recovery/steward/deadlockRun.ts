/**
 * Two threads die, and the second has a lock in its hand for which the steward sleeps: once for
 * deadlock.test.ts, often for the stress run.
 */
import * as layout from "../../../assembly/layout.ts";
import { Broker } from "../../../engine/broker/broker.ts";
import { takeWelcome } from "../../../engine/broker/threads/attachment.ts";
import type { BrokerHandle, Queue } from "../../../engine/types.ts";
import { patience } from "../../support/patience.ts";
import { expectWithin, isTimed } from "../../support/timing.ts";
import { LONGEST_MS, nowMs } from "../waking/wakeRun.ts";
import { says, start } from "./stewardRun.ts";

/** The steward looks after a queue that nobody calls every half second. */
const TICK_MS = isTimed ? 600 : patience();

/** The words of a broker's memory, by the address of what stands there. */
class Words {
  readonly #words: Int32Array;

  constructor(handle: BrokerHandle) {
    this.#words = new Int32Array(takeWelcome(handle).share.memory.buffer);
  }

  at(address: number): number {
    return Atomics.load(this.#words, address >> 2);
  }

  header(field: number): number {
    return this.at(layout.HEADER + field);
  }

  stateOf(thread: number): number {
    return this.at(this.header(layout.HEADER_THREADS_BASE) + thread * layout.THREAD_BYTES);
  }

  shard(queue: number): number {
    return this.header(layout.HEADER_SHARDS_BASE) + queue * layout.SHARD_BYTES;
  }

  queue(queue: number): number {
    return this.header(layout.HEADER_QUEUES_BASE) + queue * layout.QUEUE_BYTES;
  }

  /** Blocks until it is so: nothing of the broker runs in this thread meanwhile. */
  wait(isSo: () => boolean, mostMs = patience()): number {
    const startMs = nowMs();
    while (!isSo()) {
      if (nowMs() - startMs > mostMs) throw new Error(`not so after ${mostMs} ms`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
    return nowMs() - startMs;
  }
}

export interface Case {
  readonly name: string;
  readonly lock: (words: Words) => number;
  /** When the holder takes the lock, beginning at once. */
  readonly when?: (words: Words) => { at: number; is: number };
  /** What makes the steward want this lock, beside a recovery, and by itself. */
  readonly tempt?: (broker: Broker, queue: Queue) => void;
}

export const CASES: readonly Case[] = [
  { name: "the arena's", lock: () => layout.HEADER + layout.HEADER_ARENA },
  {
    name: "a shard's",
    lock: (words) => words.shard(0),
    // Several, since the first may be due before the holder has the lock.
    tempt: (_, queue) => {
      for (const delaySeconds of [1, 2, 3]) queue.sync.send("due soon", { delaySeconds });
    },
  },
  {
    name: "the catalogue's",
    lock: () => layout.HEADER + layout.HEADER_CATALOGUE,
    when: (words) => ({ at: words.queue(0) + layout.QUEUE_STATE, is: layout.QUEUE_DELETED }),
    // So many that it is not gone before the holder has the lock.
    tempt: (broker, queue) => {
      const bodies = Array.from({ length: 100 }, () => "x");
      for (let sent = 0; sent < 50_000; sent += 100) queue.sync.sendBatch(bodies);
      void broker.deleteQueue(queue.name);
    },
  },
];

/** How long after the lock was taken over both are recovered, in milliseconds. */
export async function dieTogether({ lock, when, tempt }: Case): Promise<number> {
  const broker = await Broker.open({ memoryBytes: 64 * 1_048_576, threadsMax: 8 });
  const queue = await broker.createQueue("jobs");
  const words = new Words(broker.share());
  const handles = [broker.share(), broker.share()] as const;
  const victim = start("victim", { handle: handles[0] }, [handles[0]]);
  const first = (await says<{ thread: number }>(victim)).thread;
  const at = lock(words);
  if (when === undefined) tempt?.(broker, queue);
  const options = { handle: handles[1], lock: at, when: when?.(words) };
  const holder = start("holder", options, [handles[1]]);
  const second = (await says<{ thread: number }>(holder)).thread;
  if (when !== undefined) tempt?.(broker, queue);
  words.wait(() => words.at(at) % layout.LOCK_WAITERS === second + 1);
  void victim.terminate();
  words.wait(() => words.at(at) % layout.LOCK_WAITERS !== second + 1);
  const isFree = (): boolean =>
    [first, second].every((thread) => words.stateOf(thread) === layout.THREAD_FREE);
  const tookMs = words.wait(isFree);
  expectWithin("both were recovered after", tookMs, LONGEST_MS);
  words.wait(() => words.at(at) === 0, TICK_MS);
  await broker.close();
  return tookMs;
}
