/**
 * Poison that goes round: it fails at every consumer, becomes a dead letter, and a redrive that comes again
 * and again brings it back. Nothing ends it, since what is moved counts its age anew, so that there is
 * ever more of it. Part of load.ts; pure.
 */
import type { Plan, PlannedQueue, PlannedRedrive } from "./scenario/plan.ts";

export interface PoisonLoop {
  /** The queues that it comes to, one after another, by their places. */
  readonly queues: readonly number[];
  /** The dead-letter queue behind the first of them. */
  readonly dead: number;
  /** Of all messages, those that are poison for every queue of the loop. */
  readonly share: number;
}

/** Redriven again and again, and taken by nobody: all that comes to the queue goes back. */
export function redriveOf(plan: Plan, queue: number): PlannedRedrive | undefined {
  if (plan.fleets.some((fleet) => fleet.queue === queue)) return undefined;
  return plan.redrives.find(
    ({ from, everySeconds }) => from === queue && everySeconds !== undefined,
  );
}

/** Of a queue's messages, those that all of its fleets fail at. */
function poisonShareOf(plan: Plan, queue: number): number {
  const shares = plan.fleets
    .filter((fleet) => fleet.queue === queue)
    .map(({ failure }) => failure.poisonShare);
  return shares.length === 0 ? 0 : Math.min(...shares);
}

/** The queue that a queue's poison comes to next; undefined where it stays a dead letter. */
function nextOf(plan: Plan, queue: number): number | undefined {
  const { deadLetters } = plan.queues[queue] as PlannedQueue;
  if (deadLetters === undefined || poisonShareOf(plan, queue) === 0) return undefined;
  const redrive = redriveOf(plan, deadLetters.queue);
  return redrive === undefined ? undefined : (redrive.to ?? queue);
}

/** Each loop once, from its first queue on. */
export function poisonLoops(plan: Plan): PoisonLoop[] {
  return [...plan.queues.keys()].flatMap((first) => {
    const queues = [first];
    for (let at = nextOf(plan, first); at !== first; at = nextOf(plan, at)) {
      // It ends somewhere, or goes round without this queue.
      if (at === undefined || queues.includes(at)) return [];
      queues.push(at);
    }
    if (Math.min(...queues) !== first) return [];
    const share = Math.min(...queues.map((queue) => poisonShareOf(plan, queue)));
    const dead = (plan.queues[first] as PlannedQueue).deadLetters?.queue as number;
    return [{ queues, dead, share }];
  });
}
