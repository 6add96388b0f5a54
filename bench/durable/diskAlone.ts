/**
 * The most that the disk takes of the same pairs: their bytes are written and synced, over and over, with every
 * sender in each sync and no time that a sender needs. Of many senders one half waits for its message and
 * the other for its deletion at any time, so a sync stands for half as many pairs; a single sender waits for two.
 */
import { closeSync, fdatasyncSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { SharedBlock } from "../../bindings/index.ts";
import { AROUND_BYTES, DELETION_BYTES } from "./others.ts";
import { BODY_BYTES, type Outcome } from "./pairs.ts";

export const DISK = "the disk alone";

export function diskAlone(
  directory: string,
  senders: number,
  ms: number,
  delayMs: number,
): Outcome {
  mkdirSync(directory, { recursive: true });
  const file = openSync(join(directory, "alone"), "w");
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
    ...{ store: DISK, senders },
    pairsPerSecond: ((sorted.length * pairs) / tookMs) * 1e3,
    p50Ms: (sorted[sorted.length >> 1] ?? Number.NaN) * perPair,
    p99Ms: (sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN) * perPair,
    ...{ p99Syncs: undefined, writtenPerByte: at / (sorted.length * pairs * BODY_BYTES) },
  };
}
