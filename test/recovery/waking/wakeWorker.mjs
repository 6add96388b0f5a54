/**
 * The threads of the wake-up proofs: those that wait, in every way, and the one that sends. `shared`
 * holds what they tell each other outside of the engine: how often the waiter began to wait, how
 * often it got something, the last sign it saw, how often it gave up, and when the last send began.
 */
import { parentPort, workerData } from "node:worker_threads";
import { Broker, MessageBatch } from "../../../dist/engine/index.js";

const { handle, role, options } = workerData;
const words = new Int32Array(options.shared, 0, 4);
const times = new Float64Array(options.shared, 16);
const [BEGUN, GOT, SEEN, ABORTED] = [0, 1, 2, 3];

/** Milliseconds that mean the same in every thread, with fractions. */
function nowMs() {
  return performance.timeOrigin + performance.now();
}

function raise(word) {
  Atomics.add(words, word, 1);
  Atomics.notify(words, word);
}

function spin(ms) {
  const endMs = nowMs() + ms;
  while (nowMs() < endMs);
}

/** What a waiter does with a message: how long it lay there. */
function latencyMs() {
  return nowMs() - times[0];
}

const roles = {
  /** Waits blocking, `rounds` times. */
  async blocking(jobs, { rounds, patienceMs }) {
    const batch = new MessageBatch(1);
    const latencies = new Float64Array(rounds);
    for (let round = 0; round < rounds; round++) {
      raise(BEGUN);
      if (jobs.sync.receiveBlocking(batch, 1, patienceMs) === 0) throw new Error("nothing came");
      latencies[round] = latencyMs();
      jobs.sync.delete(batch);
    }
    return latencies;
  },

  /** Waits by long poll, `rounds` times. */
  async polling(jobs, { rounds, patienceMs }) {
    const latencies = new Float64Array(rounds);
    for (let round = 0; round < rounds; round++) {
      raise(BEGUN);
      const [message] = await jobs.receive({ waitTimeSeconds: patienceMs / 1_000 });
      latencies[round] = latencyMs();
      if (message === undefined) throw new Error("nobody woke the poll");
      await message.delete();
    }
    return latencies;
  },

  /** One send a round, a moment after the waiter began: before, in, or after its last look. */
  async sending(jobs, { rounds, spreadMs }) {
    for (let round = 0; round < rounds; round++) {
      // It looks for the waiter without sleeping at first: waking up would take longer than the step.
      for (let turn = 0; turn < 20_000 && Atomics.load(words, BEGUN) <= round; turn++);
      for (let begun = 0; begun <= round; begun = Atomics.load(words, BEGUN)) {
        Atomics.wait(words, BEGUN, begun, 1_000);
      }
      // Most of the moments lie close to the waiter's begin: the step is short.
      spin(Math.random() ** 3 * spreadMs);
      times[0] = nowMs();
      jobs.sync.send("x");
    }
  },

  /** Receives until it is told to stop, notes how long each message lay there, and shows what it saw. */
  async collecting(jobs) {
    const latencies = [];
    const aborter = new AbortController();
    parentPort.once("message", () => aborter.abort());
    for (;;) {
      const poll = jobs.receive({ waitTimeSeconds: Infinity, signal: aborter.signal });
      parentPort.postMessage({ waits: true });
      const messages = await poll.catch(() => undefined);
      if (messages === undefined) return latencies;
      for (const message of messages) {
        latencies.push(latencyMs());
        const isSign = message.body === "sign";
        await message.delete();
        raise(isSign ? SEEN : GOT);
      }
    }
  },

  /** Polls and gives up again and again, at moments of no order; what it gets counts too. */
  async aborting(jobs) {
    const latencies = [];
    let aborted = 0;
    let isOver = false;
    parentPort.once("message", () => {
      isOver = true;
    });
    while (!isOver) {
      const aborter = new AbortController();
      const poll = jobs.receive({ waitTimeSeconds: Infinity, signal: aborter.signal });
      if (aborted % 3 === 0) setTimeout(() => aborter.abort(), 1);
      else setImmediate(() => aborter.abort());
      const messages = await poll.catch(() => []);
      if (messages.length === 0) aborted = Atomics.add(words, ABORTED, 1) + 1;
      for (const message of messages) {
        latencies.push(latencyMs());
        await message.delete();
        raise(GOT);
      }
    }
    return { aborted, latencies };
  },

  /** Waits, and then does not come: it computes, or blocks until others got so much, or is ended. */
  async busy(jobs, { busyMs, afterMs, computes, untilGot }) {
    const aborter = new AbortController();
    const waiting = { waitTimeSeconds: Infinity, signal: aborter.signal };
    const poll = jobs.receive(waiting).catch(() => []);
    parentPort.postMessage({ waits: true });
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    if (computes) spin(busyMs);
    parentPort.postMessage({ isBusy: true });
    for (let got = 0; got < untilGot; got = Atomics.load(words, GOT)) {
      if (Atomics.wait(words, GOT, got, busyMs) === "timed-out") break;
    }
    aborter.abort();
    for (const message of await poll) await message.delete();
  },

  /** Many polls at once, until they are aborted. */
  async crowd(jobs, { polls }) {
    const aborter = new AbortController();
    const all = Array.from({ length: polls }, async () => {
      const [message] = await jobs.receive({ waitTimeSeconds: Infinity, signal: aborter.signal });
      await message.delete();
      raise(GOT);
    });
    parentPort.once("message", () => aborter.abort());
    parentPort.postMessage({ waits: true });
    await Promise.allSettled(all);
  },
};

const broker = await Broker.attach(handle);
const jobs = await broker.getQueue("jobs");
parentPort.postMessage({ ready: true });
const result = await roles[role](jobs, options);
parentPort.postMessage({ result });
await broker.close();
parentPort.close();
