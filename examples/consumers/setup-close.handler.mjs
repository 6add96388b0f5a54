// Runs in each thread of the pool of setup-close.mjs: one open file a thread, as it might be one
// connection to a database.
import { open } from "node:fs/promises";
import { join } from "node:path";
import { threadId } from "node:worker_threads";

let file;

export async function setup({ data }) {
  file = await open(join(data, `${threadId}.log`), "a");
}

export default async function write(message) {
  await file.write(`${message.body}\n`);
}

export async function close() {
  await file.write("closed\n");
  await file.close();
}
