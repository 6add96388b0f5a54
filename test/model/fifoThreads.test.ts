/**
 * Proof that threads do to a FIFO queue exactly what one thread would: four workers over a thousand
 * groups, each recording every section; merged by operation number (there must be no gap) the history
 * is replayed through the plain-array model, order within a group included, and every result must be
 * equal. SLUICE_FIFO_MESSAGES sets how many messages.
 */
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { compileFile } from "../../bindings/module.ts";
import { chooseSeed } from "../support/seeded.ts";
import { FifoModel } from "./fifoModel.ts";
import { FifoSections } from "./fifoSections.ts";
import type { Order } from "./fifoWorker.ts";
import { merged } from "./merged.ts";
import { Sections } from "./sections.ts";

const MESSAGES = Number(process.env.SLUICE_FIFO_MESSAGES ?? 60_000);
const THREADS = 4;
const GROUPS = 1000;
const SETTINGS = {
  visibilityMs: 30,
  delayMs: 0,
  retentionMs: 14 * 86_400_000,
  isGroupScope: false,
};

function work(order: Order): Promise<Float64Array> {
  return new Promise((resolve, reject) => {
    const file = new URL("../../dist/test/model/fifoWorker.js", import.meta.url);
    const worker = new Worker(file, { workerData: order });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`the worker ended with ${code}`)));
  });
}

test(`${MESSAGES} messages of ${GROUPS} groups over ${THREADS} threads: the model's history`, async () => {
  const seed = chooseSeed("FIFO threads");
  const module = await compileFile(new URL("../../dist/engine.wasm", import.meta.url));
  const sizes = { pages: 4096, threads: THREADS + 1, queues: 1, slots: 200_000 };
  const main = Sections.open(module, sizes, () => {});
  const queue = new FifoSections(main, () => {}).create(SETTINGS);
  const order = {
    ...{ share: main.share, queue, groups: GROUPS, threads: THREADS },
    messages: MESSAGES / THREADS,
    done: new Int32Array(new SharedArrayBuffer(4)),
  };
  const startedMs = Date.now();
  const histories = await Promise.all(
    Array.from({ length: THREADS }, (_, index) => work({ ...order, seed: seed + index })),
  );
  const ranMs = Date.now() - startedMs;
  const model = new FifoModel(SETTINGS);
  let sections = 0;
  for (const operation of merged(histories)) {
    model.apply(operation);
    sections++;
  }
  expect(model.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0, groups: 0 });
  expect(main.verify()).toMatchObject({ check: 0 });
  console.log(`${sections} sections equal, ran ${ranMs} ms, ${JSON.stringify(model.seen)}`);
}, 240_000);
