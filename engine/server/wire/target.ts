/** On what a request acts, and which tags it brings, as far as policies ask for them. Types only. */

/** What a request acts on. */
export interface Target {
  /** `*` where it names no queue. */
  readonly arn: string;
  /** Twelve digits: whose it is. */
  readonly account: string;
  /** The queue's own policy, as it was set. */
  readonly policy?: string | undefined;
  /** The queue's tags. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** Tags that a request brings: keys and values, or keys alone. */
export interface RequestTags {
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly keys?: readonly string[] | undefined;
}
