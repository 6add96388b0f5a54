/**
 * What Prometheus is told of requests and of the process, by the names that Node's own exporters have
 * where there are such. Reads what the process says of itself; nothing runs between two scrapes.
 */
import { uptimeSeconds, utilization, wallMs } from "../../clock.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import type { Family, Line } from "./family.ts";
import { boundsSeconds, type Requests } from "./requests.ts";

export function requestFamilies(requests: Requests): Family[] {
  const counts: Line[] = [];
  const durations: Line[] = [];
  for (const [action, { codes, buckets, seconds }] of requests.byAction) {
    for (const [code, value] of codes) counts.push({ value, labels: { action, code } });
    let count = 0;
    for (const [index, value] of buckets.entries()) {
      count += value;
      const le = index < boundsSeconds.length ? String(boundsSeconds[index]) : "+Inf";
      durations.push({ value: count, labels: { le, action }, metricName: `${duration}_bucket` });
    }
    durations.push({ value: seconds, labels: { action }, metricName: `${duration}_sum` });
    durations.push({ value: count, labels: { action }, metricName: `${duration}_count` });
  }
  return [
    {
      name: "sluice_requests_total",
      help: "Requests answered, by action and by error code; OK is none.",
      type: "counter",
      lines: counts,
    },
    {
      name: duration,
      help: "From a request's head to its answer, long polls and all.",
      type: "histogram",
      lines: durations,
    },
  ];
}

const duration = "sluice_request_duration_seconds";

export function processFamilies(metrics: Metrics): Family[] {
  const memory = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return [
    gauge("sluice_metrics_bytes", "Bytes that metrics take.", metrics.bytes),
    gauge(
      "sluice_event_loop_lateness_seconds",
      "How much later than it should the last look at all queues was.",
      metrics.latenessMs / 1_000,
    ),
    gauge(
      "nodejs_eventloop_utilization",
      "Share of its time since its start that the event loop was busy.",
      utilization(),
    ),
    gauge("nodejs_heap_size_used_bytes", "Bytes of JavaScript's heap in use.", memory.heapUsed),
    gauge("nodejs_heap_size_total_bytes", "Bytes of JavaScript's heap.", memory.heapTotal),
    gauge("nodejs_external_memory_bytes", "Bytes outside of JavaScript's heap.", memory.external),
    gauge("process_resident_memory_bytes", "Bytes of memory in use.", memory.rss),
    gauge(
      "process_start_time_seconds",
      "When the process began, in seconds since 1970.",
      wallMs() / 1_000 - uptimeSeconds(),
    ),
    {
      name: "process_cpu_seconds_total",
      help: "Processor time.",
      type: "counter",
      lines: [{ value: (user + system) / 1e6 }],
    },
  ];
}

function gauge(name: string, help: string, value: number): Family {
  return { name, help, type: "gauge", lines: [{ value }] };
}
