/**
 * The main file of the watch's thread, which the opener starts with the first share() and which
 * starts the steward's. What it does stands in watch.ts. When it can't go on it ends with an error.
 */
import { fileURLToPath } from "node:url";
import { parentPort, Worker, workerData } from "node:worker_threads";
import type { EngineShare } from "../../../bindings/index.ts";
import type { Order } from "./steward.ts";
import { Watch } from "./watch.ts";

const share = workerData as EngineShare;

const watch = new Watch(share, {
  startSteward: () =>
    new Worker(fileURLToPath(new URL("./stewardThread.js", import.meta.url)), {
      name: "sluice steward",
      workerData: share,
      execArgv: [],
    }),
  tellOpener: (word) => parentPort?.postMessage(word),
  onLost: (error) => {
    throw error;
  },
});

parentPort?.on("message", (order: Order) => {
  if (order.kind === "join") watch.join(order.port, order.thread);
  else if (order.kind === "journal") watch.joinJournal(order.port, order.thread);
  else void watch.end().then(() => parentPort?.close());
});
