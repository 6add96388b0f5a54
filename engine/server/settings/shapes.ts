/**
 * Queues and credentials as a program writes them: what a configuration file has, as objects. Types only;
 * what they hold is checked by the readers that read files.
 */

/** A text, or what is one on the wire. */
type Whole = number | string;
type Flag = boolean | "true" | "false";

/** A queue by AWS's attribute names; ranges and defaults are SQS's. */
export interface QueueObject {
  /** Seconds. */
  readonly DelaySeconds?: Whole;
  /** Bytes. */
  readonly MaximumMessageSize?: Whole;
  /** Seconds. */
  readonly MessageRetentionPeriod?: Whole;
  /** Seconds. */
  readonly ReceiveMessageWaitTimeSeconds?: Whole;
  /** Seconds. */
  readonly VisibilityTimeout?: Whole;
  /** True for a queue whose name ends in ".fifo". */
  readonly FifoQueue?: Flag;
  readonly ContentBasedDeduplication?: Flag;
  readonly DeduplicationScope?: "queue" | "messageGroup";
  readonly FifoThroughputLimit?: "perQueue" | "perMessageGroupId";
  readonly KmsMasterKeyId?: string;
  /** Seconds. */
  readonly KmsDataKeyReusePeriodSeconds?: Whole;
  readonly SqsManagedSseEnabled?: Flag;
  /** As an object, or as the JSON text that AWS takes. */
  readonly Policy?: string | object;
  /** Where it wants the ARN of a queue, its name will do. */
  readonly RedrivePolicy?:
    | string
    | { readonly deadLetterTargetArn: string; readonly maxReceiveCount: Whole };
  /** Where it wants the ARN of a queue, its name will do. */
  readonly RedriveAllowPolicy?:
    | string
    | {
        readonly redrivePermission: "allowAll" | "byQueue" | "denyAll";
        readonly sourceQueueArns?: readonly string[];
      };
  readonly tags?: Readonly<Record<string, string>>;
}

/** Keys, whose they are, and what he may do; the account's root where neither user nor role is named. */
export interface CredentialObject {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Twelve digits. */
  readonly account: string;
  readonly user?: string;
  readonly role?: string;
  /** Identity policies, as objects or as JSON texts. */
  readonly policies?: readonly (string | object)[];
}
