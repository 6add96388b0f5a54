/** What a thread of fifoThreads.ts is told, and the words that all of them share. */
import type { QueueNumbers, Share } from "../history/sections.ts";

/** Messages sent, duplicates included. */
export const SENT = 0;
/** 1 when nobody sends any more. */
export const STOPPED = 1;

export interface Order {
  readonly share: Share;
  readonly queue: QueueNumbers;
  readonly seed: number;
  readonly groups: number;
  readonly words: Int32Array;
  /** Of a SurvivingHistory. */
  readonly history: SharedArrayBuffer;
}
