/**
 * `sluice bench durable`: a message sent and one deleted, both durable, by 1, 32 and 256 senders: Sluice with
 * either durability beside a bare loop of write and sync, other stores and the disk alone; on the disk as it
 * is, and with syncs a millisecond longer. Then how long starts take. Directories go with it.
 *
 * With 256 senders, where a machine's moods show most, all are measured three times in turns: the row is the one
 * with the median of pairs a second.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Table, tableText } from "../../engine/report/table.ts";
import { closeBehind } from "./behind.ts";
import { DISK, diskAlone } from "./diskAlone.ts";
import { type Growth, growth } from "./growth.ts";
import { BARE, OTHERS, openOther } from "./others.ts";
import { measure, type Outcome, type Store } from "./pairs.ts";
import { type Restart, restart } from "./restart.ts";
import { SluiceStore } from "./sluice.ts";

const SENDERS = [1, 32, 256];
const DELAYS_MS = [0, 1];
/** With the most senders. */
const ROUNDS = 3;
const FILLED = 20_000;
/** By then 256 senders have a log that is cleaned as fast as it grows, and others check their points. */
const WARM_UP_MS = 5_000;
const RESTARTS = [
  { messages: 1_000_000, bodyBytes: 100 },
  { messages: 1_000_000, bodyBytes: 1_024 },
];

type Say = (text: string) => void;

interface Pace {
  readonly minutes: number;
  readonly ms: number;
  readonly warmUpMs: number;
  readonly share: number;
  readonly rounds: number;
}

interface Row extends Outcome {
  readonly delayMs: number;
}

interface Opening {
  readonly name: string;
  open(directory: string, delayMs: number): Promise<Store>;
}

