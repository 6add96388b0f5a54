/**
 * A thread that attaches to a broker and whose wall clock is the test's: it is told one act after the
 * other, and posts back what it saw. Run from dist/, as every worker thread is.
 */
import { parentPort, workerData } from "node:worker_threads";
import { Broker } from "../../../engine/broker/broker.ts";
import type { BrokerHandle } from "../../../engine/types.ts";
import { fakeWall } from "../../support/wall.ts";
import { playScene, readMoments } from "./wallScene.ts";

export interface WallThreadData {
  readonly handle: BrokerHandle;
  readonly words: Float64Array<SharedArrayBuffer>;
}

export type Act =
  /** Plays the scene, and sets the wall clock of all threads in the middle of it. */
  | { readonly kind: "scene"; readonly name: string; readonly shiftMs: number }
  | { readonly kind: "moments" }
  | { readonly kind: "end" };

const { handle, words } = workerData as WallThreadData;
const wall = fakeWall(words);
const broker = await Broker.attach(handle);

async function play(act: Act): Promise<unknown> {
  switch (act.kind) {
    case "scene":
      return playScene(broker, act.name, () => wall.set(act.shiftMs));
    case "moments":
      return readMoments(broker);
    default:
      await broker.close();
      return parentPort?.close();
  }
}

parentPort?.on("message", (act: Act) => {
  void play(act).then((seen) => parentPort?.postMessage(seen));
});
parentPort?.postMessage("ready");
