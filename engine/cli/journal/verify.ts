/**
 * `sluice journal verify`: whether a journal is whole. The bytes by all the conditions of docs/JOURNAL.md, as a
 * start would read them; the entries by what they say of each other (checks.ts). What is wrong is told
 * with its segment, batch and byte. On the main thread.
 */
import { HEAD_BYTES } from "../../journal/format.ts";
import type { Batch } from "../../journal/journal.ts";
import { segmentName } from "../../journal/names.ts";
import { full, quantity } from "../../report/words.ts";
import { Checks } from "./checks.ts";
import { openDirectory, readAll } from "./directory.ts";

export interface VerifyOptions {
  readonly json?: boolean;
}

interface Defect {
  readonly segment: string;
  readonly batch: number;
  /** Of the segment's file. */
  readonly byte: number;
  readonly sentence: string;
}

/** What `--json` prints. */
export interface Verdict {
  readonly directory: string;
  readonly isWhole: boolean;
  readonly segments: number;
  readonly batches: number;
  readonly entries: number;
  /** That the next start brings back. */
  readonly queues: number;
  readonly messages: number;
  /** Behind the last whole batch: what a crash left, which the next start cuts off. */
  readonly tornBytes: number;
  /** Of queues that the log does not know: the next start drops them. */
  readonly dropped: readonly { readonly incarnation: number; readonly messages: number }[];
  readonly defects: readonly Defect[];
  /** How many there are; the first hundred are named. */
  readonly defectsCount: number;
  readonly error: { readonly code: string; readonly message: string } | null;
}

const DEFECTS_MAX = 100;

export function verify(directory: string, { json = false }: VerifyOptions): void {
  let verdict: Verdict;
  try {
    verdict = verdictOf(directory);
  } catch (error) {
    say(error);
    process.exitCode = 1;
    return;
  }
  process.stdout.write(`${json ? JSON.stringify(verdict) : told(verdict)}\n`);
  if (verdict.isWhole) return;
  process.exitCode = 1;
  if (verdict.error !== null) say(verdict.error);
}

function say(error: unknown): void {
  const message = (error as Partial<Error> | null)?.message ?? String(error);
  process.stderr.write(`sluice: ${message}\n`);
}

/** Throws a sentence for what is no journal's directory, or somebody's. */
export function verdictOf(directory: string): Verdict {
  const disk = openDirectory(directory);
  const checks = new Checks();
  const defects: Defect[] = [];
  let [batches, entries, defectsCount] = [0, 0, 0];
  const visit = ({ number, segment, at, records }: Batch): void => {
    batches += 1;
    const note = (offset: number, sentence: string): void => {
      defectsCount += 1;
      if (defects.length === DEFECTS_MAX) return;
      const byte = at + HEAD_BYTES + offset;
      defects.push({ segment: segmentName(segment), batch: number, byte, sentence });
    };
    entries += checks.batch(records, note);
  };
  try {
    const { segments, end, error } = readAll(disk, visit, () => checks.found);
    return {
      ...{ directory, isWhole: error === undefined && defectsCount === 0 },
      ...{ segments: segments.length, batches, entries },
      ...{ queues: checks.queues, messages: checks.messages, dropped: checks.dropped() },
      ...{ tornBytes: end === undefined ? 0 : Math.max(0, end.fileBytes - end.at) },
      ...{ defects, defectsCount },
      error: error === undefined ? null : { code: error.code, message: error.message },
    };
  } finally {
    disk.end();
  }
}

/** The same for people. */
export function told(verdict: Verdict): string {
  const { directory, isWhole, segments, batches, entries, queues, messages } = verdict;
  const found =
    `${full(segments)} segments, ${full(batches)} batches, ${full(entries)} entries; ` +
    `${full(queues)} queues and ${full(messages)} messages`;
  const lines = [`${directory} is ${isWhole ? "whole" : "damaged"}: ${found}.`];
  for (const { segment, batch, byte, sentence } of verdict.defects) {
    lines.push(`  ${segment}, batch ${batch}, byte ${byte}: ${sentence}`);
  }
  const more = verdict.defectsCount - verdict.defects.length;
  if (more > 0) lines.push(`  and ${full(more)} more.`);
  if (verdict.tornBytes > 0) {
    const torn = quantity(verdict.tornBytes, "bytes");
    lines.push(
      `Behind the last whole batch are ${torn}: what a crash left, or what the file had before it was written anew. The next start cuts them off.`,
    );
  }
  for (const { incarnation, messages: count } of verdict.dropped) {
    lines.push(
      `${full(count)} messages are of a queue, of incarnation ${incarnation}, that the log does not know; ` +
        "the next start drops them.",
    );
  }
  return lines.join("\n");
}
