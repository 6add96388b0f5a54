/**
 * How many messages a second come to each queue of a plan in the long run, when what is finished in one
 * goes on to others: traffic equations, solved by going round until nothing changes. What a queue
 * finishes is what comes, and no more than it can: what lies behind a narrow place gets what that lets
 * through. Pure.
 */

/** Of what a queue finishes, messages that go to another one. */
export interface Flow {
  readonly from: number;
  readonly to: number;
  /** Messages for each that is finished. */
  readonly ratio: number;
}

/** Rounds; a cycle in which each message brings 0.999 others needs some ten thousand. */
const ROUNDS = 20_000;
const SLACK = 1e-12;

/**
 * @param external what comes to each from outside.
 * @param capacityOf how much a queue can finish, when so much comes to each.
 * @returns Infinity where each message brings one or more others, without end.
 */
export function ratesOf(
  external: readonly number[],
  flows: readonly Flow[],
  capacityOf: (queue: number, rates: readonly number[]) => number,
): number[] {
  let rates = [...external];
  for (let round = 0; round < ROUNDS; round++) {
    const finished = rates.map((rate, queue) => Math.min(rate, capacityOf(queue, rates)));
    const next = [...external];
    for (const { from, to, ratio } of flows) {
      next[to] = (next[to] as number) + (finished[from] as number) * ratio;
    }
    const isSame = next.every((rate, queue) => !differ(rate, rates[queue] as number));
    if (isSame) return next;
    // The last round tells which do not stop.
    rates =
      round < ROUNDS - 1 ? next : next.map((rate, queue) => ended(rate, rates[queue] as number));
  }
  return rates;
}

function differ(one: number, other: number): boolean {
  return Math.abs(one - other) > SLACK * Math.max(one, other);
}

function ended(rate: number, last: number): number {
  return differ(rate, last) ? Number.POSITIVE_INFINITY : rate;
}
