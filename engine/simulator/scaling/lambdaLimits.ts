/**
 * What Lambda does with an SQS event source, as AWS's pages say: numbers that AWS changes, each with its
 * source. A scenario can have others for those that an account can.
 */

interface Dated {
  readonly value: number;
  readonly page: string;
  /** When it was read. */
  readonly date: string;
}

const scaling = {
  page: "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html",
  date: "2026-11-29",
} as const;
/**
 * Older copies of that page say 1,000 concurrent batches; the newest ones hold here. Of pollers the developer
 * guide says 2 to 200 at least and up to 2,000, the API's reference up to 10,000 for SQS: the wider holds.
 */
const limits = {
  page: "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
  date: "2026-11-29",
} as const;

export const lambdaLimits = {
  /** Invokes side by side when messages come; and the fewest when there are none. */
  concurrencyAtFirst: { value: 5, ...scaling },
  concurrencyIdle: { value: 2, ...scaling },
  /** More of them in a minute, at the most; and of all. */
  concurrencyPerMinute: { value: 300, ...scaling },
  concurrencyMax: { value: 1_250, ...scaling },
  /** Provisioned mode: invokes of a poller, more invokes in a minute, and pollers by default. */
  invokesPerPoller: { value: 10, ...scaling },
  provisionedPerMinute: { value: 1_000, ...scaling },
  pollersMinimum: { value: 2, ...scaling },
  pollersMaximum: { value: 200, ...scaling },
  /** Invokes of an account side by side, unless it has asked for more. */
  accountConcurrency: { value: 1_000, ...limits },
  /** The longest that a function may take. */
  timeoutSeconds: { value: 900, ...limits },
} as const satisfies Record<string, Dated>;
