// What is dear to make is made once a thread: `setup` before the first message, `close` after the last,
// also when `recycleAfter` replaces the thread in good order. A thread that dies closes nothing.
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Broker, consume } from "sluice";

const folder = await mkdtemp(join(tmpdir(), "sluice-example-"));
const broker = await Broker.open();
const queue = await broker.createQueue("events");
await queue.sendBatch(Array.from({ length: 100 }, (_, index) => `event ${index}`));

const handler = new URL("./setup-close.handler.mjs", import.meta.url);
const consumer = consume(queue, handler, { threads: 2, data: folder });
await consumer.ready; // both threads are set up
await once(consumer, "drained");
await consumer.stop(); // both have closed

const texts = await Promise.all(
  (await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")),
);
const lines = texts.flatMap((text) => text.trimEnd().split("\n"));
console.log(`${texts.length} files`);
console.log(`${lines.filter((line) => line.startsWith("event")).length} events`);
console.log(`${lines.filter((line) => line === "closed").length} closed`);
await rm(folder, { recursive: true });
await broker.close();

// Prints:
// 2 files
// 100 events
// 2 closed
