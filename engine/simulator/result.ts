/**
 * What a simulation found. Types only. Plain data: it can be posted between threads and written as JSON.
 * Seconds, bytes and counts; a number that cannot be known (no message was received, so there is no
 * wait) is null. "Run" is one replication. Nothing but `speed` depends on the machine or the number
 * of threads: all else is the same bytes for the same scenario and seed.
 *
 * What is estimated has a `halfWidth`: that of its 95 % confidence interval, by Student's t over the
 * runs, and over batch means where there is one run.
 */

/** An estimate of something that varies from run to run. */
export interface Estimate {
  readonly mean: number | null;
  readonly halfWidth: number | null;
}

/** Of so many observations: percentiles of all runs together, their half widths by the runs' own. */
export interface Distribution extends Estimate {
  readonly count: number;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly max: number | null;
  /** Standard deviation of the observations, all runs together. */
  readonly deviation: number | null;
  readonly halfWidths: Readonly<Record<"p50" | "p90" | "p95" | "p99" | "p999", number | null>>;
}

/** How many there are, over time: the mean weighs each number with how long it held. */
export interface Level extends Estimate {
  /** The most there ever were, in any run. */
  readonly max: number;
  /** When that was, in seconds from the run's beginning. */
  readonly maxAtSeconds: number;
}

/** API calls, named as AWS names them. */
export type CallName =
  | "SendMessage"
  | "SendMessageBatch"
  | "ReceiveMessage"
  | "DeleteMessage"
  | "DeleteMessageBatch"
  | "ChangeMessageVisibility"
  | "ChangeMessageVisibilityBatch";

