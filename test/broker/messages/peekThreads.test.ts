/**
 * Pages beside four threads that send, receive and delete all the time: no page shows another message's
 * bytes. Each message says in its body and in an attribute which one it is, and the body has a digest of
 * itself, in sizes of every way that a content is stored; what a MessageId stands for never changes. The
 * threads work on a Standard and a FIFO queue in turns, and wait for who shows pages where he is far behind:
 * on a busy machine he would hardly have a turn beside them. They run from dist/.
 */
import { createHash } from "node:crypto";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import type { PeekedMessage, PeekPage } from "../../../engine/types.ts";
import { patience } from "../../support/patience.ts";

const THREADS = 4;
const PAGES = 400;
const DONE_MIN = 4_000;
const MESSAGES_MIN = 400;

/** What is wrong with a message; undefined: nothing. Another message's bytes may not even be readable. */
function defectOf(message: PeekedMessage, known: Map<string, string>): string | undefined {
  try {
    return mismatchOf(message, known);
  } catch (error) {
    return `${message.messageId}: ${error}`;
  }
}

function mismatchOf(message: PeekedMessage, known: Map<string, string>): string | undefined {
  const { body, messageId, messageAttributes, state, receiveCount } = message;
  const [, tag = "", digest, filler = ""] = /^(\d+-\w+-\d+) (\w+) (.*)$/s.exec(body) ?? [];
  if (createHash("md5").update(tag).update(filler).digest("hex") !== digest) {
    return `${messageId}: the body of ${tag} is not whole`;
  }
  if (messageAttributes.tag !== tag) {
    return `${messageId}: the body of ${tag} with the attributes of ${messageAttributes.tag}`;
  }
  if ((known.get(messageId) ?? tag) !== tag) {
    return `${messageId} is ${tag} and was ${known.get(messageId)}`;
  }
  known.set(messageId, tag);
  const isSound =
    state === "inFlight" ? receiveCount > 0 : state !== "delayed" || receiveCount === 0;
  return isSound ? undefined : `${messageId} is ${state} and was received ${receiveCount} times`;
}

test("beside four threads at work no page shows another message's bytes", {
  timeout: patience(120_000),
}, async () => {
  await using broker = await Broker.open({ memoryBytes: 256 * 1_048_576, threadsMax: 16 });
  const fifo = { fifoQueue: true, contentBasedDeduplication: true } as const;
  const queues = [await broker.createQueue("busy"), await broker.createQueue("busy.fifo", fifo)];
  // First: to stop; then the pages that were shown; behind them what each thread has done.
  const words = new Int32Array(new SharedArrayBuffer(4 * (2 + THREADS)));
  const workers = Array.from({ length: THREADS }, (_, index) => {
    const handle = broker.share();
    return new Worker(new URL("./peekWorker.mjs", import.meta.url), {
      workerData: { handle, names: queues.map(({ name }) => name), index, words },
      transferList: [handle.port],
      execArgv: [],
    });
  });
  const ends = workers.map(
    (worker) =>
      new Promise<void>((resolve, reject) => {
        worker.once("exit", () => resolve()).once("error", reject);
      }),
  );
  const known = new Map<string, string>();
  const defects: string[] = [];
  const places: (string | undefined)[] = [];
  let shown = 0;
  const hasWorked = () =>
    known.size >= MESSAGES_MIN && words.subarray(2).every((done) => done >= DONE_MIN / THREADS);
  for (let pages = 0; (pages < PAGES || !hasWorked()) && defects.length === 0; pages++) {
    const which = pages % queues.length;
    const after = places[which];
    const asked = { limit: 60, ...(after !== undefined && { after }) };
    const page = (await queues[which]?.peek(asked)) as PeekPage;
    for (const message of page.messages) {
      const defect = defectOf(message, known);
      if (defect !== undefined) defects.push(defect);
    }
    shown += page.messages.length;
    places[which] = page.next;
    Atomics.add(words, 1, 1);
    Atomics.notify(words, 1);
    await new Promise((resolve) => setImmediate(resolve));
  }
  Atomics.store(words, 0, 1);
  Atomics.add(words, 1, 1);
  Atomics.notify(words, 1);
  await Promise.all(ends);
  expect(defects).toEqual([]);
  expect(shown).toBeGreaterThan(PAGES);
});
