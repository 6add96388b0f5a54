/**
 * What a log that ends at a position must give back, by what was written down of its course (course.ts): each
 * queue as the last of its parts shows it, less what a later part of another queue says came in there; what left and
 * came in nowhere among the arrivals of its target, or back in its queue's. And whether a memory is that.
 */
import { DEDUPLICATION_MS, SLOT_DELAYED, SLOT_READY } from "../../../../assembly/layout.ts";
import type { MovedSlot } from "../../../../bindings/movedSlots.ts";
import type { Known } from "../../../../engine/broker/catalogue/catalogue.ts";
import { type MessagePicture, pictureOf, type QueuePicture } from "../../../journal/picture.ts";
import type { Course, Departure, Listing, Part } from "./course.ts";
import type { Inside } from "./driven.ts";

const NOTHING: QueuePicture = {
  ...{ messages: [], visible: 0, inFlight: 0, delayed: 0, groupsInFlight: 0, arrivals: [] },
  ...{ purgeSequence: 0, totals: [0, 0, 0, 0, 0, 0, 0, 0], nodes: [], attempts: [] },
};

export interface ExpectedQueue {
  readonly known: Known;
  readonly part: Part | undefined;
  readonly messages: readonly MessagePicture[];
}

export interface Expected {
  readonly queues: readonly ExpectedQueue[];
  /** What is between two queues. */
  readonly departed: ReadonlyMap<number, Departure>;
  /** The log ends within a part, or within what it says of queues: then not all can be known. */
  readonly isTorn: boolean;
}

interface Moves {
  readonly open: Map<number, Departure>;
  /** The index of the part that says so, by birth. */
  readonly cameAt: Map<number, number>;
}

/** What left and what came in, in the order of the log: of two queues either may be said first. */
function movesOf(parts: readonly Part[]): Moves {
  const open = new Map<number, Departure>();
  const cameAt = new Map<number, number>();
  const early = new Set<number>();
  parts.forEach((part, index) => {
    for (const departure of part.left) {
      if (!early.delete(departure.birth)) open.set(departure.birth, departure);
    }
    for (const birth of part.came) {
      cameAt.set(birth, index);
      if (!open.delete(birth)) early.add(birth);
    }
  });
  return { open, cameAt };
}

export function expectedAt({ parts, listings }: Course, position: number): Expected {
  const within = parts.filter(({ end }) => end <= position);
  const listing = listings.findLast(({ end }) => end <= position);
  const cuts = ({ begin, end }: Part | Listing): boolean => begin < position && position < end;
  const { open, cameAt } = movesOf(within);
  const queues = [...(listing?.queues.values() ?? [])].map((known) => {
    // A part without a byte says nothing, not even what was counted.
    const isOf = ({ incarnation, begin, end }: Part): boolean =>
      incarnation === known.incarnation && end > begin;
    const index = within.findLastIndex(isOf);
    const part = within[index];
    const isHere = ({ birth }: MessagePicture): boolean => (cameAt.get(birth) ?? -1) <= index;
    return { known, part, messages: part?.picture.messages.filter(isHere) ?? [] };
  });
  return { queues, departed: open, isTorn: parts.some(cuts) || listings.some(cuts) };
}

/** A memory right after its recovery. */
export interface Recovered {
  readonly nowMs: number;
  readonly moved: readonly MovedSlot[];
  /** By incarnation. */
  readonly queues: ReadonlyMap<number, QueuePicture>;
  /** The first invariant that does not hold; 0: all do. */
  readonly verdict: number;
}

/** `isThorough`: with all invariants of the memory. */
export function lookAt(
  inside: Inside,
  moved: readonly MovedSlot[],
  isThorough: boolean,
): Recovered {
  const { queues } = inside;
  const pictures = new Map<number, QueuePicture>();
  for (let number = 0; number < queues.used; number++) {
    if (queues.isLive(number)) pictures.set(queues.incarnation(number), pictureOf(inside, number));
  }
  return {
    nowMs: inside.nowMs,
    moved,
    queues: pictures,
    verdict: isThorough ? inside.verify() : 0,
  };
}

/**
 * As it is at a moment, whether its timer, or the delay of its FIFO queue, has made it so yet or not: neither is
 * in the log. Nor is a message's hiding for a moment because it could not depart yet.
 */