/** Calls of one queue, all runs together. */
export interface Calls {
  /** Calls a second that the queue takes of each action, by its quota; null where none are counted. */
  readonly quotaPerSecond: number | null;
  readonly calls: Readonly<Record<CallName, number>>;
  /** As AWS bills them: each started 64 KiB of a call's payload is a request. */
  readonly requests: Readonly<Record<CallName, number>>;
  /** Calls that the quota of a FIFO queue refused (RequestThrottled), and that were made again; not among `calls`. */
  readonly throttled: Readonly<Record<CallName, number>>;
  readonly emptyReceives: number;
  /** Empty receives by receives; null when there was none. */
  readonly emptyShare: number | null;
  /** Bytes of bodies that were sent and received. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/** Counts are sums over the runs at their ends, what happened in the warm-up included. */
export interface QueueResult {
  readonly isFifo: boolean;
  /** What the runs began with. */
  readonly initial: number;
  readonly sent: number;
  /** Sends that a FIFO queue took for duplicates; not among `sent`. */
  readonly deduplicated: number;
  /** Dead letters that came in from other queues, and messages that were brought back here. */
  readonly movedIn: number;
  readonly received: number;
  readonly deleted: number;
  readonly deadLettered: number;
  /** Messages of a dead-letter queue that were brought back, or to another queue. */
  readonly redriven: number;
  readonly expired: number;
  readonly purged: number;
  /** What was in the queue when the runs ended: visible, delayed and in flight. */
  readonly left: number;
  /** Receives of messages that had been received before. */
  readonly redelivered: number;
  /** Handlings that went well and whose message could not be deleted: another receiver had it, or will. */
  readonly duplicates: number;
  readonly emptyReceives: number;
  /** From available (sent, and its delay over) to the first receive. */
  readonly waitSeconds: Distribution;
  /** From sent to deleted. */
  readonly sojournSeconds: Distribution;
  /** Visible messages. */
  readonly depth: Level;
  readonly inFlight: Level;
  readonly delayed: Level;
  /** Of the oldest message that was not deleted; 0 while there was none. Time averages. */
  readonly ageOfOldestSeconds: Level;
  /** Of the visible message that is received next; 0 while there was none. */
  readonly ageOfNextSeconds: Level;
  /** When nothing waited for the first time after its greatest depth; null when in some run something always did. */
  readonly drainedAtSeconds: Estimate;
  readonly api: Calls;
  readonly series: QueueSeries;
}

/**
 * Over time, named as CloudWatch names them; the mean over the runs. Value `i` is of the seconds from
 * `i * periodSeconds` on. Numbers of messages are sums of the period; Approximate... are means
 * over the period, but for the age, which is its greatest.
 */
export interface QueueSeries {
  readonly periodSeconds: number;
  readonly NumberOfMessagesSent: readonly number[];
  readonly NumberOfMessagesReceived: readonly number[];
  readonly NumberOfMessagesDeleted: readonly number[];
  readonly NumberOfEmptyReceives: readonly number[];
  /** Calls that the queue's quota refused; CloudWatch has no such metric. */
  readonly ThrottledCalls: readonly number[];
  /** The mean size; null where nothing was sent. */
  readonly SentMessageSize: readonly (number | null)[];
  readonly ApproximateNumberOfMessagesVisible: readonly number[];
  readonly ApproximateNumberOfMessagesNotVisible: readonly number[];
  readonly ApproximateNumberOfMessagesDelayed: readonly number[];
  readonly ApproximateAgeOfOldestMessage: readonly number[];
}

export interface ProducerResult {
  readonly queue: string;
  /** Messages, the copies that a producer sends twice included. */
  readonly sent: number;
  readonly copies: number;
  readonly calls: number;
  /** Messages that the queue's quota still held back when the runs ended; not among `sent`. */
  readonly unsent: number;
  /** From when a message was to be sent until its call was let through; null where no calls are counted. */
  readonly sendWaitSeconds: Distribution | null;
  /**
   * Where consumers send on: from the first send to the last delete of all that came of a message. Null
   * where none do.
   */
  readonly endToEndSeconds: Distribution | null;
}

export interface ConsumerResult {
  readonly queue: string;
  /** Processes; where their number changes, those at the beginning. */
  readonly count: number;
  /** Processes that could work, over time: up, or draining. */
  readonly processes: Level;
  /** Of the time of all places that were there, the share in which they were busy. */
  readonly utilisation: number | null;
  readonly utilisationHalfWidth: number | null;
  /** Messages whose handling succeeded, and failed; and how often a process died of that. */
  readonly handled: number;
  readonly failed: number;
  /** Messages that it sent on to other queues. */
  readonly sentOn: number;
  /** Messages to be sent on that a queue's quota still held back when the runs ended. */
  readonly unsent: number;
  readonly crashed: number;
  readonly serviceSeconds: Distribution;
  /**
   * Hours that processes ran, from when they were there to their ends, all runs together; of a Lambda
   * function those in which it was invoked.
   */
  readonly consumerHours: number;
  /** Hours of a Lambda function's provisioned pollers, all runs together. */
  readonly pollerHours: number;
  readonly scaling: ScalingResult;
  readonly series: ConsumerSeries;
}

/** How the number of processes changed; counts of all runs. */
export interface ScalingResult {
  /** How often the autoscaler wanted more processes, and fewer. */
  readonly out: number;
  readonly in: number;
  /** Batches that a Lambda function was not invoked for: they came back, and had used up a receive. */
  readonly throttled: number;
  /** Processes that deploys replaced. */
  readonly restarted: number;
  /** Processes that were ended with messages in hand; and those messages, which came back by their timeouts. */
  readonly killed: number;
  readonly abandoned: number;
}

/** Of a resource that handlings share. */
export interface ResourceResult {
  /** Handlings that asked for it; and those that failed because it had no place. */
  readonly attempts: number;
  readonly refused: number;
  /** Of its places, or of the starts that it lets pass, the share that was used. */
  readonly utilisation: Estimate;
  /** Handlings that wait for a place, over time; and how long those waited that began. */
  readonly waiting: Level;
  readonly waitSeconds: Distribution;
  readonly series: ResourceSeries;
}

/** Over time, as QueueSeries: handlings are means over the period, numbers are sums of it. */
export interface ResourceSeries {
  readonly periodSeconds: number;
  /** Handlings that have a place, and that wait for one. */
  readonly InUse: readonly number[];
  readonly Waiting: readonly number[];
  /** Handlings that asked, that began, and that failed for want of a place. */
  readonly NumberOfAttempts: readonly number[];
  readonly NumberBegun: readonly number[];
  readonly NumberRefused: readonly number[];
}

/**
 * Invokes of Lambda functions, each pool of them as a resource: who is refused there is a batch that was
 * given up.
 */
export interface InvokesResult {
  /** What functions without a share of their own take from; null where there are none. */
  readonly account: ResourceResult | null;
  /** By the function's name. */
  readonly reserved: Readonly<Record<string, ResourceResult>>;
}

export interface ConsumerSeries {
  readonly periodSeconds: number;
  /** Processes that can work: up, or draining. */
  readonly FleetSize: readonly number[];
  /** As many as the autoscaler wants. */
  readonly DesiredSize: readonly number[];
  readonly Utilisation: readonly number[];
}

export interface Speed {
  /** Sent in all runs. */
  readonly messages: number;
  /** Of the whole simulation, on all its threads. */
  readonly wallSeconds: number;
  readonly messagesPerSecond: number;
}

/** What the queues alone say; the price book makes a `cost` of it. */
export interface Outcome {
  readonly seed: number;
  /** Runs that are in the result. */
  readonly replications: number;
  /** False when it was interrupted: all numbers are of what was simulated by then. */
  readonly isComplete: boolean;
  /** Simulated, all runs together; and by one of them on average. */
  readonly simulatedSeconds: number;
  readonly runSeconds: number;
  /** When the warm-up was over, on average. */
  readonly warmupSeconds: number;
  readonly events: number;
  readonly queues: Readonly<Record<string, QueueResult>>;
  readonly producers: Readonly<Record<string, ProducerResult>>;
  readonly consumers: Readonly<Record<string, ConsumerResult>>;
  readonly resources: Readonly<Record<string, ResourceResult>>;
  readonly invokes: InvokesResult;
  readonly speed: Speed;
}
