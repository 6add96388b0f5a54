/**
 * Recovers the dead in the tests that kill threads, in a thread of its own, so that who sees deaths
 * never waits for a lock: the lock may be another dead thread's that nobody has seen yet. Told
 * numbers, it answers each when done. Runs from dist/, in a worker thread.
 */
import { parentPort, workerData } from "node:worker_threads";
import { Sections, type Share } from "../../model/history/sections.ts";

const sections = new Sections(workerData as Share, () => {});

parentPort?.on("message", (dead: number) => {
  sections.engine.threadDied(sections.thread, dead);
  parentPort?.postMessage(dead);
});
