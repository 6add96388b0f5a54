/**
 * The other threads of the broker's tests: attaches to the broker it was handed and plays one role.
 * Runs from dist/, as every worker thread does. What a role returns is posted back.
 */
import { inspect } from "node:util";
import { parentPort, Worker, workerData } from "node:worker_threads";
import { Broker, MessageBatch } from "../../../dist/engine/index.js";
import { findAction } from "../../../dist/engine/server/router.js";

const { handle, role, options } = workerData;

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Wakes whoever blocks on this word. */
function raise(word) {
  if (word === undefined) return;
  Atomics.store(word, 0, 1);
  Atomics.notify(word, 0);
}

/** The code of the error that a call ends with, "none" when it does not. */
async function codeOf(call) {
  try {
    await call();
    return "none";
  } catch (error) {
    return error.code;
  }
}

const roles = {
  async send(broker, { queue, bodies }) {
    const jobs = await broker.getQueue(queue);
    for (const body of bodies) await jobs.send(body);
  },

  /** Sends when it is told to, and sets `done`; the code of what that ended with. */
  async sendOne(broker, { queue, done }) {
    const jobs = await broker.getQueue(queue);
    await new Promise((resolve) => parentPort.once("message", resolve));
    const code = await codeOf(() => jobs.send("x"));
    raise(done);
    return code;
  },

  async ofAccount(broker, { queue, account, body }) {
    const made = await broker.createQueue(queue, {}, { account });
    await made.send(body);
    const { arn: own } = await broker.getQueue(queue);
    return { own, lists: [await broker.listQueues(), await broker.listQueues({ account })] };
  },

  async makeQueues(broker, { names }) {
    for (const name of names) await broker.createQueue(name, { delaySeconds: 1 });
    return broker.listQueues();
  },

  async changeQueue(broker, { queue, attributes }) {
    const jobs = await broker.getQueue(queue);
    await jobs.setAttributes(attributes);
  },

  /** Does a server's actions, one after the other, when `threads` of them are at `gate`. */
  async act(broker, { calls, gate, threads }) {
    Atomics.add(gate, 0, 1);
    while (Atomics.load(gate, 0) < threads);
    for (const [name, input] of calls) await findAction(name).run({ broker }, input);
  },

  /** What a message that was received before, but not looked at, shows after the broker's close. */
  async looksAfterClose(broker) {
    const jobs = await broker.getQueue("jobs");
    await jobs.send("for the thread");
    const [message] = await jobs.receive();
    await broker.close();
    return { inspected: inspect(message), json: JSON.stringify(message) };
  },

  async deleteQueue(broker, { queue }) {
    await broker.deleteQueue(queue);
  },

  /** Receives by long poll until `count` messages came or a poll brought nothing; then sets `done`. */
  async receive(broker, { queue, count, waitTimeSeconds = 5, done }) {
    const jobs = await broker.getQueue(queue);
    const got = [];
    while (got.length < count) {
      const messages = await jobs.receive({ waitTimeSeconds });
      if (messages.length === 0) break;
      for (const message of messages) {
        got.push({ body: message.body, messageId: message.messageId, atMs: Date.now() });
        await message.delete();
      }
    }
    raise(done);
    return got;
  },

  /** Handles what comes until all threads together have handled `count`: group, number, and when. */
  async handleGroups(broker, { queue, count }) {
    const orders = await broker.getQueue(queue);
    const handled = [];
    while (orders.totals().messagesDeleted < count) {
      const messages = await orders.receive({ maxNumberOfMessages: 3, waitTimeSeconds: 0.2 });
      for (const message of messages) {
        const at = Number(process.hrtime.bigint());
        handled.push({ group: message.messageGroupId, number: Number(message.body), at });
        await message.delete();
      }
    }
    return handled;
  },

  async receiveBlocking(broker, { queue, timeoutMs }) {
    const jobs = await broker.getQueue(queue);
    const batch = new MessageBatch(10);
    const startMs = Date.now();
    const code = await codeOf(() => jobs.sync.receiveBlocking(batch, 10, timeoutMs));
    return { code, count: batch.length, ms: Date.now() - startMs };
  },

  /** Blocks for one message after the other; when each came. */
  async blockFor(broker, { queue, count }) {
    const jobs = await broker.getQueue(queue);
    const batch = new MessageBatch(1);
    const atMs = [];
    while (atMs.length < count && jobs.sync.receiveBlocking(batch, 1, 2 ** 30) > 0) {
      atMs.push(Date.now());
      jobs.sync.delete(batch);
    }
    return atMs;
  },

  /** Waits for what never comes, and says how that ended. */
  async waitForever(broker, { queue }) {
    const jobs = await broker.getQueue(queue);
    const code = await codeOf(() => jobs.receive({ waitTimeSeconds: Infinity }));
    return {
      code,
      after: await codeOf(() => jobs.send("x")),
      sync: await codeOf(() => jobs.sync.send("x")),
    };
  },

  /** Sends and receives as fast as it can until it is ended. */
  async churn(broker, { queue }) {
    const jobs = await broker.getQueue(queue);
    const batch = new MessageBatch(10);
    const bodies = Array.from({ length: 10 }, (_, index) => `churn ${index}`);
    for (;;) {
      jobs.sync.sendBatch(bodies);
      jobs.sync.receive(batch);
      jobs.sync.delete(batch);
    }
  },

  /** Receives from all queues and never deletes, so that what fails too often moves round. */
  async circulate(broker, { queues }) {
    const all = await Promise.all(queues.map((name) => broker.getQueue(name)));
    const batch = new MessageBatch(10);
    for (let turn = 0; ; turn++) all[turn % all.length].sync.receive(batch, 10, 0);
  },

  /** Starts a move task and runs it. */
  async runTask(broker, { task }) {
    await broker.startMessageMoveTask(task);
    parentPort.postMessage({ result: "started" });
    await sleep(60_000);
  },

  /** Sends numbers first..first+count-1 while it receives whatever comes, until told to stop. */
  async mix(broker, { queue, first, count }) {
    const jobs = await broker.getQueue(queue);
    const batch = new MessageBatch(10);
    const got = [];
    let next = first;
    let idle = 0;
    while (idle < 200) {
      const bodies = [];
      while (bodies.length < 7 && next < first + count) bodies.push(String(next++));
      jobs.sync.sendBatch(bodies);
      const received = jobs.sync.receive(batch);
      for (let index = 0; index < received; index++) got.push(Number(batch.body(index)));
      if (jobs.sync.delete(batch) !== received) throw new Error("somebody else deleted it");
      idle = received === 0 && next === first + count ? idle + 1 : 0;
      if (idle > 0) await sleep(1);
    }
    return got;
  },

  /** 100 ms timers, one after the other: how late each was, in milliseconds. Then sets `done`. */
  async timers(broker, { queue, rounds, done }) {
    const jobs = await broker.getQueue(queue);
    const late = [];
    for (let round = 0; round < rounds; round++) {
      const startMs = Date.now();
      if (round % 2 === 0) {
        await jobs.send(`delayed ${round}`, { delaySeconds: 0.1 });
      } else {
        await jobs.send(`hidden ${round}`);
        const [held] = await jobs.receive({ visibilityTimeout: 0.1 });
        if (held === undefined) throw new Error("the message is not there");
      }
      const messages = await jobs.receive({ waitTimeSeconds: Infinity });
      late.push(Date.now() - startMs - 100);
      for (const message of messages) await message.delete();
    }
    raise(done);
    return late;
  },

  /** Under a virtual clock: what a long poll brings, and when. Counts up `waiting` when it waits. */
  async virtual(broker, { queue, waitTimeSeconds, waiting }) {
    const jobs = await broker.getQueue(queue);
    const poll = jobs.receive({ waitTimeSeconds });
    await new Promise((resolve) => setImmediate(resolve));
    Atomics.add(waiting, 0, 1);
    const [message] = await poll;
    return { body: message?.body, receivedAtMs: message?.firstReceivedAtMs };
  },

  async virtualBlocking(broker, { queue, timeoutMs }) {
    const jobs = await broker.getQueue(queue);
    const batch = new MessageBatch(1);
    const count = jobs.sync.receiveBlocking(batch, 1, timeoutMs);
    return { body: count === 0 ? undefined : batch.body(0) };
  },

  /** Shares what it joined with a thread of its own. */
  async shareOn(broker, { queue }) {
    const next = broker.share();
    const data = { handle: next, role: "send", options: { queue, bodies: ["from below"] } };
    const below = new Worker(new URL(import.meta.url), {
      workerData: data,
      transferList: [next.port],
    });
    await new Promise((resolve) => below.on("exit", resolve));
  },

  async handles(broker, { queue }) {
    const jobs = await broker.getQueue(queue);
    const [message] = await jobs.receive();
    await broker.close();
    const codes = [
      await codeOf(() => jobs.receive()),
      await codeOf(() => message.delete()),
      await codeOf(() => message.messageId),
    ];
    return { body: message.body, codes };
  },
};

/** Opens a broker of its own and hands it to whoever started this thread. */
async function own() {
  const broker = await Broker.open({ memoryBytes: 64 * 1_048_576 });
  await broker.createQueue("jobs");
  const shared = broker.share();
  parentPort.postMessage({ ready: true, handle: shared }, [shared.port]);
  setInterval(() => undefined, 1_000);
}

if (role === "own") {
  await own();
} else {
  const broker = await Broker.attach(handle);
  parentPort.postMessage({ ready: true });
  const result = await roles[role](broker, options);
  parentPort.postMessage({ result });
  await broker.close();
  parentPort.close();
}
