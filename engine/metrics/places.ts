/** Where a metric stands among the queue metrics, and in every row of them. Pure. */
import {
  type MetricKind,
  type QueueMetric,
  type QueueMetricName,
  queueMetrics,
} from "../metricNames.ts";

const places = new Map<string, number>(queueMetrics.map(({ name }, place) => [name, place]));

/** Undefined for what is no metric of a queue. */
export function findPlace(name: string): number | undefined {
  return places.get(name);
}

export function placeOf(name: QueueMetricName): number {
  return places.get(name) as number;
}

/** The metric that stands there. */
export function metricAt(place: number): QueueMetric {
  return queueMetrics[place] as QueueMetric;
}

export function kindAt(place: number): MetricKind {
  return metricAt(place).kind;
}
