/**
 * Two plans that draw the same numbers: a part of the second draws what the part of that name in the first
 * draws, wherever they stand, and a part without a namesake draws what nobody in the first does. So one
 * more producer or fleet moves nobody's arrivals, and differences are those of the scenarios. Pure.
 */
import type { Plan } from "../scenario/plan.ts";

interface Named {
  readonly name: string;
}

/** The second plan, with the seed and the numbers of the first. */
export function paired(first: Plan, second: Plan): Plan {
  const streams = [
    numbersOf(first.producers, second.producers),
    numbersOf(first.fleets, second.fleets),
    numbersOf(first.queues, second.queues),
  ];
  return { ...second, seed: first.seed, streams };
}

function numbersOf(first: readonly Named[], second: readonly Named[]): number[] {
  const places = new Map(first.map(({ name }, index) => [name, index]));
  let free = first.length;
  return second.map(({ name }) => places.get(name) ?? free++);
}
