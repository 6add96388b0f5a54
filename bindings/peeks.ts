/**
 * Peeking, from one thread: the walk that the engine makes through a queue's messages, and the text of
 * a cursor, by which a later call goes on with it, in this thread or another. Its thread only.
 *
 * A walk knows places: messages that it looked at, the last one last. It goes on behind the last that is
 * still there, and where the engine finds that one gone, behind the one before. So places are kept
 * that lie ever further apart the further back they are: a walk that lost its place passes over no more
 * messages again than lie between two of them.
 *
 * A cursor is the walk and a keyed hash of it and of what it was begun with, as base64url: from byte 16
 * of staging on, version and number of places (4), unused (4), after (8), until (8), for each place
 * its sequence (8), slot (4) and 4 unused; then the hash (8), which is over all from byte 0 to the
 * group's text behind the places.
 */
import {
  PEEK_AFTER,
  PEEK_GOES_ON,
  PEEK_GROUP_BYTES,
  PEEK_LOOKED,
  PEEK_LOST,
  PEEK_OUTCOME,
  PEEK_SEQUENCE,
  PEEK_SLOT,
  PEEK_STATES,
  PEEK_UNTIL,
  SLOT_DELAYED,
  SLOT_IN_FLIGHT,
  SLOT_READY,
  THREAD_PEEK,
  THREAD_STAGING,
} from "../assembly/layout.ts";
import type { EngineExports } from "./exports.ts";
import type { Inbox } from "./inbox.ts";
import type { Resident } from "./resident.ts";
import type { QueueHandle } from "./shapes.ts";
import type { Area } from "./views.ts";

/** The states of peeked messages. */
export const PEEKED = {
  visible: SLOT_READY,
  inFlight: SLOT_IN_FLIGHT,
  delayed: SLOT_DELAYED,
} as const;

/** What a walk is begun with, and what its cursor holds for. */
export interface PeekWalk {
  readonly queue: QueueHandle;
  /** One bit a state: 1 << PEEKED.visible and so on. */
  readonly states: number;
  /** The one group that is wanted: 1 to 128 ASCII characters; empty: all of them. */
  readonly group: string;
  /** FIFO: the engine walks along that group; else it brings those of all. */
  readonly isAlongGroup: boolean;
  /** What has no greater sequence was looked at. */
  after: number;
  /** The newest message that it brings; below 0 until the first call has found it. */
  until: number;
  /** The last one last. */
  places: PeekPlace[];
}

export interface PeekPlace {
  readonly slot: number;
  readonly sequence: number;
}

/** What one call did. */
export interface PeekStep {
  /** How many messages are in the inbox. */
  readonly count: number;
  readonly looked: number;
  readonly hasEnded: boolean;
}

/** Places are kept while what lies behind two of them is so many times what lies before. */
const SPREAD = 4;
/** More than a walk through 2^53 messages keeps. */
const PLACES_MAX = 64;

const FIRST_WORD = THREAD_PEEK >> 2;
const FIRST_DOUBLE = THREAD_PEEK >> 3;
const STAGED_WORD = THREAD_STAGING >> 2;
const STAGED_DOUBLE = THREAD_STAGING >> 3;

/** "peek": no receipt's bytes begin so and have a cursor's length. */
const CURSOR_TAG = 0x6b656570;
const CURSOR_VERSION = 1;
/** Bytes before what is given out: tag, incarnation, states, bytes of the group. */
const CONTEXT_BYTES = 16;
const HEAD_BYTES = 24;
const PLACE_BYTES = 16;
const HASH_BYTES = 8;
const CURSOR_TEXT = /^[\w-]{43,2000}$/;

export class Peeks {
  readonly #exports: EngineExports;
  readonly #thread: number;
  readonly #area: Area;
  readonly #resident: Resident;

  constructor(exports: EngineExports, thread: number, area: Area, resident: Resident) {
    this.#exports = exports;
    this.#thread = thread;
    this.#area = area;
    this.#resident = resident;
  }

