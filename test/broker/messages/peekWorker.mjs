/**
 * A thread of the test beside this file: sends, receives and deletes until it is told to end, and says how
 * often it has. Runs from dist/, as every worker thread does.
 */
import { createHash } from "node:crypto";
import { workerData } from "node:worker_threads";
import { Broker, MessageBatch } from "../../../dist/engine/index.js";

const { handle, names, index, words } = workerData;
const [STOP, PAGES, DONE] = [0, 1, 2];
/** So much may be done while one page is shown. */
const ROUNDS_A_PAGE = 40;
/** One block, two blocks, a page and more, more than the receive buffer holds. */
const sizes = [20, 300, 20, 3_000, 20, 9_000, 20, 70_000, 300, 150_000];
/** So few that slots and blocks are used again and again. */
const held = 20;

const broker = await Broker.attach(handle);
const queues = await Promise.all(names.map((name) => broker.getQueue(name)));
const batch = new MessageBatch(10);

function bodyOf(tag, size) {
  const filler = `${tag} `.repeat(Math.ceil(size / (tag.length + 1))).slice(0, size);
  const digest = createHash("md5").update(tag).update(filler).digest("hex");
  return `${tag} ${digest} ${filler}`;
}

/** Waits where nobody has shown a page for long. */
function pace(done) {
  for (;;) {
    const pages = Atomics.load(words, PAGES);
    if (done < ROUNDS_A_PAGE * (pages + 1) || Atomics.load(words, STOP) !== 0) return;
    Atomics.wait(words, PAGES, pages);
  }
}

function work(queue, round) {
  const { visible, inFlight } = queue.counts();
  if (visible + inFlight < held) {
    const tag = `${index}-${queue.isFifo}-${round}`;
    const entry = {
      messageAttributes: { tag },
      ...(queue.isFifo && { messageGroupId: `${round % 7}` }),
    };
    queue.sync.send(bodyOf(tag, sizes[round % sizes.length]), entry);
  }
  // Some are given back at once, and are received again.
  const count = queue.sync.receive(batch, 1 + (round % 4), round % 5 === 0 ? 0 : 30);
  if (count > 0 && round % 5 !== 0) queue.sync.delete(batch);
}

for (let done = 0; Atomics.load(words, STOP) === 0; done++) {
  pace(done);
  work(queues[done % queues.length], Math.floor(done / queues.length));
  Atomics.add(words, DONE + index, 1);
}
await broker.close();
