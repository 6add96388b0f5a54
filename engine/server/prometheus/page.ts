/**
 * GET /metrics: what happens, as Prometheus reads it. Made when it is asked for, family by family, so that
 * requests have their turn between two. prom-client writes the text; it is loaded by the first who asks.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Metric } from "prom-client";
import type { Metrics } from "../../metrics/metrics.ts";
import type { Reply } from "../protocol/protocol.ts";
import type { Family } from "./family.ts";
import { journalFamilies } from "./journalFamilies.ts";
import { processFamilies, requestFamilies } from "./processFamilies.ts";
import { queueFamilies } from "./queueFamilies.ts";
import type { Requests } from "./requests.ts";

const pagePath = "/metrics";

/** True for a request's path that means the page; a query is a request of the query protocol. */
export function isMetricsPage(method: string | undefined, url: string): boolean {
  return method === "GET" && url.split("?", 1)[0] === pagePath && !/[?&]Action=/.test(url);
}

export async function metricsPage(metrics: Metrics, requests: Requests): Promise<Reply> {
  const { Registry } = await import("prom-client");
  const registry = new Registry();
  const families = [
    ...queueFamilies(metrics),
    ...journalFamilies(metrics.journal),
    ...requestFamilies(requests),
    ...processFamilies(metrics),
  ];
  const texts: string[] = [];
  for (const family of families) {
    await nextTurn();
    registry.registerMetric(metricOf(family));
    texts.push(await registry.getSingleMetricAsString(family.name));
  }
  return { status: 200, body: `${texts.join("\n\n")}\n`, contentType: registry.contentType };
}

/** Of a metric the registry asks nothing but what is to be written. */
function metricOf({ name, help, type, lines }: Family): Metric {
  const written = { name, help, type, values: lines, aggregator: "sum" };
  return { name, get: () => Promise.resolve(written) } as unknown as Metric;
}
