/**
 * A queue of a scenario: its attributes in the words of the configuration file. Types only; types.ts
 * says what they are made into.
 */
/**
 * A queue's attributes, as in the configuration file and in AWS's words: numbers in seconds and bytes.
 * RedrivePolicy and RedriveAllowPolicy call queues by their names.
 */
export interface QueueAttributes {
  /**
   * Default 0.
   * @asType integer
   * @minimum 0
   * @maximum 900
   */
  DelaySeconds?: number;
  /**
   * Default 1048576.
   * @asType integer
   * @minimum 1024
   * @maximum 1048576
   */
  MaximumMessageSize?: number;
  /**
   * Default 345600, four days.
   * @asType integer
   * @minimum 60
   * @maximum 1209600
   */
  MessageRetentionPeriod?: number;
  /**
   * Default 0.
   * @asType integer
   * @minimum 0
   * @maximum 20
   */
  ReceiveMessageWaitTimeSeconds?: number;
  /**
   * Default 30.
   * @asType integer
   * @minimum 0
   * @maximum 43200
   */
  VisibilityTimeout?: number;
  RedrivePolicy?: RedrivePolicy;
  RedriveAllowPolicy?: RedriveAllowPolicy;
  /** Of a queue whose name ends in `.fifo`, and of no other. */
  FifoQueue?: boolean;
  ContentBasedDeduplication?: boolean;
  DeduplicationScope?: "queue" | "messageGroup";
  FifoThroughputLimit?: "perQueue" | "perMessageGroupId";
}

export interface RedrivePolicy {
  /** The dead-letter queue's name. */
  deadLetterTargetArn: string;
  /**
   * Receives after which a message moves there.
   * @asType integer
   * @minimum 1
   * @maximum 1000
   */
  maxReceiveCount: number;
}

export interface RedriveAllowPolicy {
  redrivePermission: "allowAll" | "denyAll" | "byQueue";
  /**
   * Names of queues; with byQueue alone.
   * @maxItems 10
   */
  sourceQueueArns?: string[];
}
