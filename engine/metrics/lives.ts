/**
 * All queues that there are and were, by account and name. Of deleted ones so many are remembered, the
 * last ones, for as long as anything of their time is kept. Written by the sampler alone; own thread only.
 */
import { READINGS, type Surveyed } from "../broker/survey.ts";
import type { Life } from "./life.ts";
import type { Store } from "./store.ts";

/** Deleted queues that are remembered: as many as there can be living ones. */
export const ENDED_MAX = 4_096;

const none: readonly Life[] = [];

/** Which queue is meant, whichever of those that have had this account and name. */
export type LifeKey = Pick<Surveyed, "account" | "name">;

function textOf({ account, name }: LifeKey): string {
  return `${account}/${name}`;
}

export class Lives {
  /** The last numbers of the queues without a name that are gone, added up: sums that never fall. */
  readonly gone: Float64Array = new Float64Array(READINGS);
  readonly #namedMax: number;
  #namedCount = 0;
  /** By account and name, a slash between them. */
  readonly #named = new Map<string, Life[]>();
  readonly #present = new Set<Life>();
  /** In the order in which they were deleted. */
  readonly #ended = new Set<Life>();

  /** `namedMax`: of how many queues at a time each is told by its name. */
  constructor(namedMax: number) {
    this.#namedMax = namedMax;
  }

  /** The queues that there are. */
  present(): Iterable<Life> {
    return this.#present;
  }

  /** The queue of this account and name that is there now. */
  current(key: LifeKey): Life | undefined {
    const last = this.named(key).at(-1);
    return last?.isEnded === false ? last : undefined;
  }

  /** All that have had this account and name, the first one first. */
  named(key: LifeKey): readonly Life[] {
    return this.#named.get(textOf(key)) ?? none;
  }

  /** All that there are and were, those of one account and name together, the first one first. */
  all(): Iterable<readonly Life[]> {
    return this.#named.values();
  }

  begin(life: Life): void {
    this.#present.add(life);
    life.isNamed = this.#namedCount < this.#namedMax;
    if (life.isNamed) this.#namedCount += 1;
    const others = this.#named.get(textOf(life));
    if (others === undefined) this.#named.set(textOf(life), [life]);
    else others.push(life);
  }

  end(life: Life, store: Store): void {
    life.isEnded = true;
    this.#present.delete(life);
    if (life.isNamed) this.#namedCount -= 1;
    else for (const [place, value] of life.last.entries()) (this.gone[place] as number) += value;
    this.#ended.add(life);
    if (this.#ended.size <= ENDED_MAX) return;
    const [first] = this.#ended;
    if (first === undefined) return;
    store.forget(first);
    this.#remove(first);
  }

  /** Forgets queues that were deleted before this minute, of which nothing is kept any more. */
  expire(firstMinute: number): void {
    for (const life of this.#ended) if (life.lastMinute < firstMinute) this.#remove(life);
  }

  #remove(life: Life): void {
    this.#ended.delete(life);
    const others = this.named(life).filter((other) => other !== life);
    if (others.length === 0) this.#named.delete(textOf(life));
    else this.#named.set(textOf(life), others);
  }
}
