/** Does nothing but sleep a millisecond at a time and note how late it woke; runs from dist/. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { parentPort } from "node:worker_threads";
import type { Percentiles } from "../result/schema.ts";

const RESOLUTION_MS = 1;

const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();

/** The histogram has whole times between two wakings, in nanoseconds. */
function late(ns: number): number {
  return Math.max(0, ns / 1e6 - RESOLUTION_MS);
}

parentPort?.once("message", () => {
  const jitter: Percentiles = {
    p50: late(delays.percentile(50)),
    p99: late(delays.percentile(99)),
    p999: late(delays.percentile(99.9)),
    max: late(delays.max),
  };
  parentPort?.postMessage(jitter);
});
