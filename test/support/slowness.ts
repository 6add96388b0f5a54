/**
 * How much slower than a quiet machine of 2026 this one is at the moment: a fixed piece of work, done
 * where tests do theirs, on two threads and in a child process, while whatever else runs runs. The
 * test runner measures it once at its start, and all deadlines of the tests follow (patience.ts).
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";

/** What the work takes on two quiet cores. */
const QUIET_MS = 300;
const ROUNDS = 3;

const HASHES = `
  const { createHash } = require("node:crypto");
  const chunk = Buffer.alloc(1_048_576);
  for (let round = 0; round < 64; round++) createHash("sha256").update(chunk).digest();
  let mixed = 1;
  for (let step = 0; step < 20_000_000; step++) mixed = Math.imul(mixed ^ step, 0x6d2b79f5);
`;

async function workMs(): Promise<number> {
  const startMs = performance.now();
  const threads = [1, 2].map(
    () =>
      new Promise<void>((resolve, reject) => {
        const worker = new Worker(HASHES, { eval: true, execArgv: [] });
        worker.once("error", reject);
        worker.once("exit", () => resolve());
      }),
  );
  await Promise.all([...threads, promisify(execFile)(process.execPath, ["-e", "0"])]);
  return performance.now() - startMs;
}

/** 1 on a quiet machine or a faster one, 3 where everything takes three times as long. */
export async function measureSlowness(): Promise<number> {
  let longestMs = 0;
  for (let round = 0; round < ROUNDS; round++) longestMs = Math.max(longestMs, await workMs());
  return Math.max(1, Math.ceil((10 * longestMs) / QUIET_MS) / 10);
}
