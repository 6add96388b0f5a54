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
/** A lane makes a receive. */
export const LOOK = 4;
/** The run's time is over. */
export const END = 5;

export function eventOf(kind: number, part: number): number {
  return part * KINDS + kind;
}

export function kindOf(event: number): number {
  return event & (KINDS - 1);
}

export function partOf(event: number): number {
  return event >> 4;
}
