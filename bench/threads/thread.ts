/** A producer or a consumer thread of bench/threads/threads.ts; runs from dist/. */
import { once } from "node:events";
import { parentPort, workerData } from "node:worker_threads";
import { Broker, MessageBatch, type Queue } from "../../engine/index.ts";
import type { Part, Start } from "./threads.ts";

const part = workerData as Part;
const port = parentPort;
if (port === null) throw new Error("bench/threads/thread.ts runs in a worker thread");

const broker = await Broker.attach(part.handle);
const text = "message ".padEnd(part.bytes, "abcdefghijklmnopqrstuvwxyz");

function sizeOf({ way }: Start): number {
  return way.endsWith("10") ? 10 : 1;
}

function produceQueue(queue: Queue, messages: number, batch: number): void {
  const bodies = Array.from({ length: batch }, () => text);
  for (let left = messages; left > 0; ) left -= queue.sync.sendBatch(bodies);
}

function consumeQueue(queue: Queue, messages: number, size: number): number {
  const batch = new MessageBatch(size);
  let characters = 0;
  for (let left = messages; left > 0; ) {
    const got = queue.sync.receiveBlocking(batch, size, 1000);
    for (let index = 0; index < got; index++) characters += batch.body(index).length;
    queue.sync.delete(batch);
    left -= got;
  }
  return characters;
}

function producePosts(messages: number, size: number): void {
  const texts = Array.from({ length: size }, () => text);
  for (let left = messages; left > 0; left -= size) {
    part.channel.postMessage(size === 1 ? text : texts);
  }
}

/** Counts what arrives on the channel; the same listener for every run. */
let posted = 0;
let arrived: (() => void) | undefined;
let characters = 0;
part.channel.on("message", (message: string | string[]) => {
  if (typeof message === "string") {
    characters += message.length;
    posted--;
  } else {
    for (const one of message) characters += one.length;
    posted -= message.length;
  }
  if (posted === 0) arrived?.();
});

async function consumePosts(messages: number): Promise<void> {
  posted = messages;
  await new Promise<void>((resolve) => {
    arrived = resolve;
  });
}

port.postMessage("attached");
for (;;) {
  const [start] = (await once(port, "message")) as [Start];
  const isPost = start.way.startsWith("postMessage");
  const queue = isPost ? undefined : await broker.getQueue(start.queue);
  if (part.role === "producer") {
    if (queue !== undefined) produceQueue(queue, start.messages, sizeOf(start));
    else producePosts(start.messages, sizeOf(start));
  } else {
    port.postMessage("ready");
    if (queue !== undefined) characters += consumeQueue(queue, start.messages, sizeOf(start));
    else await consumePosts(start.messages);
    port.postMessage(characters);
  }
}
