/** What the rules of a scenario (rules.ts, producerRules.ts) know of queues, and how they tell. Types only. */

/** What the rules need of a queue. */
export interface KnownQueue {
  readonly name: string;
  readonly isFifo: boolean;
  readonly maximumBytes: number;
}

/** Notes a mistake at a place in the scenario. */
export type Tell = (path: readonly string[], sentence: string) => void;