/** In a directory of its own, which goes afterwards. */
async function within<T>(act: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(
    join(process.env.SLUICE_BENCH_DIRECTORY ?? tmpdir(), "sluice-durable-"),
  );
  try {
    return await act(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const sluices: Opening[] = (["always", "relaxed"] as const).map((durability) => ({
  name: `sluice, ${durability}`,
  open: (directory, delayMs) => SluiceStore.open({ directory, durability, delayMs }),
}));
const others: Opening[] = [...OTHERS.keys()].map((name) => ({
  name,
  open: (directory, delayMs) => openOther(name, directory, delayMs),
}));

/** Those that can be opened; who is not installed is said. */
async function installed(say: Say): Promise<Opening[]> {
  const found: Opening[] = [];
  for (const opening of others) {
    try {
      const store = await within((directory) => opening.open(directory, 0));
      await store.close();
      found.push(opening);
    } catch {
      say(`${opening.name} is not installed; it is left out`);
    }
  }
  return found;
}

async function pairs(pace: Pace, say: Say): Promise<Row[]> {
  const openings = [...sluices, ...(await installed(say))];
  const rows: Row[] = [];
  for (const delayMs of DELAYS_MS) {
    for (const senders of SENDERS) {
      const rounds: Row[][] = [];
      const most = senders === Math.max(...SENDERS) ? pace.rounds : 1;
      for (let round = 0; round < most; round++) {
        rounds.push(await turn(openings, { ...pace, senders, delayMs }, say));
      }
      rows.push(...medians(rounds));
    }
  }
  return rows;
}

/** Each store once, and the disk alone. */
async function turn(
  openings: readonly Opening[],
  { senders, delayMs, ...pace }: Pace & { readonly senders: number; readonly delayMs: number },
  say: Say,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { name, open } of openings) {
    say(`${name}, ${senders} senders, syncs ${delayMs} ms longer`);
    const outcome = await within(async (directory) => {
      const store = await open(directory, delayMs);
      const filled = Math.round(FILLED * pace.share);
      const found = await measure(store, { ...pace, senders, filled });
      await store.close();
      return found;
    });
    rows.push({ ...outcome, delayMs });
  }
  const alone = await within(async (path) => diskAlone(path, senders, pace.ms, delayMs));
  return [...rows, { ...alone, delayMs }];
}

/** Of rounds that have the same rows. */
function medians(rounds: readonly (readonly Row[])[]): Row[] {
  const [first = []] = rounds;
  return first.map((row, index) => {
    const same = rounds.map((round) => round[index] ?? row);
    const sorted = same.sort((one, other) => one.pairsPerSecond - other.pairsPerSecond);
    return sorted[sorted.length >> 1] ?? row;
  });
}

export async function benchDurable(
  isQuick: boolean,
  say: Say,
): Promise<{ text: string; figures: object[] }> {
  const pace: Pace = isQuick
    ? { ms: 500, warmUpMs: 200, share: 0.1, minutes: 0.1, rounds: 1 }
    : { ms: 3_000, warmUpMs: WARM_UP_MS, share: 1, minutes: 10, rounds: ROUNDS };
  const rows = await pairs(pace, say);
  for (const delayMs of DELAYS_MS) {
    say(`a consumer close behind, syncs ${delayMs} ms longer`);
    const behind = { senders: 256, ms: pace.ms, delayMs };
    rows.push({ ...(await within((directory) => closeBehind(directory, behind))), delayMs });
  }
  const restarts: Restart[] = [];
  for (const { messages, bodyBytes } of RESTARTS) {
    const count = Math.round(messages * pace.share);
    say(`a start with ${count} messages of ${bodyBytes} B`);
    restarts.push(await within((directory) => restart(directory, count, bodyBytes)));
  }
  say(`${pace.minutes} minutes at full rate`);
  const grown = await within((directory) => growth(directory, pace.minutes));
  const tables = [pairsTable(rows), restartsTable(restarts), growthTable(grown)];
  return { text: tables.map(tableText).join("\n\n"), figures: [...rows, ...restarts, grown] };
}

/** Beside another row of as many senders and the same disk. */
function shareOf(row: Row, rows: readonly Row[], name: string): number | null {
  const alone = rows.find(
    ({ store, senders, delayMs }) =>
      store === name && senders === row.senders && delayMs === row.delayMs,
  );
  return alone === undefined ? null : row.pairsPerSecond / alone.pairsPerSecond;
}

function pairsTable(rows: readonly Row[]): Table {
  return {
    caption: "A message of 1 KiB sent and one deleted, both durable",
    columns: [
      { label: "store" },
      { label: "sync longer by", unit: "ms" },
      { label: "senders" },
      { label: "pairs/s" },
      { label: "of the bare loop" },
      { label: "of the disk alone" },
      { label: "p50", unit: "ms" },
      { label: "p99", unit: "ms" },
      { label: "p99 in syncs" },
      { label: "bytes written a byte sent" },
    ],
    rows: rows.map((row) => [
      ...[row.store, row.delayMs, row.senders, Math.round(row.pairsPerSecond)],
      ...[shareOf(row, rows, BARE), shareOf(row, rows, DISK), row.p50Ms, row.p99Ms],
      ...[row.p99Syncs ?? null, row.writtenPerByte ?? null],
    ]),
  };
}

/** Each twice: with its files out of the system's memory, which is what a start is held to, and in it. */
function restartsTable(restarts: readonly Restart[]): Table {
  const rows = restarts.flatMap(({ messages, bodyBytes, cold, warm, freshPageUs, heldPerByte }) =>
    [
      { files: "on the disk", start: cold },
      { files: "in memory", start: warm },
    ].map(({ files, start }) => [
      ...[messages, bodyBytes, files, start?.startMs ?? null, start?.readMs ?? null],
      ...[start === undefined ? null : start.startMs / start.readMs, freshPageUs, heldPerByte],
    ]),
  );
  const isCold = restarts.every(({ cold }) => cold !== undefined);
  const note = isCold
    ? "files on the disk: dropped from the system's memory by dd iflag=nocache, before the reading and before the start"
    : "no dd with iflag=nocache is here, so files can't be dropped from the system's memory";
  return {
    caption: `A start with messages in the journal (${note})`,
    columns: [
      { label: "messages" },
      { label: "body", unit: "bytes" },
      { label: "files" },
      { label: "start", unit: "ms" },
      { label: "reading the files once", unit: "ms" },
      { label: "times that" },
      { label: "a page of fresh memory", unit: "us" },
      { label: "bytes held a byte of bodies" },
    ],
    rows,
  };
}

function growthTable({ minutes, pairsPerSecond, heldFirst, heldLast }: Growth): Table {
  return {
    caption: "Bytes held a byte of bodies that lie in the queue, at full rate",
    columns: [
      { label: "minutes" },
      { label: "pairs/s" },
      { label: "in the first third" },
      { label: "in the last third" },
    ],
    rows: [[minutes, Math.round(pairsPerSecond), heldFirst, heldLast]],
  };
}
