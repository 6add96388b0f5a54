/** Journals for tests of the command: written by the real file log into directories that go with the test. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFileJournal } from "../../engine/journal/fileJournal.ts";

/** The head of a batch, and a page. */
export const HEAD = 64;
export const PAGE = 4_096;

export class Directories {
  readonly #made: string[] = [];

  make(): string {
    const directory = mkdtempSync(join(tmpdir(), "sluice-journal-"));
    this.#made.push(directory);
    return directory;
  }

  remove(): void {
    for (const directory of this.#made.splice(0)) rmSync(directory, { recursive: true });
  }
}

export interface Writing {
  /** False: the process dies, and no mark says that the last batch is durable. */
  readonly isClosed?: boolean;
  readonly nowMs?: number;
}

/** A life of a journal that writes these batches, each of these entries. */
export async function writeJournal(
  directory: string,
  batches: readonly (readonly Uint8Array[])[],
  { isClosed = true, nowMs = 1_767_225_600_000 }: Writing = {},
): Promise<void> {
  const journal = await openFileJournal({ directory });
  await journal.replay(() => {});
  await journal.begin(nowMs);
  for (const entries of batches) {
    for (const entry of entries) journal.append(entry);
    await journal.commit(nowMs);
  }
  if (isClosed) await journal.close(nowMs);
}

export function nameOf(segment: number): string {
  return `${String(segment).padStart(10, "0")}.log`;
}

/** Turns some bits over. */
export function flip(bytes: Buffer, at: number, bits = 1): undefined {
  bytes.writeUInt8(bytes.readUInt8(at) ^ bits, at);
}

/** Changes a segment's bytes. */
export function change(
  directory: string,
  segment: number,
  act: (bytes: Buffer) => Buffer | undefined,
): void {
  const path = join(directory, nameOf(segment));
  const bytes = readFileSync(path);
  writeFileSync(path, act(bytes) ?? bytes);
}
