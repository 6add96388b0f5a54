/**
 * What the test kit asks of a broker, as plain JSON in and out: of one in this process (localControls.ts),
 * or of one behind a URL (remoteControls.ts), whose server answers by the first (routes.ts). All that is
 * more than one question is made of these in kit.ts, so it is the same for both. Types only.
 */
import type {
  FaultRule,
  FaultState,
  ResetOptions,
  SeenCounts,
  SeenMessage,
  SpyEvent,
  SpyTotals,
} from "./types.ts";

/** A queue by its name; without an account the broker's own one. */
export interface QueueKey {
  readonly name: string;
  readonly account?: string | undefined;
}

export interface MessageQuestion {
  readonly queue: QueueKey;
  /** Undefined: all. */
  readonly messageId?: string | undefined;
}

export interface Events {
  readonly events: readonly SpyEvent[];
  /** How many were forgotten, since more came than are kept. */
  readonly lost: number;
}

export interface Controls {
  reset(options: ResetOptions): Promise<void>;
  now(): Promise<number>;
  /** Answers the time that it is then. */
  advance(ms: number): Promise<number>;
  counts(queue: QueueKey): Promise<SeenCounts>;
  messages(queue: QueueKey, limit: number): Promise<readonly SeenMessage[]>;
  /** The queue that its dead letters go to; undefined for none. Rejects for no queue. */
  describe(queue: QueueKey): Promise<QueueFacts>;
  startSpy(): Promise<void>;
  stopSpy(): Promise<void>;
  /** Those behind number `after`. */
  events(after: number): Promise<Events>;
  totals(queue: QueueKey): Promise<SpyTotals>;
  addFault(rule: FaultRule): Promise<number>;
  faults(): Promise<readonly FaultState[]>;
  /** Undefined: all. */
  removeFaults(id?: number): Promise<void>;
  endVisibility(question: MessageQuestion): Promise<number>;
  endRetention(queue: QueueKey): Promise<number>;
  deadLetter(question: MessageQuestion): Promise<number>;
}

export interface QueueFacts extends QueueKey {
  readonly arn: string;
  readonly isFifo: boolean;
  readonly deadLetterQueue?: QueueKey | undefined;
}
