/**
 * What Prometheus is told of queues: one family a number, one line a queue. Names and labels are stable;
 * docs/METRICS.md lists them. Only so many queues have a line each; the rest have one together. Pure, over
 * what the sampler found last.
 */
import { READING } from "../../broker/survey.ts";
import type { Metrics, Present } from "../../metrics/metrics.ts";
import type { Family, Labels, Line } from "./family.ts";

/** What stands for all queues that have no line of their own; no queue can have that name. */
export const othersLabel = "(others)";

interface Told {
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter";
  readonly place: number;
}

const told: readonly Told[] = [
  {
    name: "sluice_queue_messages_visible",
    help: "Messages that may be received.",
    type: "gauge",
    place: READING.visible,
  },
  {
    name: "sluice_queue_messages_in_flight",
    help: "Messages that were received and neither deleted nor given back.",
    type: "gauge",
    place: READING.inFlight,
  },
  {
    name: "sluice_queue_messages_delayed",
    help: "Messages that may not be received yet.",
    type: "gauge",
    place: READING.delayed,
  },
  {
    name: "sluice_queue_groups_in_flight",
    help: "FIFO: groups with a message in flight.",
    type: "gauge",
    place: READING.groupsInFlight,
  },
  {
    name: "sluice_queue_messages_sent_total",
    help: "Messages sent.",
    type: "counter",
    place: READING.sent,
  },
  {
    name: "sluice_queue_sent_bytes_total",
    help: "Bytes of the messages sent.",
    type: "counter",
    place: READING.sentBytes,
  },
  {
    name: "sluice_queue_messages_received_total",
    help: "Messages that receives returned.",
    type: "counter",
    place: READING.received,
  },
  {
    name: "sluice_queue_messages_deleted_total",
    help: "Messages deleted.",
    type: "counter",
    place: READING.deleted,
  },
  {
    name: "sluice_queue_empty_receives_total",
    help: "Receives that returned nothing.",
    type: "counter",
    place: READING.emptyReceives,
  },
  {
    name: "sluice_queue_messages_deduplicated_total",
    help: "FIFO: sends that were duplicates.",
    type: "counter",
    place: READING.deduplicated,
  },
  {
    name: "sluice_queue_messages_expired_total",
    help: "Messages that retention ended.",
    type: "counter",
    place: READING.expired,
  },
  {
    name: "sluice_queue_messages_moved_total",
    help: "Messages that moved to another queue: dead letters, and what a move task took out again.",
    type: "counter",
    place: READING.moved,
  },
];

/** Who is told of, and what. */
interface Row {
  readonly labels: Labels;
  readonly numbers: Float64Array;
}

const others: Labels = { queue: othersLabel };
/** Made once a queue, so that its text is, too. */
const labels = new WeakMap<Present, Labels>();

/** Only another account's queue is told with its account: without one, labels stay as they were. */
function labelsOf(metrics: Metrics, queue: Present): Labels {
  let known = labels.get(queue);
  if (known === undefined) {
    const { account, name } = queue;
    known = account === metrics.account ? { queue: name } : { account, queue: name };
    labels.set(queue, known);
  }
  return known;
}

/** The families of queues, with what was found last. */
export function queueFamilies(metrics: Metrics): Family[] {
  const rows: Row[] = [];
  for (const queue of metrics.present()) {
    rows.push({ labels: labelsOf(metrics, queue), numbers: queue.last });
  }
  const named = rows.length;
  const { count, numbers } = metrics.others();
  if (count > 0) rows.push({ labels: others, numbers });
  const linesOf = (value: (numbers: Float64Array) => number): Line[] =>
    rows.map((row) => ({ value: value(row.numbers), sharedLabels: row.labels }));
  const nowMs = metrics.sampledAtMs;
  return [
    {
      name: "sluice_queues",
      help: "Queues that there are: told each by its name, or together as (others).",
      type: "gauge",
      lines: [
        { value: named, labels: { told: "each" } },
        { value: count, labels: { told: "together" } },
      ],
    },
    {
      name: "sluice_queue_oldest_message_age_seconds",
      help: "How long the oldest message has waited; 0 where there is none.",
      type: "gauge",
      lines: linesOf((row) => ageSeconds(row, nowMs)),
    },
    ...told.map(({ place, ...family }) => ({
      ...family,
      lines: linesOf((row) => row[place] as number),
    })),
  ];
}

function ageSeconds(numbers: Float64Array, nowMs: number): number {
  const cameAtMs = numbers[READING.oldestCameAtMs] as number;
  return Number.isFinite(cameAtMs) ? Math.max(0, nowMs - cameAtMs) / 1_000 : 0;
}
