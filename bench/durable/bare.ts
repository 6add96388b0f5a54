/**
 * The least that any store does for the same pairs, and the least for the same writes. For the same pairs: writes the bytes of what was sent and syncs, over and
 * over. Of many senders one half waits for its message and the other for its deletion at any time, so a
 * sync stands for half as many pairs; a single sender waits for two.
 */
import { closeSync, fdatasyncSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { SharedBlock } from "../../bindings/index.ts";
import { BODY_BYTES, type Outcome } from "./pairs.ts";

/** Bytes a second of a loop that writes so many at a time and syncs them: those of another store, alone. */
export function sameWrites(
  directory: string,
  bytesPerSync: number,
  ms: number,
  delayMs: number,
): number {
  const file = openSync(join(directory, "same"), "w");
  const clock = new SharedBlock(8);
  const bytes = Buffer.alloc(Math.round(bytesPerSync), 1);
  const beganMs = performance.now();
  let at = 0;
  while (performance.now() - beganMs < ms) {
    at += writeSync(file, bytes, 0, bytes.length, at);
    fdatasyncSync(file);
    if (delayMs > 0) clock.pause(delayMs);
  }
  const tookMs = performance.now() - beganMs;
  closeSync(file);
  return (at / tookMs) * 1e3;
}

/** What stands around a message in a log, and what a deletion takes: about as much as ours. */
const AROUND_BYTES = 104;
const DELETION_BYTES = 24;

export function bare(directory: string, senders: number, ms: number, delayMs: number): Outcome {
  mkdirSync(directory, { recursive: true });
  const file = openSync(join(directory, "bare"), "w");
  const clock = new SharedBlock(8);
  const pairs = Math.max(1, senders / 2);
  const bytes = Buffer.alloc(Math.round(pairs * (BODY_BYTES + AROUND_BYTES + DELETION_BYTES)), 1);
  const syncs = senders === 1 ? 2 : 1;
  const taken: number[] = [];
  const beganMs = performance.now();
  let at = 0;
  while (performance.now() - beganMs < ms) {
    const turnMs = performance.now();
    for (let sync = 0; sync < syncs; sync++) {
      at += writeSync(file, bytes, 0, Math.round(bytes.length / syncs), at);
      fdatasyncSync(file);
      if (delayMs > 0) clock.pause(delayMs);
    }
    taken.push(performance.now() - turnMs);
  }
  const tookMs = performance.now() - beganMs;
  closeSync(file);
  const sorted = taken.sort((one, other) => one - other);
  const perPair = senders === 1 ? 1 : 2;
  return {
    ...{ store: "write and sync alone", senders },
    pairsPerSecond: ((sorted.length * pairs) / tookMs) * 1e3,
    p50Ms: (sorted[sorted.length >> 1] ?? Number.NaN) * perPair,
    p99Ms: (sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN) * perPair,
    ...{ p99Syncs: undefined, writtenPerByte: at / (sorted.length * pairs * BODY_BYTES) },
  };
}
