/**
 * kill -9 of a process that writes a journal, again and again, by a recorder outside of it, which
 * remembers what was acknowledged and reads the directory after each death. It holds the process to what
 * the system's memory keeps; what a power cut takes is crashes.test.ts's. The process runs from dist/.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { openFileJournal } from "../../engine/journal/fileJournal.ts";
import type { Seeded } from "../support/seeded.ts";
import { makeRecord, recordsOf } from "./records.ts";

const CHILD = fileURLToPath(new URL("../../dist/test/journal/killChild.js", import.meta.url));

/** What is there after a death. */
export interface Kept {
  /** The first and, plus one, the last record. */
  readonly begin: number;
  readonly end: number;
  readonly lives: number;
  readonly tornBytes: number;
}

/** Starts the process, kills it after so many acknowledgements; answers the last one that was read. */
async function killed(directory: string, acknowledgements: number, seed: number): Promise<number> {
  const child = spawn(process.execPath, [CHILD, directory, String(seed)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const over = once(child, "exit");
  let left = acknowledgements;
  let last = 0;
  // What was printed before the death is read to its end.
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    left -= 1;
    if (left === 0) child.kill("SIGKILL");
  }
  const [, signal] = await over;
  if (signal !== "SIGKILL") throw new Error("the process ended by itself");
  return last;
}

/** Reads the directory; throws for a record that was never sent or is out of order. */
async function kept(directory: string): Promise<Kept> {
  const journal = await openFileJournal({ directory });
  let begin = -1;
  let end = 0;
  let before = 0;
  try {
    const known = await journal.replay((batch) => {
      for (const { index, life, bytes } of recordsOf(batch)) {
        if (begin < 0) begin = index;
        else if (index !== end) throw new Error(`record ${index} follows ${end - 1}`);
        if (life < before)
          throw new Error(`record ${index} of life ${life} follows life ${before}`);
        if (Buffer.compare(bytes, makeRecord(index, life, bytes.length)) !== 0) {
          throw new Error(`record ${index} was never sent`);
        }
        end = index + 1;
        before = life;
      }
    });
    return {
      begin: Math.max(0, begin),
      end,
      lives: known.lives,
      tornBytes: known.tornBytes,
    };
  } finally {
    await journal.close(0);
  }
}

/** Kills so many processes, one after the other; answers what was there after each. */
export async function killAgain(
  directory: string,
  rounds: number,
  random: Seeded,
): Promise<Kept[]> {
  const all: Kept[] = [];
  for (let round = 1; round <= rounds; round++) {
    const acknowledged = await killed(directory, random.between(1, 60), random.between(1, 2 ** 31));
    const found = await kept(directory);
    if (found.end < acknowledged) {
      throw new Error(`round ${round}: ${acknowledged} acknowledged, ${found.end} found`);
    }
    if (found.lives !== round) throw new Error(`round ${round} left ${found.lives} lives`);
    all.push(found);
  }
  return all;
}
