/**
 * The metrics that Amazon SQS has of a queue, by CloudWatch's names, with their units. A leaf of plain
 * constants. Fair queues' metrics are left out, since there are no fair queues. Source: SQS Developer
 * Guide, "Available CloudWatch metrics for Amazon SQS", as of November 2026.
 */

/**
 * What is kept of a metric: of a gauge what it was whenever somebody looked, of a sum how often
 * something happened, of a size what all, the smallest and the largest had.
 */
export type MetricKind = "gauge" | "sum" | "size";

export interface QueueMetric {
  readonly name: string;
  readonly unit: "Count" | "Seconds" | "Bytes";
  readonly kind: MetricKind;
  /** Only FIFO queues have it. */
  readonly isFifoOnly?: true;
}

export const metricNamespace = "AWS/SQS";
/** The one dimension that all of them have. */
export const queueDimension = "QueueName";

/** In order of their names. */
export const queueMetrics = [
  { name: "ApproximateAgeOfOldestMessage", unit: "Seconds", kind: "gauge" },
  {
    name: "ApproximateNumberOfGroupsWithInflightMessages",
    unit: "Count",
    kind: "gauge",
    isFifoOnly: true,
  },
  { name: "ApproximateNumberOfMessagesDelayed", unit: "Count", kind: "gauge" },
  { name: "ApproximateNumberOfMessagesNotVisible", unit: "Count", kind: "gauge" },
  { name: "ApproximateNumberOfMessagesVisible", unit: "Count", kind: "gauge" },
  { name: "NumberOfDeduplicatedSentMessages", unit: "Count", kind: "sum", isFifoOnly: true },
  { name: "NumberOfEmptyReceives", unit: "Count", kind: "sum" },
  { name: "NumberOfMessagesDeleted", unit: "Count", kind: "sum" },
  { name: "NumberOfMessagesReceived", unit: "Count", kind: "sum" },
  { name: "NumberOfMessagesSent", unit: "Count", kind: "sum" },
  { name: "SentMessageSize", unit: "Bytes", kind: "size" },
] as const satisfies readonly QueueMetric[];

export type QueueMetricName = (typeof queueMetrics)[number]["name"];

/** How long CloudWatch keeps what it has by the minute, in days. */
export const daysKept = 15;
/** A metric without data for so many days is not listed any more. */
export const daysListed = 14;
