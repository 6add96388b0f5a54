/**
 * Processes of a scenario that receive and handle messages. Types only; types.ts says what they are
 * made into.
 */
import type { Autoscaler } from "./autoscaler.ts";
import type { Law } from "./laws.ts";
import type { PositiveSeconds, Probability, Seconds } from "./measures.ts";
import type { Send } from "./pipeline.ts";
import type { SomeProcesses } from "./scaling.ts";

/** A time in which handlers fail, as when a database is away. */
export interface Outage {
  fromSeconds: Seconds;
  forSeconds: PositiveSeconds;
  /** Of each handling that ends within it. Default 1. */
  probability?: Probability;
}

/** Why handlers fail; each reason on its own. A handling that fails takes as long as any. */
export interface Failure {
  /** Of each handling. Default 0. */
  probability?: Probability;
  /** Of all messages, those that fail whenever they are handled. Default 0. */
  poisonShare?: Probability;
  /** Default: none. */
  outages?: Outage[];
  /**
   * `throw`: the process lives, and the message comes back by its timeout, or by `backoffSeconds`.
   * `crash`: the process dies with all that it holds, which comes back by its timeout, and starts
   * again after `coldStartSeconds`. Default throw.
   */
  kind?: "throw" | "crash";
}

/** A pause that grows with each receive of a message. */
export interface GrowingBackoff {
  /** After the first failure. */
  base: Seconds;
  /**
   * By which it grows each time. Default 2.
   * @minimum 1
   * @maximum 100
   */
  factor?: number;
  /**
   * It grows no further. Default 43200, SQS's bound.
   * @minimum 0
   * @maximum 43200
   */
  max?: number;
  /** `full`: any time from 0 to the pause. `equal`: from half of it. Default none. */
  jitter?: "none" | "full" | "equal";
}

/** Keeps messages hidden while they are handled (ChangeMessageVisibility). */
export interface Heartbeat {
  everySeconds: PositiveSeconds;
  /**
   * How long each hides the message, from then on. Default: the visibility timeout of its receive.
   * @asType integer
   * @minimum 1
   * @maximum 43200
   */
  visibilityTimeout?: number;
}

/** Deploys: each replaces every process, the oldest first. */
export interface Restarts {
  /** When, from the beginning on. */
  atSeconds?: Seconds[];
  /** How often, again and again. */
  everySeconds?: PositiveSeconds;
  /** Processes that may be away at one time: the next goes when a new one is up. Default 1. */
  maxUnavailable?: SomeProcesses;
}

/**
 * Processes that take from one queue, all alike. A process makes a receive, handles what it brought
 * and deletes it, `concurrency` times side by side.
 */
export interface Fleet {
  /** The queue's name. */
  queue: string;
  /**
   * How many processes; with an autoscaler, at the beginning (default: its least).
   * @asType integer
   * @minimum 0
   * @maximum 10000
   */
  count?: number;
  /** Who changes their number. Default none. */
  autoscaler?: Autoscaler;
  /** From the wish for one more process until it is there; `coldStartSeconds` comes after. Default 0. */
  placementSeconds?: Seconds;
  /**
   * What becomes of a process that is one too many: `kill` ends it with all that it holds, which comes
   * back by its timeout; with `drain` it receives no more and ends when it holds nothing, or is killed
   * after `graceSeconds`; with `protect` a process goes only while it holds nothing. Default drain.
   */
  scaleIn?: "kill" | "drain" | "protect";
  /** How long a draining process has. Default 30. */
  graceSeconds?: Seconds;
  /** Processes go by `scaleIn` and come by `placementSeconds`. Default: none. */
  restarts?: Restarts;
  /**
   * MaxNumberOfMessages of a receive. Default 1.
   * @asType integer
   * @minimum 1
   * @maximum 10
   */
  batch?: number;
  /**
   * WaitTimeSeconds of a receive. Default: the queue's ReceiveMessageWaitTimeSeconds.
   * @asType integer
   * @minimum 0
   * @maximum 20
   */
  waitTimeSeconds?: number;
  /** From a receive that brought nothing to the next one. Default 0. */
  pauseSeconds?: Seconds;
  /**
   * VisibilityTimeout of a receive. Default: the queue's.
   * @asType integer
   * @minimum 0
   * @maximum 43200
   */
  visibilityTimeout?: number;
  /** How long a handling takes: of one message, or of a whole batch where `handler` is batch. */
  service: Law;
  /**
   * What becomes of a receive's messages: `one` after another, all in `parallel`, or the whole
   * `batch` in one handling. Default one.
   */
  handler?: "one" | "parallel" | "batch";
  /**
   * Receives that a process has in work side by side. Default 1.
   * @asType integer
   * @minimum 1
   * @maximum 1000
   */
  concurrency?: number;
  /**
   * Messages that a process receives before it has a place to handle them; they wait hidden. Default 0.
   * @asType integer
   * @minimum 0
   * @maximum 1000
   */
  prefetch?: number;
  /**
   * What a call to SQS takes. Default 0.
   * @minimum 0
   * @maximum 60000
   */
  roundTripMs?: number;
  /** From a process's start to its first receive: at the beginning, and after a crash. Default 0. */
  coldStartSeconds?: Seconds;
  /** Default: nothing fails. */
  failure?: Failure;
  /**
   * Of a whole batch in one handling: true where only the messages that failed come back. Default
   * false: one that fails brings all of them back.
   */
  partialBatches?: boolean;
  /**
   * When a message that failed can be received again (ChangeMessageVisibility): after so many seconds,
   * or a pause that grows. Default: when its visibility timeout ends.
   */
  backoffSeconds?: Seconds | GrowingBackoff;
  /**
   * True where a receive's messages are deleted together when the last one is done, in one call.
   * Default: true where `handler` is batch.
   */
  deleteBatch?: boolean;
  /** Default: none. */
  heartbeat?: Heartbeat;
  /** The name of the resource that each handling needs a place of. Default: none. */
  uses?: string;
  /** What it sends on of each message that it has handled well. Default: nothing. */
  sends?: Send[];
  /**
   * What one process costs in an hour, in US dollars. Default 0.
   * @minimum 0
   * @maximum 10000
   */
  usdPerHour?: number;
}