function seenAt(picture: MessagePicture, { details }: Known, nowMs: number): MessagePicture {
  const { dueMs, sentAtMs, state } = picture;
  const { fifoQueue, delaySeconds } = details.attributes;
  const isDelayed = fifoQueue === true && state === SLOT_DELAYED;
  const isHeld = isDelayed && sentAtMs + delaySeconds * 1_000 > nowMs;
  return isHeld || dueMs > nowMs ? picture : { ...picture, state: SLOT_READY, dueMs: 0 };
}

/** Whether what is of the moment in this word of a row is remembered. */
function isRemembered(row: string, word: number, nowMs: number): boolean {
  return Number(row.split(" ")[word]) + DEDUPLICATION_MS > nowMs;
}

function plain(
  { known, part, messages }: ExpectedQueue,
  { moved, nowMs }: Recovered,
  found: QueuePicture,
): string[] {
  const { incarnation } = known;
  const elsewhere = new Set<number>();
  for (const row of moved) if (row.incarnation === incarnation) elsewhere.add(row.sequence);
  const shown = (picture: MessagePicture): string => {
    const slot = elsewhere.has(picture.sequence) ? 0 : picture.slot;
    return JSON.stringify({ ...seenAt(picture, known, nowMs), slot });
  };
  const { purgeSequence, totals, nodes, attempts } = found;
  return [
    ...messages.map(shown),
    `purged ${purgeSequence}`,
    // A part that is short says none.
    `totals ${part?.isShort === true ? "" : totals}`,
    ...nodes.filter((row) => isRemembered(row, 3, nowMs)).map((row) => `node ${row}`),
    ...attempts.filter((row) => isRemembered(row, 2, nowMs)).map((row) => `attempt ${row}`),
  ];
}

/** What of a memory is not as expected, in sentences. */
export function differences(expected: Expected, recovered: Recovered): string[] {
  const found = recovered.verdict === 0 ? [] : [`invariant ${recovered.verdict} does not hold`];
  if (expected.isTorn) return found;
  const live = new Set(expected.queues.map(({ known }) => known.incarnation));
  for (const incarnation of recovered.queues.keys()) {
    if (!live.has(incarnation)) found.push(`a queue of incarnation ${incarnation} is there`);
  }
  for (const queue of expected.queues) {
    const { name, incarnation } = queue.known;
    const picture = recovered.queues.get(incarnation);
    if (picture === undefined) found.push(`${name}, incarnation ${incarnation}, is not there`);
    else found.push(...compare(queue, recovered, picture));
  }
  return [...found, ...unarrived(expected, recovered, live)];
}

function compare(queue: ExpectedQueue, recovered: Recovered, picture: QueuePicture): string[] {
  const { part, known } = queue;
  const wanted = plain(queue, recovered, part?.picture ?? NOTHING);
  const had = plain({ ...queue, messages: picture.messages }, recovered, picture);
  if (wanted.join() === had.join()) return [];
  const lacking = wanted.filter((line) => !had.includes(line)).map((line) => `lacks ${line}`);
  const added = had.filter((line) => !wanted.includes(line)).map((line) => `has ${line}`);
  const all = [...lacking, ...added];
  const lines = all.length > 0 ? all : ["another order"];
  return lines.map((line) => `${known.name} (${known.incarnation}): ${line}`);
}

function unarrived(
  { departed }: Expected,
  { queues }: Recovered,
  live: ReadonlySet<number>,
): string[] {
  const arrivals = [...queues.values()].flatMap((picture) => picture.arrivals);
  const found = arrivals
    .filter((birth, index) => !departed.has(birth) || arrivals.indexOf(birth) !== index)
    .map((birth) => `birth ${birth} arrives and did not leave`);
  for (const { birth, from, to } of departed.values()) {
    const isMissing = (live.has(to) || live.has(from)) && !arrivals.includes(birth);
    if (isMissing) found.push(`birth ${birth}, from ${from} to ${to}, arrives nowhere`);
  }
  return found;
}

/** A task's thread and its word, and how often a queue was changed: each life has its own. */
const OF_A_LIFE: ReadonlySet<string> = new Set(["thread", "word", "version"]);

/** All that the catalogue has of queues. */
export function catalogueText(queues: ReadonlyMap<string, Known>): string[] {
  const kept = (key: string, value: unknown): unknown => (OF_A_LIFE.has(key) ? undefined : value);
  return [...queues].map(([name, known]) => `${name}: ${JSON.stringify(known, kept)}`).sort();
}
