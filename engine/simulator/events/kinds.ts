/**
 * What may happen: an event is a kind, and which part it happens to, in one number. A leaf.
 */

const KINDS = 16;

/** A producer's next moment. */
export const ARRIVAL = 0;
/** A lane has handled a message, or its batch. */
export const DONE = 1;
/** A queue's timer: something becomes visible, or expires. */
export const TIMER = 2;
/** A lane's receive has waited as long as it may. */
export const WAIT_OVER = 3;
/** A lane begins: it makes a receive. */
export const NEXT = 4;
/** A lane's receive has come to the queue. */
export const LOOK = 5;
/** What a receive brought has come to the lane. */
export const START = 6;
/** What a lane says of its messages has come to the queue. */
export const SETTLE = 7;
/** The queue's answer to that has come to the lane. */
export const SETTLED = 8;
/** One of a lane's messages that are handled side by side is done; its part is a place. */
export const PLACE_DONE = 9;
/** As SETTLE, of one place. */
export const PLACE_SETTLE = 10;
/** A lane extends what it holds. */
export const BEAT = 11;
/** A message is sent again. */
export const COPY = 12;
/** The run's time is over, or its warm-up's. */
export const MOMENT = 14;
/** An action of the agenda; its part is the action's number. */
export const CONTROL = 15;

export function eventOf(kind: number, part: number): number {
  return part * KINDS + kind;
}

export function kindOf(event: number): number {
  return event & (KINDS - 1);
}

export function partOf(event: number): number {
  return event >> 4;
}
