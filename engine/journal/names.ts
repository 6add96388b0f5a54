/**
 * The names of files in a journal's directory, and what a list of them says. Pure.
 */

/** A segment: its number in ten digits. */
export function segmentName(segment: number): string {
  return `${String(segment).padStart(10, "0")}.log`;
}

/** What a segment and the reserve are called until they are whole and synced. */
export const NEW_SEGMENT = "segment.new";
export const NEW_RESERVE = "reserve.new";
/** A segment that nobody needs any more, until it is written anew. */
export const SPARE = "segment.spare";
/** The file that is given up when the disk is full. */
export const RESERVE = "reserve";
/** What the lock's files begin with (lock.ts). */
export const LOCK_PREFIX = "lock.";

export interface Listed {
  /** Numbers of segments, ascending. */
  readonly segments: readonly number[];
  readonly hasReserve: boolean;
  /** What is of no use to the next life: what a crash left unfinished, and the spare. */
  readonly unfinished: readonly string[];
  /** What is none of a journal's. */
  readonly foreign: readonly string[];
}

const SEGMENT = /^(\d{10})\.log$/;
/** What file systems and people's tools put there by themselves. */
const HARMLESS = new Set(["lost+found", ".DS_Store"]);

export function sortNames(names: readonly string[]): Listed {
  const segments: number[] = [];
  const foreign: string[] = [];
  for (const name of names) {
    const digits = SEGMENT.exec(name)?.[1];
    if (digits !== undefined) segments.push(Number(digits));
    else if (!isOurs(name)) foreign.push(name);
  }
  const unfinished = [NEW_SEGMENT, NEW_RESERVE, SPARE].filter((name) => names.includes(name));
  segments.sort((one, other) => one - other);
  return { segments, hasReserve: names.includes(RESERVE), unfinished, foreign: foreign.sort() };
}

function isOurs(name: string): boolean {
  const fixed = [RESERVE, NEW_SEGMENT, NEW_RESERVE, SPARE];
  return fixed.includes(name) || name.startsWith(LOCK_PREFIX) || HARMLESS.has(name);
}
