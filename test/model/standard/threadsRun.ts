/**
 * Four workers send, receive, delete and hide messages with visibility timeouts of a few
 * milliseconds, each recording every section it made; merged by operation number (there must be no
 * gap) the history is replayed through the plain-array model, and every result must be equal.
 */
import { Worker } from "node:worker_threads";
import { expect } from "vitest";
import { moduleOf } from "../../support/builds.ts";
import { merged } from "../history/merged.ts";
import { Sections } from "../history/sections.ts";
import { Model } from "./model.ts";
import type { Order, Report } from "./threadWorker.ts";

/** How often a turn of each thread sends: a producer, a consumer, two that do both. */
const ROLES = [0.9, 0.1, 0.5, 0.5];
const SETTINGS = { visibilityMs: 30, delayMs: 0, retentionMs: 14 * 86_400_000 };

function work(order: Order): Promise<Report> {
  return new Promise((resolve, reject) => {
    const file = new URL("../../../dist/test/model/standard/threadWorker.js", import.meta.url);
    const worker = new Worker(file, { workerData: order });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`the worker ended with ${code}`)));
  });
}

/** Runs and replays so many messages; says what it saw. */
export async function runThreads(seed: number, messages: number): Promise<void> {
  const sizes = { pages: 12_288, threads: 5, queues: 2, slots: 1_200_000 };
  const main = Sections.open(moduleOf(), sizes, () => {});
  const queues = [main.createQueue(SETTINGS), main.createQueue(SETTINGS)];
  const deleted = new Int32Array(new SharedArrayBuffer(4));
  const startedMs = Date.now();
  const reports = await Promise.all(
    ROLES.map((sends, index) =>
      work({
        share: main.share,
        queues,
        seed: seed + index,
        messages: messages / ROLES.length,
        sends,
        deleted,
        total: messages,
      }),
    ),
  );
  const ranMs = Date.now() - startedMs;
  let sections = 0;
  let redeliveries = 0;
  for (const index of queues.keys()) {
    const model = new Model(SETTINGS);
    const histories = reports.map((report) => report.histories[index] as Float64Array);
    for (const operation of merged(histories)) {
      model.apply(operation);
      sections++;
    }
    expect(model.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    redeliveries += model.redeliveries;
  }
  expect(main.verify()).toMatchObject({ check: 0 });
  console.log(
    `${messages} messages in ${(ranMs / 1000).toFixed(1)} s, ${sections} sections equal, ` +
      `${redeliveries} redeliveries; replayed in ${((Date.now() - startedMs - ranMs) / 1000).toFixed(1)} s`,
  );
}
