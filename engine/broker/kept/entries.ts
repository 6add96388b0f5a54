/**
 * The entries of a broker's log that are no messages: which queues there are, who the broker is, what was
 * counted. Each is one msgpackr value behind eight bytes, as docs/JOURNAL.md has them. Written by the
 * journal's thread, which alone makes and reads those of queues; metrics make their minutes themselves
 * (engine/metrics/keptMinutes.ts), so that nobody between them and the log unpacks one. Pure.
 *
 * Two of a kind and a queue: the later one in the log counts. So an entry may be written again at the log's
 * end at any time, as long as it was the last of its kind and queue.
 */
import { Packr } from "msgpackr/pack";

/** Kinds below this are the engine's: messages, and what happens to them. */
export const KEPT_KIND_FIRST = 64;
/** A queue as it is now; a queue that is deleted; who the broker is; what never goes back; metrics. */
export const KEPT = { queue: 64, gone: 65, identity: 66, counters: 67, minute: 68 } as const;
/** No entry is longer: a queue's attributes and tags fit into one of the engine's blocks. */
export const KEPT_BYTES_MAX = 65_536;

const HEAD_BYTES = 8;
const AT_KIND = 4;
const AT_PADDING = 5;

export interface KeptQueue {
  readonly number: number;
  readonly incarnation: number;
  /** What the engine knows of its settings (bindings, `takeImage`). */
  readonly image: Uint8Array;
  /** Name, attributes, tags and move tasks, as the catalogue packs them. */
  readonly entry: Uint8Array;
}

export interface KeptGone {
  readonly number: number;
  readonly incarnation: number;
  readonly account: string;
  readonly name: string;
  /** The broker's time of the deletion, or a little later. */
  readonly atMs: number;
}

export interface KeptIdentity {
  readonly secret: Uint8Array;
  readonly epoch: number;
  /** Under which group and deduplication ids are stored. */
  readonly hashVersion: number;
  readonly account: string;
  readonly region: string;
}

/** What was handed out is at most that. */
export interface KeptCounters {
  readonly incarnations: number;
  readonly births: number;
}

/** What an entry of metrics is asked by who keeps it; its rows are packed for metrics alone. */
export interface KeptMinute {
  /** Minutes of an era below that of another entry are forgotten. */
  readonly era: number;
  readonly minute: number;
  /** Nothing before that minute is known any more. */
  readonly firstMinute: number;
  readonly rows: Uint8Array;
}

export type Kept =
  | ({ readonly kind: typeof KEPT.queue } & KeptQueue)
  | ({ readonly kind: typeof KEPT.gone } & KeptGone)
  | ({ readonly kind: typeof KEPT.identity } & KeptIdentity)
  | ({ readonly kind: typeof KEPT.counters } & KeptCounters)
  | ({ readonly kind: typeof KEPT.minute } & KeptMinute);

/** An entry is not what entries are. Apart from the journal's errors, so that metrics load no journal. */
export class KeptError extends Error {
  override readonly name = "KeptError";
  readonly code: "Corrupt" | "NewerVersion";

  constructor(code: KeptError["code"], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

type Value = readonly unknown[];

const packr = new Packr({ useRecords: false });
const readers: ReadonlyMap<number, (value: Value) => Kept | undefined> = new Map([
  [KEPT.queue, readQueue],
  [KEPT.gone, readGone],
  [KEPT.identity, readIdentity],
  [KEPT.counters, readCounters],
  [KEPT.minute, readMinute],
]);

/** An entry, ready to be appended. */
export function encodeKept(kept: Kept): Uint8Array {
  const value = packr.pack(listOf(kept));
  const padding = -value.length & 7;
  const entry = new Uint8Array(HEAD_BYTES + value.length + padding);
  new DataView(entry.buffer).setUint32(0, entry.length, true);
  entry[AT_KIND] = kept.kind;
  entry[AT_PADDING] = padding;
  entry.set(value, HEAD_BYTES);
  return entry;
}

function listOf(kept: Kept): Value {
  switch (kept.kind) {
    case KEPT.queue:
      return [kept.number, kept.incarnation, kept.image, kept.entry];
    case KEPT.gone:
      return [kept.number, kept.incarnation, kept.account, kept.name, kept.atMs];
    case KEPT.identity:
      return [kept.secret, kept.epoch, kept.hashVersion, kept.account, kept.region];
    case KEPT.counters:
      return [kept.incarnations, kept.births];
    default:
      return [kept.era, kept.minute, kept.firstMinute, kept.rows];
  }
}

export function kindOf(entry: Uint8Array): number {
  return entry[AT_KIND] ?? 0;
}

/**
 * What an entry of kind KEPT_KIND_FIRST or above says; its bytes are the caller's again afterwards. Throws
 * KeptError for one that is not what its kind has: the log's checks agree, so a program wrote it so.
 */
export function decodeKept(entry: Uint8Array): Kept {
  const kind = kindOf(entry);
  const read = readers.get(kind);
  if (read === undefined) {
    throw new KeptError(
      "NewerVersion",
      `The journal has entries of kind ${kind}, which a newer version of Sluice wrote. Start that version.`,
    );
  }
  const end = entry.length - (entry[AT_PADDING] ?? 0);
  let value: unknown;
  try {
    value = packr.unpack(entry.subarray(HEAD_BYTES, end));
  } catch (error) {
    throw damaged(kind, error);
  }
  const kept = Array.isArray(value) ? read(value) : undefined;
  if (kept === undefined) throw damaged(kind);
  return kept;
}

function damaged(kind: number, cause?: unknown): KeptError {
  return new KeptError("Corrupt", `An entry of kind ${kind} is not what such entries are.`, cause);
}

function readQueue([number, incarnation, image, entry]: Value): Kept | undefined {
  if (!isCount(number) || !isCount(incarnation) || !isBytes(image) || !isBytes(entry)) return;
  // Copies: what unpack gives are views of the entry.
  return { kind: KEPT.queue, number, incarnation, image: image.slice(), entry: entry.slice() };
}

function readGone([number, incarnation, account, name, atMs]: Value): Kept | undefined {
  if (!isCount(number) || !isCount(incarnation) || !isText(account) || !isText(name)) return;
  if (typeof atMs !== "number") return;
  return { kind: KEPT.gone, number, incarnation, account, name, atMs };
}

function readIdentity([secret, epoch, hashVersion, account, region]: Value): Kept | undefined {
  if (!isBytes(secret) || !isCount(epoch) || !isCount(hashVersion)) return;
  if (!isText(account) || !isText(region)) return;
  return { kind: KEPT.identity, secret: secret.slice(), epoch, hashVersion, account, region };
}

function readCounters([incarnations, births]: Value): Kept | undefined {
  if (!isCount(incarnations) || !isCount(births)) return;
  return { kind: KEPT.counters, incarnations, births };
}

function readMinute([era, minute, firstMinute, rows]: Value): Kept | undefined {
  if (!isCount(era) || !isCount(minute) || !isCount(firstMinute) || !isBytes(rows)) return;
  return { kind: KEPT.minute, era, minute, firstMinute, rows: rows.slice() };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

const NAMES: ReadonlyMap<number, string> = new Map([
  [KEPT.queue, "queue"],
  [KEPT.gone, "queue gone"],
  [KEPT.identity, "identity"],
  [KEPT.counters, "counters"],
  [KEPT.minute, "metrics"],
]);

/** What people call a kind. */
export function keptName(kind: number): string {
  return NAMES.get(kind) ?? `kind ${kind}`;
}
