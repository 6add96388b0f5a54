/**
 * A process that uses a kept broker until it is killed, started by kills.ts with a directory: senders,
 * receivers that delete, a Standard and a FIFO queue, and another thread's worth of them. It says on its output
 * what it is about to do and what was acknowledged; each line is written before it goes on.
 */
import { writeSync } from "node:fs";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { Broker } from "../../../engine/broker/broker.ts";
import { SluiceError } from "../../../engine/errors.ts";
import type { BrokerHandle, Message, Queue } from "../../../engine/types.ts";
import { Seeded } from "../../support/seeded.ts";
import { keyOf, SMALL } from "./kept.ts";

const GROUPS = ["g0", "g1", "g2"];
/** Each process counts on above all before it. */
const origin = Date.now() * 1_000;
let count = 0;

/** Short lines, so that two threads' don't mix. */
function say(word: string, queue: Queue, body: string): void {
  writeSync(1, `${word} ${queue.name} ${keyOf(body)}\n`);
}

/** A body that no other has: of a FIFO queue with its group in front, and of any length. */
function newBody(prefix: string, random: Seeded): string {
  count += 1;
  return `${prefix}:${origin + count}-${"x".repeat(random.between(1, random.chance(0.05) ? 70_000 : 500))}`;
}

async function send(queue: Queue, random: Seeded, who: string): Promise<never> {
  for (;;) {
    // One sender a group: its order is the order of its sends.
    const group = queue.isFifo ? `${who}${random.pick(GROUPS)}` : who;
    const body = newBody(group, random);
    say("begin", queue, body);
    const ids = { messageGroupId: group, messageDeduplicationId: body.slice(0, 100) };
    await queue.send(body, queue.isFifo ? ids : {});
    say("sent", queue, body);
  }
}

/** False where a FIFO queue's receipt is over, since this machine is slow: the message stays. */
async function isDeleted(message: Message): Promise<boolean> {
  try {
    await message.delete();
    return true;
  } catch (error) {
    if (error instanceof SluiceError && error.code === "InvalidParameterValue") return false;
    throw error;
  }
}

async function receive(queue: Queue, random: Seeded): Promise<never> {
  for (;;) {
    const messages = await queue.receive({ maxNumberOfMessages: 10, waitTimeSeconds: 1 });
    for (const message of messages) {
      if (random.chance(0.3)) continue;
      say("deleting", queue, message.body);
      if (await isDeleted(message)) say("deleted", queue, message.body);
    }
  }
}

async function work(broker: Broker, random: Seeded, who: string): Promise<void> {
  const jobs = await broker.createQueue("jobs", { visibilityTimeout: 1 });
  const attributes = { fifoQueue: true, visibilityTimeout: 1 } as const;
  const fifo = await broker.createQueue("jobs.fifo", attributes);
  await Promise.race([
    ...["a", "b", "c"].map((sender) => send(jobs, random, `${who}${sender}`)),
    send(fifo, random, who),
    receive(jobs, random),
    receive(fifo, random),
  ]);
}

if (isMainThread) {
  const [directory = "", seed = "1"] = process.argv.slice(2);
  const broker = await Broker.open({ ...SMALL, directory });
  const handle = broker.share();
  new Worker(new URL(import.meta.url), {
    workerData: { handle, seed: Number(seed) + 1 },
    transferList: [handle.port],
  });
  await work(broker, new Seeded(Number(seed)), "m");
} else {
  const { handle, seed } = workerData as { handle: BrokerHandle; seed: number };
  await work(await Broker.attach(handle), new Seeded(seed), "w");
}
