/** Random questions, asked of the evaluation and of the other one, and what came of it. */
import type { Seeded } from "../support/seeded.ts";
import { type Asked, allowedThere, answerHere } from "./asked.ts";
import { type Difference, differences } from "./differences.ts";
import { drawAsked } from "./drawn.ts";

export interface Compared {
  /** Questions on which both differ, and no reason is listed. */
  readonly unexplained: readonly Asked[];
  /** How often each reason explained a difference. */
  readonly explained: ReadonlyMap<Difference, number>;
  readonly allowed: number;
  /** How often both answered, and the same. */
  readonly agreed: number;
}

export async function compare(random: Seeded, count: number): Promise<Compared> {
  const unexplained: Asked[] = [];
  const explained = new Map<Difference, number>();
  let [allowed, agreed] = [0, 0];
  for (let index = 0; index < count; index++) {
    const asked = drawAsked(random);
    const here = answerHere(asked).allowed;
    if (here) allowed++;
    if ((await allowedThere(asked)) === here) {
      agreed++;
      continue;
    }
    const reason = differences.find(({ concerns }) => concerns(asked));
    if (reason === undefined) unexplained.push(asked);
    else explained.set(reason, (explained.get(reason) ?? 0) + 1);
  }
  return { unexplained, explained, allowed, agreed };
}
