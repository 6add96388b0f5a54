/**
 * Whether a FIFO queue kept the order within its groups, judged afterwards from what its receivers
 * wrote down. Receives are put in order by the operation numbers of their sections; each must have
 * brought a group's oldest messages, in order and without a gap, that nobody had deleted before.
 */
import type { Delivery } from "./ledger.ts";

/** Of a message that is still there. */
export const NEVER = Number.POSITIVE_INFINITY;

interface Known {
  readonly place: number;
  readonly sequence: number;
  /** After this operation it may be absent. */
  readonly ended: number;
}

class Group {
  readonly #known = new Map<number, Known>();
  #sorted: Known[] | undefined;
  #oldest = 0;

  /** Who was delivered was there until then at least, whatever is known of its end. */
  add({ place, sequence, ended }: Known): void {
    const before = this.#known.get(place)?.ended ?? 0;
    this.#known.set(place, { place, sequence, ended: Math.max(ended, before) });
  }

  /** What a receive at `operation` brought of this group must be the oldest that were there. */
  check(places: readonly number[], operation: number): string | undefined {
    this.#sorted ??= [...this.#known.values()].sort((a, b) => a.sequence - b.sequence);
    const sorted = this.#sorted;
    while ((sorted[this.#oldest]?.ended ?? NEVER) < operation) this.#oldest++;
    let next = 0;
    for (let at = this.#oldest; next < places.length; at++) {
      const known = sorted[at];
      if (known === undefined) return `brought ${places[next]} out of order`;
      if (known.place === places[next]) next++;
      else if (known.ended > operation) {
        return `brought ${places[next]} before ${known.place}, which was there until ${known.ended}`;
      }
    }
    return undefined;
  }
}

/** One message that lies in a queue at the end. */
export interface Left {
  readonly place: number;
  readonly sequence: number;
  readonly group: number;
}

/**
 * Throws where the order was broken; answers how many deliveries could be judged. `endedAt`: the
 * operation that took a message out, NEVER for one that is there, 0 where that is not known.
 */
export function checkOrder(
  deliveries: readonly Delivery[],
  left: readonly Left[],
  endedAt: (place: number) => number,
): number {
  const groups = new Map<number, Group>();
  const groupOf = (number: number): Group => {
    const group = groups.get(number) ?? new Group();
    groups.set(number, group);
    return group;
  };
  for (const { place, sequence, group, operation } of deliveries) {
    groupOf(group).add({ place, sequence, ended: Math.max(operation, endedAt(place)) });
  }
  for (const { place, sequence, group } of left) {
    groupOf(group).add({ place, sequence, ended: NEVER });
  }
  const receives = new Map<number, Map<number, number[]>>();
  let judged = 0;
  for (const { place, operation, group } of deliveries) {
    if (operation === 0) continue;
    judged++;
    const receive = receives.get(operation) ?? new Map<number, number[]>();
    receives.set(operation, receive);
    receive.set(group, [...(receive.get(group) ?? []), place]);
  }
  const inOrder = [...receives].sort(([a], [b]) => a - b);
  for (const [operation, receive] of inOrder) {
    for (const [group, places] of receive) {
      const wrong = groupOf(group).check(places, operation);
      if (wrong !== undefined) throw new Error(`group ${group}: receive ${operation} ${wrong}`);
    }
  }
  return judged;
}
