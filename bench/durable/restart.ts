/**
 * How long a start takes with so many messages in the journal, beside reading its files once: with the files in
 * the system's memory, and without, as after a start of the machine. And how much of the disk it holds for them.
 *
 * A start is all from the call of `Broker.open` until its promise resolves, in a process of its own (start.ts).
 * Files are read once the quickest way that Node has: half a mebibyte at a time, into memory that begins at a page.
 * (From a disk, a mebibyte at a time takes longer: the system's reading ahead begins with pages of 4 KiB, as many as are asked for.)
 * To get them out of the system's memory nobody needs rights: `dd iflag=nocache count=0` of coreutils asks it to
 * drop a file's pages. Where there is no such dd, only the former is measured. Rounds of both take turns; medians.
 *
 * Beside it, since a start writes a few hundred bytes of memory a message that nobody has written yet: what this
 * machine takes for a page of it.
 */
import { execFileSync } from "node:child_process";
import { closeSync, openSync, readSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { heldBytes, segmentsOf } from "./held.ts";
import { openRestarted } from "./sluice.ts";

/** One start, and one reading of what it read. */
export interface Start {
  readonly startMs: number;
  readonly readMs: number;
}

export interface Restart {
  readonly messages: number;
  readonly bodyBytes: number;
  /** With the files in the system's memory. */
  readonly warm: Start;
  /** Undefined: this machine has nothing to drop them with. */
  readonly cold?: Start;
  readonly heldPerByte: number;
  /** What the system takes to give 4 KiB of memory, in microseconds: the least of the rounds. */
  readonly freshPageUs: number;
}

const BATCH = 256;
const ROUNDS = 5;
const PAGE_BYTES = 4_096;

export async function restart(
  directory: string,
  messages: number,
  bodyBytes: number,
): Promise<Restart> {
  await fill(directory, messages, bodyBytes);
  const heldPerByte = heldBytes(directory) / (messages * bodyBytes);
  const canDrop = drop(directory);
  const warm: Start[] = [];
  const cold: Start[] = [];
  let freshPageUs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    if (canDrop) {
      drop(directory);
      const readMs = readAll(directory);
      drop(directory);
      cold.push({ readMs, startMs: start(directory, messages) });
    }
    readAll(directory);
    warm.push({ readMs: readAll(directory), startMs: start(directory, messages) });
    freshPageUs = Math.min(freshPageUs, freshPage());
  }
  return {
    ...{ messages, bodyBytes, heldPerByte, freshPageUs, warm: medianOf(warm) },
    ...(canDrop && { cold: medianOf(cold) }),
  };
}

async function fill(directory: string, messages: number, bodyBytes: number): Promise<void> {
  const broker = await openRestarted(directory, messages);
  const body = Buffer.alloc(bodyBytes, "abcdefghijklmnopqrstuvwxyz");
  const queue = await broker.createQueue("bench");
  const bodies = Array.from({ length: BATCH }, () => body);
  for (let sent = 0; sent < messages; sent += BATCH) {
    queue.sync.sendBatch(bodies.slice(0, Math.min(BATCH, messages - sent)));
    if (sent % (BATCH * 16) === 0) await broker.flush();
  }
  await broker.close();
}

/** What one takes, in milliseconds; throws where messages were lost. */
function start(directory: string, messages: number): number {
  const file = fileURLToPath(new URL("./start.js", import.meta.url));
  const words = [file, directory, String(messages)];
  const text = execFileSync(process.execPath, words, { encoding: "utf8" });
  const { startMs, found } = JSON.parse(text) as { startMs: number; found: number };
  if (found !== messages) throw new Error(`${messages - found} messages were lost`);
  return startMs;
}

function medianOf(starts: readonly Start[]): Start {
  const median = (of: (start: Start) => number) =>
    starts.map(of).sort((left, right) => left - right)[starts.length >> 1] ?? Number.NaN;
  return { startMs: median(({ startMs }) => startMs), readMs: median(({ readMs }) => readMs) };
}

/** The files leave the system's memory; false: nothing here can do that. */
function drop(directory: string): boolean {
  try {
    for (const path of segmentsOf(directory)) {
      const words = [`if=${path}`, "iflag=nocache", "count=0"];
      execFileSync("dd", words, { stdio: "ignore" });
    }
    return true;
  } catch {
    return false;
  }
}

/** Of pages that are written for the first time. */
function freshPage(): number {
  const memory = new Uint8Array(2 ** 26);
  const beganMs = performance.now();
  for (let at = 0; at < memory.length; at += PAGE_BYTES) memory[at] = 1;
  return ((performance.now() - beganMs) * 1_000) / (memory.length / PAGE_BYTES);
}

/** Into memory that begins at a page, to which the system copies quickest. */
function readAll(directory: string): number {
  const bytes = 2 ** 19;
  const window = new Uint8Array(new ArrayBuffer(bytes, { maxByteLength: bytes }));
  const beganMs = performance.now();
  for (const path of segmentsOf(directory)) {
    const file = openSync(path, "r");
    while (readSync(file, window, 0, window.length, null) > 0);
    closeSync(file);
  }
  return performance.now() - beganMs;
}
