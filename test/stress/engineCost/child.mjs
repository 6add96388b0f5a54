/**
 * How long the binary named on the command line takes for a send, a receive and a delete, alone in this
 * process: nanoseconds a message, the median of slices, printed as JSON for calls of one message and of
 * ten. Without a broker around it, so that a few instructions more would show. See pairs.mjs.
 */
import { readFileSync } from "node:fs";
import * as layout from "../../../dist/assembly/layout.js";

const SIZES = { pages: 1024, threads: 1, queues: 1, slots: 10_000 };
const NOW_MS = 1_700_000_000_000;
const BODY_BYTES = 64;
const SLICES = 60;
const SLICE_MESSAGES = 60_000;
/** Slices before those that count: V8 makes its fast code meanwhile. */
const WARM = 10;

const memory = new WebAssembly.Memory({ initial: SIZES.pages, maximum: SIZES.pages, shared: true });
const module = new WebAssembly.Module(readFileSync(process.argv[2]));
const engine = new WebAssembly.Instance(module, { env: { memory } }).exports;
engine.memoryInit(SIZES.pages, SIZES.threads, SIZES.queues, SIZES.slots);
const words = new Uint32Array(memory.buffer);
const doubles = new Float64Array(memory.buffer);
const thread = engine.threadAttach(0);
const area =
  words[(layout.HEADER + layout.HEADER_THREADS_BASE) >> 2] + thread * layout.THREAD_BYTES;
const image = area + layout.THREAD_STAGING;
doubles[(image + layout.QUEUE_VISIBILITY_MS) >> 3] = 30_000;
doubles[(image + layout.QUEUE_RETENTION_MS) >> 3] = 86_400_000;
const queue = engine.catalogueCreate(thread, 0, 16);
const incarnation = 1;

/** A batch of `count`: sent, received, deleted. */
function cycle(count, now) {
  for (let index = 0; index < count; index++) {
    const send = (area + layout.THREAD_SENDS + index * layout.SEND_BYTES) >> 2;
    words[send + (layout.SEND_BODY_BYTES >> 2)] = BODY_BYTES;
    words[send + (layout.SEND_DELAY_MS >> 2)] = 0xffffffff;
  }
  if (engine.send(thread, queue, incarnation, count, now) !== count) throw new Error("not sent");
  if (engine.receive(thread, queue, incarnation, count, -1, now) !== count) {
    throw new Error("not received");
  }
  for (let index = 0; index < count; index++) {
    const receive = (area + layout.THREAD_RECEIVES + index * layout.RECEIVE_BYTES) >> 2;
    const handle = (area + layout.THREAD_HANDLES + index * layout.HANDLE_BYTES) >> 2;
    for (let word = 0; word < 4; word++) words[handle + word] = words[receive + word];
  }
  if (engine.remove(thread, queue, incarnation, count, now) !== count)
    throw new Error("not deleted");
}

function nanoseconds(count) {
  const slices = [];
  let now = NOW_MS;
  for (let slice = 0; slice < WARM + SLICES; slice++) {
    const began = process.hrtime.bigint();
    for (let done = 0; done < SLICE_MESSAGES; done += count) {
      now += 0.01;
      cycle(count, now);
    }
    const took = Number(process.hrtime.bigint() - began);
    if (slice >= WARM) slices.push(took / SLICE_MESSAGES);
  }
  return slices.sort((a, b) => a - b)[SLICES >> 1];
}

console.log(JSON.stringify({ one: nanoseconds(1), ten: nanoseconds(10) }));
