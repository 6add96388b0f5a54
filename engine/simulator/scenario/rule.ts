/** What the rules of a scenario (rules.ts, producerRules.ts) know of queues, and how they tell. Types only. */

/** What the rules need of a queue. */
export interface KnownQueue {
  readonly name: string;
  readonly isFifo: boolean;
  readonly maximumBytes: number;
  /** The name of the queue that its dead letters go to. */
  readonly deadLetterQueue: string | undefined;
}

/** Notes a mistake at a place in the scenario. */
export type Tell = (path: readonly string[], sentence: string) => void;

/** The queue of this name; undefined where there is none, which is told at the path. */
export type FindQueue = (name: string, path: readonly string[]) => KnownQueue | undefined;
