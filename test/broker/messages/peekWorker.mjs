/**
 * A thread of the test beside this file: sends, receives and deletes until it is told to end, and says how
 * often it has. Runs from dist/, as every worker thread does.
 */
import { createHash } from "node:crypto";
import { workerData } from "node:worker_threads";
import { Broker, MessageBatch } from "../../../dist/engine/index.js";

const { handle, name, index, words } = workerData;
/** One block, two blocks, a page and more, more than the receive buffer holds. */
const sizes = [20, 300, 20, 3_000, 20, 9_000, 20, 70_000, 300, 150_000];
/** So few that slots and blocks are used again and again. */
const held = 40;

const broker = await Broker.attach(handle);
const queue = await broker.getQueue(name);
const batch = new MessageBatch(10);

function bodyOf(tag, size) {
  const filler = `${tag} `.repeat(Math.ceil(size / (tag.length + 1))).slice(0, size);
  const digest = createHash("md5").update(tag).update(filler).digest("hex");
  return `${tag} ${digest} ${filler}`;
}

for (let round = 0; Atomics.load(words, 0) === 0; round++) {
  const { visible, inFlight } = queue.counts();
  if (visible + inFlight < held) {
    const tag = `${index}-${round}`;
    const entry = {
      messageAttributes: { tag },
      ...(queue.isFifo && { messageGroupId: `${round % 7}` }),
    };
    queue.sync.send(bodyOf(tag, sizes[round % sizes.length]), entry);
  }
  // Some are given back at once, and are received again.
  const count = queue.sync.receive(batch, 1 + (round % 4), round % 5 === 0 ? 0 : 30);
  if (count > 0 && round % 5 !== 0) queue.sync.delete(batch);
  Atomics.add(words, 1 + index, 1);
}
await broker.close();
