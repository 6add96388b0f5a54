/**
 * The other threads of the memory tests: attaches to the broker it was handed, plays one role and
 * posts what it returns. Runs from dist/, as every worker thread does.
 *
 * A body is one 32-bit tag, again and again: the thread that sent it, its size, a count. So a body
 * is whole when its first word says how long it is and every word is equal to the one before.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { Broker, MessageBatch } from "../../../dist/engine/index.js";

const { handle, role, options } = workerData;

/** Sizes in words: one block, a tail block, whole pages; mostly large. */
const SIZES = [60, 5_000, 10_000, 20_000, 60_000, 131_072, 262_144, 262_144];

function bodyOf(scratch, thread, count, kind) {
  const tag = (thread << 28) | (kind << 24) | (count & 0xffffff);
  return Buffer.from(scratch.fill(tag >>> 0, 0, SIZES[kind]).buffer, 0, SIZES[kind] * 4);
}

/** What is wrong with a body, undefined for nothing. */
function wrongIn(bytes) {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = body.readUInt32LE(0);
  const words = SIZES[(tag >>> 24) & 15];
  if (words * 4 !== body.length) return `tag ${tag} in a body of ${body.length} bytes`;
  if (body.subarray(4).equals(body.subarray(0, -4))) return undefined;
  const at = body.findIndex((byte, index) => index >= 4 && byte !== body[index - 4]);
  return `byte ${at} of ${body.length} is not of tag ${tag}`;
}

/** A purge may have ended the message meanwhile; that is then the answer of AWS too. */
function unlessGone(error) {
  if (error.code !== "InvalidParameterValue") throw error;
}

/** Receives and deletes: the slots stay with this thread for now. */
async function stockUp(broker, done) {
  const jobs = await broker.getQueue("jobs");
  const batch = new MessageBatch(60);
  jobs.sync.receive(batch);
  jobs.sync.delete(batch);
  Atomics.store(done, 0, 1);
}

const roles = {
  /** Sends, receives with timeouts of milliseconds, deletes now and then; checks every body. */
  async read(broker, { queues, thread, reads, progress }) {
    const jobs = await Promise.all(queues.map((name) => broker.getQueue(name)));
    const scratch = new Uint32Array(262_144);
    const batch = new MessageBatch(4);
    const wrong = [];
    let sent = 0;
    let kept = 0;
    for (let turn = 0; Atomics.load(progress, 0) < reads && wrong.length === 0; turn++) {
      const queue = jobs[(turn * 7 + thread) % jobs.length];
      // With nobody to send, all that is left is read again and again.
      if (turn % 3 !== 0 && queue.sync.send(bodyOf(scratch, thread, turn, (turn * 5) % 8))) sent++;
      const count = queue.sync.receive(batch, 1 + (turn % 2), (turn % 3) / 1_000);
      for (let index = 0; index < count; index++) {
        const fault = wrongIn(batch.view(index));
        if (fault !== undefined) wrong.push(fault);
      }
      kept += count;
      Atomics.add(progress, 0, count);
      if (count > 0 && turn % 4 !== 0) queue.sync.delete(batch);
    }
    return { sent, kept, wrong };
  },

  /** Sends until memory is full; how often it was accepted, and how the others refuse. */
  async fill(broker, { queue, bodyBytes, start }) {
    const jobs = await broker.getQueue(queue);
    const body = "x".repeat(bodyBytes);
    Atomics.wait(start, 0, 0);
    let sent = 0;
    while (jobs.sync.send(body)) sent++;
    const code = await jobs.send(body).then(
      () => "none",
      (error) => error.code,
    );
    return { sent: code === "none" ? sent + 1 : sent, code };
  },

  /** Receives and deletes until the queue is empty: how many. */
  async drain(broker, { queue }) {
    const jobs = await broker.getQueue(queue);
    const batch = new MessageBatch(100);
    let got = 0;
    while (jobs.sync.receive(batch) > 0) got += jobs.sync.delete(batch);
    return got;
  },

  /** Fills its stock, and then blocks for a queue that is empty until that is deleted. */
  async sleep(broker, { asleep }) {
    const empty = await broker.getQueue("empty");
    await stockUp(broker, asleep);
    try {
      return empty.sync.receiveBlocking(new MessageBatch(1), 1, 2 ** 30);
    } catch {
      return -1;
    }
  },

  /** The same, in a long poll. */
  async poll(broker, { asleep }) {
    const empty = await broker.getQueue("empty");
    await stockUp(broker, asleep);
    return empty.receive({ waitTimeSeconds: Infinity }).then(
      () => 0,
      () => -1,
    );
  },

  /** Sends and receives small messages until it is told to stop. */
  async churn(broker, { queue, stop }) {
    const jobs = await broker.getQueue(queue);
    const bodies = Array.from({ length: 10 }, (_, index) => `churn ${index}`);
    const batch = new MessageBatch(10);
    let cycles = 0;
    while (Atomics.load(stop, 0) === 0) {
      jobs.sync.sendBatch(bodies);
      jobs.sync.receive(batch);
      jobs.sync.delete(batch);
      if (++cycles % 100 === 0) await sleep(1);
    }
    return cycles;
  },

  /** Sends all sizes, receives, deletes most, hides some and forgets others, until told to stop. */
  async soak(broker, { queue, thread, stop }) {
    const jobs = await broker.getQueue(queue);
    const sizes = [10, 300, 2_000, 9_000, 40_000, 70_000, 300_000];
    const texts = sizes.map((size) => "s".repeat(size));
    const batch = new MessageBatch(10);
    let cycles = 0;
    while (Atomics.load(stop, 0) === 0) {
      const text = texts[(cycles * 3 + thread) % texts.length];
      if (jobs.sync.send(text))
        await jobs.send("small", { delaySeconds: cycles % 2 }).catch(() => {});
      const messages = await jobs.receive({ maxNumberOfMessages: 10, visibilityTimeout: 1 });
      for (const [index, message] of messages.entries()) {
        if (index === 9) await message.changeVisibility(0).catch(unlessGone);
        else if (index < 8) await message.delete();
      }
      jobs.sync.receive(batch, 10, 0.05);
      jobs.sync.delete(batch);
      if (++cycles % 20 === 0) await sleep(1);
    }
    return cycles;
  },
};

const broker = await Broker.attach(handle);
parentPort.postMessage({ result: await roles[role](broker, options) });
await broker.close();
