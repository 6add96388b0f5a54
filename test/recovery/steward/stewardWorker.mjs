/**
 * The threads of the steward's proofs. A victim takes slots and blocks in its own name, below the
 * broker, and dies when it is told to; the watcher, which is a thread of its own because the opening
 * thread blocks meanwhile, kills the victims and measures in the shared memory how long what they
 * held stays theirs. An owner opens a broker and dies; guests are told.
 */
import { once } from "node:events";
import { parentPort, receiveMessageOnPort, Worker, workerData } from "node:worker_threads";
import * as layout from "../../../dist/assembly/layout.js";
import { Broker, MessageBatch } from "../../../dist/engine/index.js";

const { role, options } = workerData;

function nowMs() {
  return performance.timeOrigin + performance.now();
}

function pause(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** What a handle's port brings, without attaching: number, module and memory. */
function shareOf(handle) {
  return receiveMessageOnPort(handle.port).message.share;
}

/** Ends this thread; `stamp` is called for the last time before it does. */
function die(way, stamp = () => {}) {
  stamp();
  if (way === "exit") process.exit(1);
  if (way === "error") throw new Error("planned");
  if (way === "heap") {
    const all = [];
    for (;;) {
      all.push(new Array(10_000).fill(way));
      stamp();
    }
  }
  for (;;);
}

/** A victim's memory: how many slots and blocks say that they are this thread's. */
class Memory {
  constructor({ memory, thread }) {
    this.words = new Int32Array(memory.buffer);
    this.thread = thread;
  }

  header(offset) {
    return this.words[(layout.HEADER + offset) >> 2];
  }

  state(thread) {
    const base = this.header(layout.HEADER_THREADS_BASE) + thread * layout.THREAD_BYTES;
    return Atomics.load(this.words, (base + layout.THREAD_STATE) >> 2);
  }

  slotsOf(thread) {
    const last = this.header(layout.HEADER_ARENA + layout.ARENA_SLOTS_BUMP);
    const base = this.header(layout.HEADER_SLOTS_BASE);
    let count = 0;
    for (let slot = 1; slot <= last; slot++) {
      const word = this.words[(base + slot * layout.SLOT_BYTES) >> 2];
      const state = word & layout.SLOT_STATE_MASK;
      const isHeld = state === layout.SLOT_PREPARED || state === layout.SLOT_HELD;
      if (isHeld && ((word >> layout.SLOT_THREAD_SHIFT) & 0xff) === thread + 1) count++;
    }
    return count;
  }
}

const roles = {
  async victim({ handle, died }) {
    const share = shareOf(handle);
    const instance = new WebAssembly.Instance(share.module, { env: { memory: share.memory } });
    const words = new Int32Array(share.memory.buffer);
    const base = words[(layout.HEADER + layout.HEADER_THREADS_BASE) >> 2];
    const record = base + share.thread * layout.THREAD_BYTES + layout.THREAD_SENDS;
    for (let index = 0; index < 30; index++) {
      const send = record + index * layout.SEND_BYTES;
      words[(send + layout.SEND_BODY_BYTES) >> 2] = 1_000;
      if (instance.exports.prepare(share.thread, index, 1) !== 0) throw new Error("memory is full");
    }
    parentPort.on("message", (way) => {
      die(way, () => {
        new Float64Array(died)[0] = nowMs();
      });
    });
    parentPort.postMessage({ thread: share.thread });
  },

  /**
   * Takes a lock as a section would, once the word at `when` is so, and ends without a word to
   * anybody as soon as somebody sleeps for that lock.
   */
  async holder({ handle, lock, when }) {
    const { memory, thread } = shareOf(handle);
    const words = new Int32Array(memory.buffer);
    parentPort.postMessage({ thread });
    while (when !== undefined && Atomics.load(words, when.at >> 2) !== when.is);
    while (Atomics.compareExchange(words, lock >> 2, 0, thread + 1) !== 0);
    parentPort.postMessage({ isHeld: true });
    while ((Atomics.load(words, lock >> 2) & layout.LOCK_WAITERS) === 0) pause(1);
    process.exit();
  },

  async watcher({ handle, handles, ways, go, over, patienceMs }) {
    const memory = new Memory(shareOf(handle));
    const victims = [];
    for (const [index, one] of handles.entries()) {
      const died = new SharedArrayBuffer(8);
      const worker = new Worker(new URL(import.meta.url), {
        workerData: { role: "victim", options: { handle: one, died } },
        transferList: [one.port],
        stderr: true,
        resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1 },
      });
      worker.on("error", () => undefined);
      const [{ thread }] = await once(worker, "message");
      victims.push({ worker, thread, died: new Float64Array(died), way: ways[index] });
    }
    parentPort.postMessage({ ready: true });
    Atomics.wait(new Int32Array(go), 0, 0);
    const results = [];
    for (const victim of victims) results.push(await watch(memory, victim, patienceMs));
    Atomics.store(new Int32Array(over), 0, 1);
    Atomics.notify(new Int32Array(over), 0);
    return results;
  },

  /** Opens a broker, shares it, and dies when it is told how. */
  async owner({ guests }) {
    const broker = await Broker.open({ memoryBytes: 64 * 1_048_576 });
    await broker.createQueue("jobs");
    const handles = Array.from({ length: guests }, () => broker.share());
    parentPort.on("message", (way) => {
      if (way === "block") pause(2 ** 30);
      else die(way);
    });
    const ports = handles.map(({ port }) => port);
    parentPort.postMessage({ handles }, ports);
  },

  async guest({ handle, isBlocked }) {
    const broker = await Broker.attach(handle);
    const jobs = await broker.getQueue("jobs");
    parentPort.postMessage({ ready: true });
    try {
      if (isBlocked) jobs.sync.receiveBlocking(new MessageBatch(1), 1, 2 ** 30);
      else await jobs.receive({ waitTimeSeconds: Infinity });
    } catch (error) {
      const atMs = nowMs();
      const after = await jobs.send("x").then(
        () => "sent",
        ({ code }) => code,
      );
      await broker.close();
      return { code: error.code, after, atMs };
    }
  },
};

/**
 * Kills one victim: what it held, what is left of that when its record is free, and after how long.
 * A heap fills and is collected for a while before its thread dies of it: of such a death the time
 * counts from when this thread is told, or from the last sign of life if nobody has told it yet.
 */
async function watch(memory, { worker, thread, died, way }, patienceMs) {
  const held = memory.slotsOf(thread);
  if (way === "terminate") {
    died[0] = nowMs();
    void worker.terminate();
  } else if (way === "heap") {
    worker.on("error", () => {
      died[0] = nowMs();
    });
    worker.postMessage(way);
  } else {
    worker.postMessage(way);
  }
  const endMs = nowMs() + patienceMs;
  while (memory.state(thread) !== layout.THREAD_FREE && nowMs() < endMs) {
    if (way === "heap") await new Promise((resolve) => setImmediate(resolve));
    pause(0.5);
  }
  const ms = nowMs() - died[0];
  const left = memory.slotsOf(thread);
  await new Promise((resolve) => setTimeout(resolve, 20));
  return { way, ms, held, left };
}

const result = await roles[role](options);
if (result !== undefined) {
  parentPort.postMessage({ result });
  parentPort.close();
}
