/** How long a directory's journal is. In any thread; changes nothing. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** A shorter one is read before the journal's thread has started. */
const LONG_BYTES = 67_108_864;

/** Of the segments; files that come or go meanwhile count as nothing. */
export function logBytes(directory: string): number {
  let bytes = 0;
  for (const name of readdirSync(directory)) {
    if (!name.endsWith(".log")) continue;
    bytes += statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

/** Whether it is worth reading ahead of the journal's thread. What is wrong with the directory is told later. */
export function isLong(directory: string): boolean {
  try {
    return logBytes(directory) >= LONG_BYTES;
  } catch {
    return false;
  }
}
