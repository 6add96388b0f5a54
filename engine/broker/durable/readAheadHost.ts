/**
 * The opener's side of reading ahead (engine/journal/readAhead.ts): whether a directory's journal is long enough
 * for a thread of its own, and that thread's life. It is asked for before the journal's thread starts, and stopped
 * when that is ready or has ended. Where it fails the journal's thread is told, and reads by itself or ends.
 */
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { type EngineShare, PieceRing } from "../../../bindings/index.ts";
import type { ReadAheadData } from "../../journal/readAhead.ts";
import { logBytes } from "./logBytes.ts";

/** A shorter one is read before another thread has started. */
const LONG_BYTES = 67_108_864;

/** Worker threads run compiled files only; run from sources, that is the build beside them. */
function threadFile(): URL {
  const isSource = import.meta.url.endsWith(".ts");
  const file = isSource
    ? "../../../dist/engine/journal/readThread.cjs"
    : "../../journal/readThread.cjs";
  return new URL(file, import.meta.url);
}

export interface ReadAhead {
  readonly buffer: PieceRing["buffer"];
  /** Its work is done, or nobody wants it any more. */
  stop(): void;
}

/** Undefined: the journal's thread had better read by itself, and tell what is wrong with the directory. */
export function readAheadOf(directory: string, { memory }: EngineShare): ReadAhead | undefined {
  try {
    if (logBytes(directory) < LONG_BYTES) return undefined;
  } catch {
    return undefined;
  }
  const ring = new PieceRing();
  const data: ReadAheadData = { buffer: ring.buffer, directory, share: { memory } };
  const worker = new Worker(fileURLToPath(threadFile()), {
    ...{ name: "sluice reader", workerData: data, execArgv: [] },
  });
  worker.unref();
  worker.on("error", () => ring.end());
  worker.on("exit", () => ring.end());
  return { buffer: ring.buffer, stop: () => void worker.terminate() };
}
