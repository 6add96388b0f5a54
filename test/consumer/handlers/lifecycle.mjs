/** Says in `data.words`: how often set up [0], closed [1], handled [2], by how many threads [3]. */
import { threadId } from "node:worker_threads";

let isSetUp = false;
let isSeen = false;

export async function setup({ broker, queue, data, signal }) {
  await Promise.resolve();
  isSetUp = queue.name === "work" && broker !== undefined && !signal.aborted;
  Atomics.add(data.words, 0, isSetUp ? 1 : 1_000);
}

export async function close({ data }) {
  Atomics.add(data.words, 1, 1);
}

export default async function lifecycle(_message, { data }) {
  if (!isSeen) Atomics.add(data.words, 3, 1);
  isSeen = true;
  Atomics.add(data.words, 2, isSetUp ? 1 : 1_000);
  if (data.threads !== undefined) Atomics.store(data.threads, 0, threadId);
}
