/**
 * How many WebAssembly instructions a call of the engine executes: the binary is rewritten as for the
 * fault build, with a count before each instruction. The same on every machine, and so the one measure of
 * cost that npm test can hold.
 */
import * as layout from "../../assembly/layout.ts";
import { createMemory } from "../../bindings/memory.ts";
import { instantiate } from "../../bindings/module.ts";
import { wasm } from "../../bindings/webassembly.ts";
import { plantFaults } from "./faults.ts";

interface Exports {
  readonly faultAt: { value: number };
  memoryInit(pages: number, threads: number, queues: number, slots: number): number;
  threadAttach(role: number): number;
  catalogueCreate(thread: number, version: number, entryBytes: number): number;
  send(thread: number, queue: number, incarnation: number, count: number, now: number): number;
  receive(t: number, queue: number, inc: number, most: number, ms: number, now: number): number;
  remove(thread: number, queue: number, incarnation: number, count: number, now: number): number;
}

const SIZES = { pages: 200, threads: 1, queues: 1, slots: 1000 };
const NOW_MS = 1_700_000_000_000;
const BODY_BYTES = 64;
/** Calls before the one that counts: stock is there, nothing grows. */
const WARM = 20;
/** They end or divide a block and do nothing. */
const SILENT = new Set(["end", "else", "block", "loop", "nop"]);

export type Calls = Record<
  "send of 1" | "receive of 1" | "delete of 1" | "send of 10" | "receive of 10" | "delete of 10",
  number
>;

class Counting {
  readonly #engine: Exports;
  readonly #words: Uint32Array;
  readonly #area: number;
  readonly #thread: number;
  #now = NOW_MS;

  constructor(bytes: Uint8Array) {
    const memory = createMemory(SIZES.pages);
    const module = new wasm.Module(plantFaults(bytes, (name) => !SILENT.has(name)));
    this.#engine = instantiate(module, memory).exports as unknown as Exports;
    this.#engine.memoryInit(SIZES.pages, SIZES.threads, SIZES.queues, SIZES.slots);
    this.#words = new Uint32Array(memory.buffer);
    this.#thread = this.#engine.threadAttach(0);
    const threads = this.#words[(layout.HEADER + layout.HEADER_THREADS_BASE) >> 2] as number;
    this.#area = threads + this.#thread * layout.THREAD_BYTES;
    const doubles = new Float64Array(memory.buffer);
    const image = this.#area + layout.THREAD_STAGING;
    doubles[(image + layout.QUEUE_VISIBILITY_MS) >> 3] = 30_000;
    doubles[(image + layout.QUEUE_RETENTION_MS) >> 3] = 86_400_000;
    if (this.#engine.catalogueCreate(this.#thread, 0, 16) !== 0) throw new Error("no queue");
  }

  #count(call: () => number, expected: number): number {
    const { faultAt } = this.#engine;
    faultAt.value = 0;
    if (call() !== expected) throw new Error("the call did not do all that it was asked for");
    return -faultAt.value;
  }

  /** A batch sent, received and deleted: what each took. */
  cycle(count: number): [send: number, receive: number, remove: number] {
    const [engine, thread, words, area] = [this.#engine, this.#thread, this.#words, this.#area];
    this.#now += 1;
    const now = this.#now;
    for (let index = 0; index < count; index++) {
      const send = (area + layout.THREAD_SENDS + index * layout.SEND_BYTES) >> 2;
      words[send + (layout.SEND_BODY_BYTES >> 2)] = BODY_BYTES;
      words[send + (layout.SEND_DELAY_MS >> 2)] = 0xffff_ffff;
    }
    const sent = this.#count(() => engine.send(thread, 0, 1, count, now), count);
    const received = this.#count(() => engine.receive(thread, 0, 1, count, -1, now), count);
    for (let index = 0; index < count; index++) {
      const receive = (area + layout.THREAD_RECEIVES + index * layout.RECEIVE_BYTES) >> 2;
      const handle = (area + layout.THREAD_HANDLES + index * layout.HANDLE_BYTES) >> 2;
      words.copyWithin(handle, receive, receive + 4);
    }
    return [sent, received, this.#count(() => engine.remove(thread, 0, 1, count, now), count)];
  }
}

/** What one call of a build executes, on a Standard queue of a broker in memory. */
export function instructionsOf(bytes: Uint8Array): Calls {
  const counting = new Counting(bytes);
  const least = (count: number): [number, number, number] => {
    let found = counting.cycle(count);
    for (let round = 0; round < WARM; round++) {
      const next = counting.cycle(count);
      // A refill of stock now and then is not the call's own.
      found = [0, 1, 2].map((at) => Math.min(found[at] ?? 0, next[at] ?? 0)) as typeof found;
    }
    return found;
  };
  const [one, ten] = [least(1), least(10)];
  return {
    "send of 1": one[0],
    "receive of 1": one[1],
    "delete of 1": one[2],
    "send of 10": ten[0],
    "receive of 10": ten[1],
    "delete of 10": ten[2],
  };
}
