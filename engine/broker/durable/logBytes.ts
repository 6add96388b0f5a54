/** How long a directory's journal is. In any thread; changes nothing. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Of the segments; files that come or go meanwhile count as nothing. */
export function logBytes(directory: string): number {
  let bytes = 0;
  for (const name of readdirSync(directory)) {
    if (!name.endsWith(".log")) continue;
    bytes += statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}
