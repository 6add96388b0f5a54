/**
 * How messages go on in a scenario: what consumers send, and dead letters that are brought back. Types only;
 * types.ts says what they are made into.
 */
import type { PositiveSeconds, Probability, Seconds } from "./measures.ts";
import type { Groups, Sizes } from "./producer.ts";

/**
 * What a consumer sends on for each message that it has handled well, before it deletes it: a message that
 * is handled twice goes on twice. The time that it takes is in the handling's.
 */
export interface Send {
  /** The queue's name. */
  queue: string;
  /** Of each handling that went well; all or none are sent. Default 1. */
  probability?: Probability;
  /**
   * Messages that are sent, in calls of up to ten. Default 1.
   * @asType integer
   * @minimum 1
   * @maximum 1000
   */
  count?: number;
  /**
   * Each message's own delay. Default: the queue's.
   * @asType integer
   * @minimum 0
   * @maximum 900
   */
  delaySeconds?: number;
  /** Default 100. */
  bodyBytes?: Sizes;
  /** For a FIFO queue alone. Default: each message has a group of its own. */
  groups?: Groups;
}

/**
 * Brings back what is in a dead-letter queue when it begins (StartMessageMoveTask): as new messages, with
 * receives that count from 0 and a retention that begins again.
 */
export interface Redrive {
  /** The dead-letter queue's name. */
  from: string;
  /** Where to. Default: each to the queue that it came from. */
  to?: string;
  /** When it begins; with everySeconds, for the first time. */
  atSeconds?: Seconds;
  /** It begins again and again, unless it is at it. */
  everySeconds?: PositiveSeconds;
  /**
   * MaxNumberOfMessagesPerSecond. Default 500.
   * @asType integer
   * @minimum 1
   * @maximum 500
   */
  perSecond?: number;
}
