/** What a journal holds of the disk: its segments, by their names. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

export function segmentsOf(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith(".log"))
    .map((name) => join(directory, name));
}

/** One that is cleaned away meanwhile counts as nothing. */
export function heldBytes(directory: string): number {
  return segmentsOf(directory).reduce(
    (sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
