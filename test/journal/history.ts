/**
 * A journal under a random load on a simulated disk, through several lives, beside a model of what it
 * promises: what comes back after a crash is a prefix of what was appended, whole batches of it, at or beyond
 * what was acknowledged, without a byte that was never sent, and from a segment that may be the oldest.
 */
import { FileJournal } from "../../engine/journal/fileJournal.ts";
import { PAGE_BYTES } from "../../engine/journal/format.ts";
import { JournalError } from "../../engine/journal/journalError.ts";
import { segmentName } from "../../engine/journal/names.ts";
import { Seeded } from "../support/seeded.ts";
import { makeRecord, recordsOf } from "./records.ts";
import { Crash, type Fault, SimulatedDisk } from "./simulatedDisk.ts";

export const SETTINGS = {
  segmentBytes: 6 * PAGE_BYTES,
  batchBytes: 3 * PAGE_BYTES - 64,
  lowBytes: 12 * PAGE_BYTES,
};

const START_MS = 1_000;

interface Sent {
  readonly bytes: Uint8Array;
  /** The position behind it. */
  readonly end: number;
  /** The segment it was written into: known once it was. */
  segment: number;
}

/** What a journal must give back. */
export class Model {
  readonly sent: Sent[] = [];
  /** How many were sent when a batch was sealed: where the log may end. */
  readonly ends = new Set<number>([0]);
  acknowledged = 0;
  /** Which segment `discardBefore` named last. */
  discarded = 1;
  begun = 0;

  /** Compares what came back, and goes on from there: what is lost now was never acknowledged. */
  check(batches: readonly { segment: number; records: Uint8Array[] }[], position: number): void {
    const found = batches.flatMap(({ records }) => records);
    const segments = batches.flatMap(({ segment, records }) => records.map(() => segment));
    const first = found[0];
    // What comes back without a record ends before any, or behind all that may be missing.
    const begin = first === undefined ? this.#endAt(position) : indexOf(first);
    const end = begin + found.length;
    found.forEach((bytes, offset) => {
      const sent = this.sent[begin + offset];
      if (sent === undefined || Buffer.compare(sent.bytes, bytes) !== 0) {
        throw new Error(`record ${begin + offset} is not what was sent`);
      }
      sent.segment = segments[offset] ?? 0;
    });
    const needed = this.sent.findIndex(({ segment }) => segment >= this.discarded);
    if (begin > (needed < 0 ? this.sent.length : needed)) {
      throw new Error(`begins with record ${begin}, but ${needed} is needed`);
    }
    if (end < this.acknowledged) {
      throw new Error(`ends with record ${end}, but ${this.acknowledged} were acknowledged`);
    }
    if (!this.ends.has(end)) throw new Error(`ends with record ${end}, in the middle of a batch`);
    if (position !== (this.sent[end - 1]?.end ?? 0))
      throw new Error(`ends at position ${position}`);
    this.sent.length = end;
    for (const known of [...this.ends]) if (known > end) this.ends.delete(known);
  }

  #endAt(position: number): number {
    return this.sent.findIndex(({ end }) => end === position) + 1;
  }
}

function indexOf(record: Uint8Array): number {
  return new DataView(record.buffer, record.byteOffset).getUint32(4, true);
}

/** How a life goes. */
export interface LifePlan {
  /** The call of the disk at which it ends; none: it ends in order, after `steps`. */
  readonly crashAt?: number;
  readonly steps: number;
  readonly fault?: Fault;
  readonly capacityBytes?: number;
  readonly shortness?: number;
  /** What ends it: the machine (what is not synced may be lost), or the process alone. */
  readonly end: "power" | "kill";
  /** Acknowledged when written, synced now and then. */
  readonly relaxed?: boolean;
}

/** Tells how a life ended. */
export interface LifeEnd {
  readonly calls: number;
  readonly error?: unknown;
  readonly log: readonly string[];
}

/** One life of a journal on a disk. Resolves when it is over, whatever ended it. */
export async function live(
  disk: SimulatedDisk,
  model: Model,
  plan: LifePlan,
  seed: number,
): Promise<LifeEnd> {
  disk.crashAt = plan.crashAt ?? Number.POSITIVE_INFINITY;
  disk.fault = plan.fault;
  disk.shortness = plan.shortness ?? 0;
  if (plan.capacityBytes !== undefined) disk.capacityBytes = plan.capacityBytes;
  const journal = new FileJournal(disk, SETTINGS);
  let error: unknown;
  try {
    const batches: { segment: number; records: Uint8Array[] }[] = [];
    const { position, lives } = await journal.replay((batch) => {
      batches.push({
        segment: batch.segment,
        records: recordsOf(batch).map(({ bytes }) => bytes),
      });
    });
    model.check(batches, position);
    if (lives > model.begun) throw new Error(`${lives} lives, but ${model.begun} were begun`);
    await begin(journal, model, START_MS * (lives + 1));
    await work(journal, model, plan, new Seeded(seed));
  } catch (thrown) {
    error = thrown;
  }
  if (!disk.isDead) {
    if (error instanceof JournalError) await refuseMore(disk, journal, error);
    model.ends.add(model.sent.length);
    const oldest = error === undefined ? journal.oldestSegment : 0;
    await journal.close(START_MS).catch((late: unknown) => {
      error ??= late;
    });
    if (error === undefined) {
      model.acknowledged = model.sent.length;
      refuseLeftovers(disk, oldest);
    }
  }
  return { calls: disk.calls, error, log: disk.log };
}

