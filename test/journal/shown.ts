/** All that a reading of a journal shows, and its end or its error: to compare one way of reading with another. */
import { createHash } from "node:crypto";
import type { Batch } from "../../engine/journal/journal.ts";
import { NodeDisk } from "../../engine/journal/nodeDisk.ts";
import type { Replay } from "../../engine/journal/replay.ts";

export interface Shown {
  readonly seen: readonly unknown[];
}

export function shown(directory: string, read: Replay): Shown {
  const seen: unknown[] = [];
  const disk = new NodeDisk(directory);
  try {
    const known = read(disk, ({ records, ...batch }: Batch) => {
      const hash = createHash("sha1").update(Buffer.from(records)).digest("hex");
      seen.push({ ...batch, bytes: records.length, hash });
    });
    return { seen, known } as Shown;
  } catch (error) {
    const { name, message, code } = error as Error & { code?: string };
    return { seen, name, message, code } as Shown;
  } finally {
    disk.end();
  }
}
