/** What the threads of a flow tell one another. Types, and the one clock that all of them share. */
import type { BrokerHandle, SendEntry } from "../../engine/index.ts";
import type { Case } from "../result/schema.ts";
import type { BodyKind } from "./bodies.ts";
import type { Arrival, TallyShape } from "./tally.ts";

/** Milliseconds on the clock that is the same in all threads, fractions to the nanosecond. */
export function clockMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** What goes wrong on purpose, so that it can be seen to be found. */
export type Injection = "loss" | "duplicate" | "reorder" | "wrong byte";

/**
 * Messages at a fixed rate, those of a call together: number `n` of a producer is due at
 * `fromMs + (n - n % batch) * everyMs`.
 */
export interface Schedule {
  readonly fromMs: number;
  readonly everyMs: number;
  readonly batch: number;
  /** From this number on latencies are kept, */
  readonly keptFrom: number;
  /** for each so many numbers apart. */
  readonly windowMessages: number;
}

export interface FlowSpec {
  readonly case: Case & Required<Pick<Case, "batch" | "bodyBytes" | "producers" | "consumers">>;
  readonly body: BodyKind;
  /** How producers send, and loops by hand receive. */
  readonly face: "sync" | "async";
  /** The pool's one thread is the opener's. */
  readonly isInline?: boolean;
  /** Of one producer. */
  readonly schedule?: Schedule;
  readonly injection?: Injection;
}

/** A thread that sends, or one that receives by a loop of its own. */
export interface ThreadData {
  readonly role: "producer" | "consumer";
  readonly handle: BrokerHandle;
  readonly queue: string;
  readonly spec: FlowSpec;
  readonly producer: number;
  readonly receiver: ReceiverData;
}

/** What whoever receives is given: in a pool as `context.data`. */
export interface ReceiverData {
  /** The BroadcastChannel on which tallies are told. */
  readonly channel: string;
  readonly body: BodyKind;
  readonly bodyBytes: number;
  /** Of a FIFO queue. */
  readonly groups: number | undefined;
  readonly schedule: Schedule | undefined;
  /** Others receive from the same FIFO queue. */
  readonly isShared: boolean;
}

export type ProducerOrder =
  | { readonly kind: "fill"; readonly messages: number }
  | { readonly kind: "closed"; readonly aheadMax: number }
  /** One message for each two that are deleted, once `filled` were sent. */
  | { readonly kind: "half"; readonly filled: number }
  | { readonly kind: "scheduled" }
  | { readonly kind: "stop" };

export interface Sent {
  readonly kind: "stopped";
  readonly producer: number;
  readonly sent: number;
  readonly refused: number;
  readonly gcMs: number;
}

export type ProducerReport =
  | { readonly kind: "attached" }
  | { readonly kind: "filled" }
  | { readonly kind: "refused" }
  | { readonly kind: "failed"; readonly error: string }
  | Sent;

export interface Received {
  readonly tally: TallyShape;
  /** When messages of the first group came: what shows the order across threads. */
  readonly arrivals: readonly Arrival[];
  readonly gcMs: number;
  /** Where there was a schedule: of each window. */
  readonly latencies: readonly (readonly LatencyBucket[])[];
}

/** So many messages that took about so long. */
export interface LatencyBucket {
  readonly ms: number;
  readonly count: number;
}

/** Messages that a producer may be ahead: enough that a consumer never waits while it sleeps. */
const AHEAD_MAX = 16_384;
const AHEAD_BYTES_MAX = 2 ** 28;

export function aheadMaxOf(bodyBytes: number): number {
  return Math.max(64, Math.min(AHEAD_MAX, Math.floor(AHEAD_BYTES_MAX / bodyBytes)));
}

/** Between two looks at the clock or for orders no more than this passes. */
const CALLS_BYTES_MAX = 2 ** 22;

/** How many calls are made between two such looks, of at most so many. */
export function callsOf(most: number, callBytes: number): number {
  return Math.max(1, Math.min(most, Math.floor(CALLS_BYTES_MAX / callBytes)));
}

/** What a FIFO message needs beside its body. */
export class GroupNames {
  readonly #names: readonly string[];
  readonly #producer: number;

  constructor(groups: number, producer: number) {
    this.#names = Array.from({ length: groups }, (_, index) => `group-${index}`);
    this.#producer = producer;
  }

  entry(number: number, body: string | Buffer): SendEntry {
    return {
      body,
      messageGroupId: this.#names[number % this.#names.length] as string,
      messageDeduplicationId: `${this.#producer}.${number}`,
    };
  }
}