/** After an error that is final nothing more reaches the disk, and nothing more is acknowledged. */
async function refuseMore(
  disk: SimulatedDisk,
  journal: FileJournal,
  error: JournalError,
): Promise<void> {
  if (error.retryable) return;
  const { calls } = disk;
  for (const call of [() => journal.commit(0), () => journal.sync(), () => journal.mark(0)]) {
    const again = await call().then(
      () => "it went on",
      (thrown: unknown) => thrown,
    );
    const isSame =
      again === error || (again instanceof Error && /begin it first/.test(again.message));
    if (!isSame) throw new Error(`after "${error.message}"`, { cause: again });
  }
  if (disk.calls > calls) throw new Error(`the disk was called after "${error.message}"`);
}

/** A life that ends in order leaves the segments that hang together, and the reserve. */
function refuseLeftovers(disk: SimulatedDisk, oldest: number): void {
  const left = disk.list().filter((name) => name !== "reserve");
  const names = left.map((_, index) => segmentName(oldest + index));
  if (left.join() !== names.join()) throw new Error(`the directory has ${left}, from ${oldest} on`);
}

async function begin(journal: FileJournal, model: Model, nowMs: number): Promise<void> {
  model.begun += 1;
  await journal.begin(nowMs);
}

/** Random calls. A call that may be tried again is passed over; any other error ends the work. */
async function work(
  journal: FileJournal,
  model: Model,
  plan: LifePlan,
  random: Seeded,
): Promise<void> {
  let nowMs = START_MS * (model.begun + 1);
  for (let step = 0; step < plan.steps; step++) {
    nowMs += random.between(0, 20);
    const isLazy = plan.relaxed === true && step % 4 > 0;
    try {
      await STEPS[random.between(0, STEPS.length - 1)]?.({
        journal,
        model,
        random,
        nowMs,
        isLazy,
      });
    } catch (error) {
      if (!(error instanceof JournalError && error.retryable)) throw error;
    } finally {
      // Also after an error: what it says is durable then must be so.
      note(journal, model);
    }
  }
}

interface Step {
  readonly journal: FileJournal;
  readonly model: Model;
  readonly random: Seeded;
  readonly nowMs: number;
  /** Whether the sync comes another time. */
  readonly isLazy: boolean;
}

const STEPS: readonly ((step: Step) => void | Promise<void>)[] = [
  append,
  append,
  append,
  commit,
  commit,
  tick,
  discard,
];

function append({ journal, model, random }: Step): void {
  const length = random.between(12, random.chance(0.2) ? 5_000 : 700);
  if (length > journal.gatherRoom) return;
  const bytes = makeRecord(model.sent.length, model.begun, length);
  // Until it is written it belongs to the segment after all others.
  const end = journal.append(bytes);
  model.sent.push({ bytes, end, segment: Number.POSITIVE_INFINITY });
}

/** Remembers what is acknowledged, and where things were written. */
function note(journal: FileJournal, model: Model): void {
  const { durable, written, currentSegment } = journal;
  while ((model.sent[model.acknowledged]?.end ?? Number.POSITIVE_INFINITY) <= durable) {
    model.acknowledged += 1;
  }
  for (let index = model.sent.length - 1; index >= 0; index--) {
    const sent = model.sent[index];
    if (sent === undefined || sent.segment !== Number.POSITIVE_INFINITY) break;
    if (sent.end <= written) sent.segment = currentSegment;
  }
}

async function commit({ journal, model, nowMs, isLazy }: Step): Promise<void> {
  model.ends.add(model.sent.length);
  await journal.write(nowMs);
  if (!isLazy) await journal.sync();
}

async function tick(step: Step): Promise<void> {
  const { journal, model, nowMs } = step;
  await journal.survey();
  await commit(step);
  // The mark may stand in a new segment.
  note(journal, model);
  await journal.mark(nowMs);
}

async function discard({ journal, model, random }: Step): Promise<void> {
  const segment = journal.currentSegment - random.between(0, 2);
  if (segment > model.discarded && segment >= journal.oldestSegment) {
    journal.discardBefore(segment);
    model.discarded = segment;
  }
  await journal.clean();
  const oldest = journal.oldestSegment;
  if (oldest > model.discarded) throw new Error(`cleaned up to segment ${oldest}`);
}

/** Several lives, one after the other, and one more that only reads. */
export async function history(seed: number, plans: readonly LifePlan[]): Promise<LifeEnd[]> {
  const random = new Seeded(seed);
  const model = new Model();
  let disk = new SimulatedDisk(new Seeded(random.between(0, 2 ** 32 - 1)));
  const ends: LifeEnd[] = [];
  for (const plan of [...plans, { steps: 0, end: "power" } as const]) {
    const end = await live(disk, model, plan, random.between(0, 2 ** 32 - 1));
    ends.push(end);
    refuseUnexpected(disk, plan, end.error);
    const next = new Seeded(random.between(0, 2 ** 32 - 1));
    disk = plan.end === "kill" ? disk.inherited(next) : disk.restarted(next);
  }
  return ends;
}

/** Lives end in order, by the crash or by the fault that were planned, and leave no file open. */
function refuseUnexpected(disk: SimulatedDisk, plan: LifePlan, error: unknown): void {
  const isPlanned = disk.isDead
    ? isCrash(error)
    : error === undefined || (error instanceof JournalError && plan.fault !== undefined);
  if (!isPlanned) throw error;
  if (!disk.isDead && disk.openFiles > 0) throw new Error(`${disk.openFiles} files are open`);
}

/** The disk's crash, or what the journal made of it. */
function isCrash(error: unknown): boolean {
  const cause = error instanceof JournalError ? error.cause : error;
  return cause instanceof Crash;
}
