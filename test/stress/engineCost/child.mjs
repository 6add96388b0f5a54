/**
 * How long two builds of the engine take for a send, a receive and a delete, beside each other in this process:
 * the ratio of the second named to the first, for calls of one message and of ten, printed as JSON. Without
 * a broker around them, so that a few instructions more would show. See pairs.mjs.
 *
 * The builds take turns every few milliseconds, and only slices next to each other are compared: a neighbour on
 * the machine slows a core to half for seconds, which then falls on both.
 */
import { readFileSync } from "node:fs";
import * as layout from "../../../dist/assembly/layout.js";

const SIZES = { pages: 1024, threads: 1, queues: 1, slots: 10_000 };
const NOW_MS = 1_700_000_000_000;
const BODY_BYTES = 64;
const SLICES = 200;
const SLICE_MESSAGES = 20_000;
/** Slices before those that count: V8 makes its fast code meanwhile. */
const WARM = 30;

class Build {
  #engine;
  #words;
  #area;
  #thread;
  #queue;
  #incarnation = 1;
  #nowMs = NOW_MS;

  constructor(path) {
    const pages = SIZES.pages;
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    const module = new WebAssembly.Module(readFileSync(path));
    const engine = new WebAssembly.Instance(module, { env: { memory } }).exports;
    engine.memoryInit(SIZES.pages, SIZES.threads, SIZES.queues, SIZES.slots);
    const words = new Uint32Array(memory.buffer);
    const doubles = new Float64Array(memory.buffer);
    const thread = engine.threadAttach(0);
    const threads = words[(layout.HEADER + layout.HEADER_THREADS_BASE) >> 2];
    const area = threads + thread * layout.THREAD_BYTES;
    const image = area + layout.THREAD_STAGING;
    doubles[(image + layout.QUEUE_VISIBILITY_MS) >> 3] = 30_000;
    doubles[(image + layout.QUEUE_RETENTION_MS) >> 3] = 86_400_000;
    this.#queue = engine.catalogueCreate(thread, 0, 16);
    this.#engine = engine;
    this.#words = words;
    this.#area = area;
    this.#thread = thread;
  }

  /** A batch of `count`: sent, received, deleted. */
  #cycle(count) {
    const [words, area, engine] = [this.#words, this.#area, this.#engine];
    const [thread, queue, incarnation] = [this.#thread, this.#queue, this.#incarnation];
    this.#nowMs += 0.01;
    for (let index = 0; index < count; index++) {
      const send = (area + layout.THREAD_SENDS + index * layout.SEND_BYTES) >> 2;
      words[send + (layout.SEND_BODY_BYTES >> 2)] = BODY_BYTES;
      words[send + (layout.SEND_DELAY_MS >> 2)] = 0xffffffff;
    }
    const sent = engine.send(thread, queue, incarnation, count, this.#nowMs);
    if (sent !== count) throw new Error("not sent");
    const received = engine.receive(thread, queue, incarnation, count, -1, this.#nowMs);
    if (received !== count) throw new Error("not received");
    for (let index = 0; index < count; index++) {
      const receive = (area + layout.THREAD_RECEIVES + index * layout.RECEIVE_BYTES) >> 2;
      const handle = (area + layout.THREAD_HANDLES + index * layout.HANDLE_BYTES) >> 2;
      for (let word = 0; word < 4; word++) words[handle + word] = words[receive + word];
    }
    const removed = engine.remove(thread, queue, incarnation, count, this.#nowMs);
    if (removed !== count) throw new Error("not deleted");
  }

  /** How long a slice takes, in calls of `count`. */
  slice(count) {
    const began = process.hrtime.bigint();
    for (let done = 0; done < SLICE_MESSAGES; done += count) this.#cycle(count);
    return Number(process.hrtime.bigint() - began);
  }
}

function ratio(first, second, count) {
  const ratios = [];
  for (let slice = 0; slice < WARM + SLICES; slice++) {
    // Who is first alternates.
    const isTurned = slice % 2 === 1;
    const [one, other] = isTurned ? [second, first] : [first, second];
    const [took, tookOther] = [one.slice(count), other.slice(count)];
    if (slice >= WARM) ratios.push(isTurned ? took / tookOther : tookOther / took);
  }
  return ratios.sort((a, b) => a - b)[SLICES >> 1];
}

const [first, second] = process.argv.slice(2).map((path) => new Build(path));
console.log(JSON.stringify({ one: ratio(first, second, 1), ten: ratio(first, second, 10) }));
