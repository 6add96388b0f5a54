/**
 * `sluice journal inspect`: what is in a journal, in tables or as JSON: its segments, what was written by
 * kinds of entries, and the queues that the next start would bring back. On the main thread.
 */
import { unpackEntry } from "../../broker/catalogue/catalogue.ts";
import {
  decodeKept,
  KEPT,
  KeptError,
  type KeptIdentity,
  keptName,
} from "../../broker/kept/entries.ts";
import { entriesOf, NoEntry } from "../../journal/entries.ts";
import type { LogEntry } from "../../journal/entry.ts";
import { HEAD_BYTES } from "../../journal/format.ts";
import type { Batch } from "../../journal/journal.ts";
import { JournalError } from "../../journal/journalError.ts";
import { segmentName } from "../../journal/names.ts";
import { openDirectory, type Reading, readAll } from "./directory.ts";
import type { KnownQueue, Summary, Tally } from "./summary.ts";
import { printed } from "./tables.ts";

export interface InspectOptions {
  readonly json?: boolean;
  readonly batches?: boolean;
  readonly entries?: boolean;
  readonly segment?: number;
}

interface SegmentTally {
  batches: number;
  recordBytes: number;
}

class Gatherer {
  readonly entries = new Map<string, Tally>();
  readonly segments = new Map<number, SegmentTally>();
  readonly queues = new Map<number, KnownQueue>();
  identity: KeptIdentity | undefined;
  messages = 0;

  take(batch: Batch): LogEntry[] {
    const segment = this.segments.get(batch.segment) ?? { batches: 0, recordBytes: 0 };
    this.segments.set(batch.segment, segment);
    segment.batches += 1;
    segment.recordBytes += batch.records.length;
    try {
      const entries = [...entriesOf(batch.records)];
      for (const entry of entries) this.#count(entry);
      return entries;
    } catch (error) {
      if (!(error instanceof KeptError) && !(error instanceof NoEntry)) throw error;
      const where = `Batch ${batch.number} of ${segmentName(batch.segment)}`;
      const code = error instanceof KeptError ? error.code : "Corrupt";
      throw new JournalError(code, `${where}: ${error.message}`, error);
    }
  }

  #count(entry: LogEntry): void {
    const name = nameOf(entry);
    const tally = this.entries.get(name) ?? { count: 0, bytes: 0 };
    this.entries.set(name, tally);
    tally.count += 1;
    tally.bytes += entry.bytes;
    if (entry.kind === "message") this.messages += 1;
    if (entry.kind === "foreign") this.#keep(entry.entry);
  }

  #keep(entry: Uint8Array): void {
    const kept = decodeKept(entry);
    if (kept.kind === KEPT.identity) this.identity = kept;
    if (kept.kind === KEPT.queue) {
      const { account, name } = unpackEntry(kept.entry);
      const { number, incarnation } = kept;
      this.queues.set(number, { number, incarnation, account, name });
    }
    if (kept.kind === KEPT.gone && this.queues.get(kept.number)?.incarnation === kept.incarnation) {
      this.queues.delete(kept.number);
    }
  }
}

export function inspect(directory: string, options: InspectOptions): void {
  const { json = false, batches = false, entries = false, segment } = options;
  try {
    const disk = openDirectory(directory);
    const gatherer = new Gatherer();
    const reading = readAll(
      disk,
      (batch) => {
        const found = gatherer.take(batch);
        const isShown = segment === undefined || batch.segment === segment;
        if (isShown && (batches || entries)) showBatch(batch, entries ? found : [], json);
      },
      () => gatherer.messages,
    );
    disk.end();
    const summary = summaryOf(directory, reading, gatherer);
    print(json ? JSON.stringify(summary) : printed(summary));
    if (reading.error === undefined) return;
    say(reading.error);
  } catch (error) {
    say(error);
  }
  process.exitCode = 1;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function say(error: unknown): void {
  process.stderr.write(`sluice: ${error instanceof Error ? error.message : String(error)}\n`);
}

/** What a kind is called, the broker's own as well. */
function nameOf(entry: LogEntry): string {
  return entry.kind === "foreign" ? keptName(entry.code) : entry.kind;
}

function showBatch(batch: Batch, entries: readonly LogEntry[], json: boolean): void {
  const { number, segment, at, position, nowMs, records } = batch;
  const time = new Date(nowMs).toISOString();
  const facts = { batch: number, segment, at, position, bytes: records.length, time };
  if (json) print(JSON.stringify(facts));
  else {
    print(
      `Batch ${number} of segment ${segment}, at byte ${at}: ${records.length} bytes of records, ${time}`,
    );
  }
  for (const entry of entries) {
    const shown = { batch: number, ...entry, at: at + HEAD_BYTES + entry.at, kind: nameOf(entry) };
    if (json) print(JSON.stringify(shown, withoutBytes));
    else print(`  ${String(shown.at).padStart(10)}  ${shown.kind}, ${entry.bytes} bytes`);
  }
}

/** What a message carries is nobody's business here; keys are wider than JSON's numbers. */
function withoutBytes(_name: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return undefined;
  return typeof value === "bigint" ? value.toString() : value;
}

function summaryOf(directory: string, reading: Reading, gatherer: Gatherer): Summary {
  const { segments, end, error } = reading;
  const first = segments.find(({ header }) => header !== undefined)?.header;
  const sum = (values: Iterable<number>): number => [...values].reduce((one, two) => one + two, 0);
  const tallies = [...gatherer.segments.values()];
  return {
    directory,
    journal: first === undefined ? null : first.id.toString(16).padStart(16, "0"),
    format: 1,
    lives: Math.max(0, ...segments.map(({ header }) => header?.life ?? 0)),
    account: gatherer.identity?.account ?? null,
    region: gatherer.identity?.region ?? null,
    segments: segments.map(({ segment, name, bytes, header }) => ({
      ...{ name, bytes, life: header?.life ?? null, firstBatch: header?.first ?? null },
      ...(gatherer.segments.get(segment) ?? { batches: 0, recordBytes: 0 }),
      writtenAt: header === undefined ? null : new Date(header.nowMs).toISOString(),
    })),
    bytes: sum(segments.map(({ bytes }) => bytes)),
    batches: sum(tallies.map((tally) => tally.batches)),
    recordBytes: sum(tallies.map((tally) => tally.recordBytes)),
    tornBytes: end === undefined ? 0 : Math.max(0, end.fileBytes - end.at),
    entries: Object.fromEntries(gatherer.entries),
    queues: [...gatherer.queues.values()].sort((one, other) => one.number - other.number),
    error: error === undefined ? null : errorOf(error),
  };
}

function errorOf({ code, message }: JournalError): { code: string; message: string } {
  return { code, message };
}