  /**
   * Goes on with a walk: up to `most` messages (256 at the most) into the inbox, oldest first. A call
   * looks at no more than 250, so it may bring none and not have ended. A status where the queue is gone.
   */
  step(inbox: Inbox, walk: PeekWalk, most: number, now: number): PeekStep | number {
    const { u32, f64, text } = this.#area;
    const { queue, states, places } = walk;
    const group = walk.isAlongGroup ? walk.group : "";
    const place = places.at(-1);
    this.#resident.makeRoom(inbox);
    u32[FIRST_WORD + (PEEK_SLOT >> 2)] = place?.slot ?? 0;
    u32[FIRST_WORD + (PEEK_STATES >> 2)] = states;
    f64[FIRST_DOUBLE + (PEEK_SEQUENCE >> 3)] = place?.sequence ?? 0;
    f64[FIRST_DOUBLE + (PEEK_AFTER >> 3)] = walk.after;
    f64[FIRST_DOUBLE + (PEEK_UNTIL >> 3)] = walk.until;
    u32[FIRST_WORD + (PEEK_GROUP_BYTES >> 2)] = group.length;
    text.latin1Write(group, THREAD_STAGING, group.length);
    const { number, incarnation } = queue;
    const status = this.#exports.peek(this.#thread, number, incarnation, most, now);
    const looked = u32[FIRST_WORD + (PEEK_LOOKED >> 2)] as number;
    const outcome = u32[FIRST_WORD + (PEEK_OUTCOME >> 2)] as number;
    walk.until = f64[FIRST_DOUBLE + (PEEK_UNTIL >> 3)] as number;
    if (looked > 0) {
      const slot = u32[FIRST_WORD + (PEEK_SLOT >> 2)] as number;
      const sequence = f64[FIRST_DOUBLE + (PEEK_SEQUENCE >> 3)] as number;
      walk.after = Math.max(walk.after, sequence);
      if (outcome !== PEEK_LOST) walk.places = spread([...places, { slot, sequence }]);
    } else if (outcome === PEEK_LOST) places.pop();
    const count = this.#resident.bring(inbox, status);
    if (count < 0) return count;
    return { count, looked, hasEnded: outcome !== PEEK_GOES_ON && outcome !== PEEK_LOST };
  }

  /** The text that `resume` reads. Uses staging. */
  cursor(walk: PeekWalk): string {
    const { u32, f64, text } = this.#area;
    const { places } = walk;
    u32[STAGED_WORD + 4] = CURSOR_VERSION | (places.length << 8);
    u32[STAGED_WORD + 5] = 0;
    f64[STAGED_DOUBLE + 3] = walk.after;
    f64[STAGED_DOUBLE + 4] = walk.until;
    let double = (THREAD_STAGING + CONTEXT_BYTES + HEAD_BYTES) >> 3;
    for (const { slot, sequence } of places) {
      f64[double] = sequence;
      u32[double * 2 + 2] = slot;
      u32[double * 2 + 3] = 0;
      double += PLACE_BYTES >> 3;
    }
    const bytes = HEAD_BYTES + places.length * PLACE_BYTES;
    const hash = this.#hash(walk, bytes);
    text.latin1Write(hash, THREAD_STAGING + CONTEXT_BYTES + bytes, HASH_BYTES);
    const first = THREAD_STAGING + CONTEXT_BYTES;
    return text.base64urlSlice(first, first + bytes + HASH_BYTES);
  }

  /**
   * Sets a walk that has not begun to where a cursor says it is; false, and nothing changed, where the
   * text is no cursor of a walk that was begun so, in this memory. Uses staging.
   */
  resume(walk: PeekWalk, cursor: string): boolean {
    if (!CURSOR_TEXT.test(cursor)) return false;
    const { u32, f64, text } = this.#area;
    const first = THREAD_STAGING + CONTEXT_BYTES;
    const all = text.base64urlWrite(cursor, first, cursor.length);
    const bytes = all - HASH_BYTES;
    const count = (u32[STAGED_WORD + 4] as number) >>> 8;
    const isWhole = bytes === HEAD_BYTES + count * PLACE_BYTES && count <= PLACES_MAX;
    if (!isWhole || ((u32[STAGED_WORD + 4] as number) & 0xff) !== CURSOR_VERSION) return false;
    if (text.base64urlSlice(first, first + all) !== cursor) return false;
    const given = text.latin1Slice(first + bytes, first + all);
    if (this.#hash(walk, bytes) !== given) return false;
    walk.after = f64[STAGED_DOUBLE + 3] as number;
    walk.until = f64[STAGED_DOUBLE + 4] as number;
    walk.places = Array.from({ length: count }, (_, index) => {
      const double = (first + HEAD_BYTES + index * PLACE_BYTES) >> 3;
      return { sequence: f64[double] as number, slot: u32[double * 2 + 2] as number };
    });
    return true;
  }

  /** Of the walk's beginning and the `bytes` bytes behind it, as characters of one byte. */
  #hash({ queue, states, group }: PeekWalk, bytes: number): string {
    const { u32, text } = this.#area;
    u32[STAGED_WORD] = CURSOR_TAG;
    u32[STAGED_WORD + 1] = queue.incarnation;
    u32[STAGED_WORD + 2] = states;
    u32[STAGED_WORD + 3] = group.length;
    const end = CONTEXT_BYTES + bytes;
    text.latin1Write(group, THREAD_STAGING + end, group.length);
    this.#exports.mac(this.#thread, end + group.length);
    const at = THREAD_STAGING + end + group.length;
    return text.latin1Slice(at, at + HASH_BYTES);
  }
}

/** Without those that are not needed: see the head of this file. */
function spread(places: PeekPlace[]): PeekPlace[] {
  const newest = places.at(-1)?.sequence ?? 0;
  for (let index = places.length - 3; index >= 0; index--) {
    const farther = newest - (places[index] as PeekPlace).sequence;
    const nearer = newest - (places[index + 2] as PeekPlace).sequence;
    if (farther <= nearer * SPREAD) places.splice(index + 1, 1);
  }
  return places;
}
