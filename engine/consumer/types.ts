/**
 * The shapes of parallel consumers: what a program hands to `consume`, what it gets back, and what a
 * handler's module exports. Types only.
 */
import type { EventEmitter } from "node:events";
import type { Writable } from "node:stream";
import type { ResourceLimits } from "node:worker_threads";
import type { Broker } from "../broker/broker.ts";
import type { MessageBatch } from "../broker/messages/batch.ts";
import type { HandledCounts } from "../broker/messages/recent.ts";
import type { Message, Queue } from "../types.ts";

export type { HandledCounts };

export interface ConsumeOptions {
  /**
   * Threads of the pool: 1 to 62. Default: as many as the machine has cores, fewer where that would
   * be less than 256 MiB of memory for each.
   */
  threads?: number;
  /** Messages a receive takes: 1 to 256. Default 10. */
  batch?: number;
  /** Messages of one thread handled at the same time (default handler only): 1 to 256. Default 1. */
  concurrency?: number;
  /** Seconds, 0 to 43,200, fractions allowed. Default: the queue's. */
  visibilityTimeout?: number;
  /** The steward extends what a thread has in hand. Default true. */
  heartbeat?: boolean;
  /**
   * Seconds (0 to 43,200) until a message whose handler failed comes back; called in this thread,
   * with how often it was received. Default: when its visibility timeout is over.
   */
  backoffSeconds?: (receiveCount: number) => number;
  /** Handed to the handler's module as `context.data`; what structuredClone can copy. */
  data?: unknown;
  /** Node's limits for each thread. A heap limit is best effort: Node may abort the whole process. */
  resourceLimits?: ResourceLimits;
  /** Options of Node for each thread, such as `["--import", FILE]`. Default: this process's. */
  execArgv?: readonly string[];
  /** Environment variables of each thread. Default: this process's. */
  env?: Readonly<Record<string, string>>;
  /**
   * Runs the module in this thread, for debuggers, coverage and test runners: true, or a function
   * that imports it, where only the caller can (`() => import("./handler.ts")` under a test runner).
   */
  inline?: boolean | (() => Promise<object>);
  /** Replaces a thread in good order after so many messages. Default: never. */
  recycleAfter?: number;
  /** Deaths of threads in a row, without one handled message, before it gives up. Default 5. */
  maxDeathsInARow?: number;
  /**
   * Where what the threads print goes: "labelled" (default; this process's stdout and stderr, each
   * line with queue and thread in front), "inherit" (as it is), or streams of your own.
   */
  output?: "labelled" | "inherit" | { stdout: Writable; stderr: Writable };
  /** Stops the consumer as `stop()` does. */
  signal?: AbortSignal;
}

/** `handled` counts completed handlers whose messages are deleted, repeats included. */
export interface ThreadStats extends HandledCounts {
  /** Of node:worker_threads; undefined while the place waits for a thread. */
  readonly threadId: number | undefined;
  readonly received: number;
  readonly inHand: number;
  /** How long ago the oldest message in hand was received; undefined: none is in hand. */
  readonly oldestInHandMs: number | undefined;
  /** Share of the time, 0 to 1, in which the thread was not waiting; since it began. */
  readonly utilization: number;
  /**
   * Node's, 0 to 1, since the thread began; a thread that blocks for `handleSync` shows 1. Undefined
   * while the place waits for a thread.
   */
  readonly eventLoopUtilization: number | undefined;
  /** Of the last 1,000 ms, and of up to 100 more. */
  readonly lastSecond: HandledCounts;
  /** Of the last 60 seconds, and of up to one more. */
  readonly lastMinute: HandledCounts;
}

/** Totals since the start; the counts of threads that died stay in them. */
export interface ConsumerStats extends HandledCounts {
  /** Threads that work now. */
  readonly threads: number;
  readonly received: number;
  readonly inHand: number;
  readonly threadsDied: number;
  readonly lastSecond: HandledCounts;
  readonly lastMinute: HandledCounts;
  /** One a place in the pool, in order; who takes a dead thread's place goes on in its counts. */
  readonly byThread: readonly ThreadStats[];
}

export interface ThreadDeath {
  readonly error: Error;
  /** Undefined where Node did not say. */
  readonly exitCode: number | undefined;
  readonly threadId: number;
  /** What it had in hand; these messages come back when their timeout is over. */
  readonly messageIds: readonly string[];
}

export interface ConsumerEvents {
  /** So many handlers have completed since the last such event. */
  processed: [count: number];
  failed: [messageId: string, error: Error];
  threadDied: [death: ThreadDeath];
  /** Nothing visible, nothing in flight, nothing in hand; once each time that becomes true. */
  drained: [];
  error: [error: Error];
}

export interface StopOptions {
  /** Finish what is in hand; false: only what a handler is working on, a second at the longest. */
  drain?: boolean;
  /** Milliseconds until threads that still compute are ended and their messages given back. */
  deadlineMs?: number;
}

export interface Consumer extends EventEmitter<ConsumerEvents>, AsyncDisposable {
  /** Resolves when all threads receive; rejects when the handler's module can't be used. */
  readonly ready: Promise<void>;
  stats(): ConsumerStats;
  /**
   * Stops receiving. With `drain` (default) what is in hand is finished, `deadlineMs` (30,000) at the
   * longest; the rest is given back. Resolves when all threads have ended, or at the deadline.
   */
  stop(options?: StopOptions): Promise<void>;
}

/** What a handler's module is called with, the same object each time in one thread. */
export interface HandlerContext {
  /** Given when the consumer stops. With `handleSync` it is given between two batches. */
  readonly signal: AbortSignal;
  readonly broker: Broker;
  readonly queue: Queue;
  readonly data: unknown;
}

export type Handler = (message: Message, context: HandlerContext) => void | Promise<void>;

/** As AWS Lambda's: an `itemIdentifier` is a message's id. */
export interface BatchResponse {
  batchItemFailures: readonly { itemIdentifier: string }[];
}

export type BatchHandler =
  | ((messages: readonly Message[], context: HandlerContext) => void | Promise<void>)
  | ((
      messages: readonly Message[],
      context: HandlerContext,
    ) => BatchResponse | undefined | Promise<BatchResponse | undefined>);

/** No promise, no object a message. Answers the indexes that failed, or nothing. */
export type SyncHandler =
  | ((batch: MessageBatch, context: HandlerContext) => void)
  | ((batch: MessageBatch, context: HandlerContext) => readonly number[] | undefined);

/** A handler's module: one of the three handlers and, if it likes, what runs once a thread. */
export interface HandlerModule {
  default?: Handler;
  handleBatch?: BatchHandler;
  handleSync?: SyncHandler;
  setup?: (context: HandlerContext) => void | Promise<void>;
  close?: (context: HandlerContext) => void | Promise<void>;
}
