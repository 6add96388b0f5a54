/** A result as tables, for a terminal and for a page: the same rows each time. Pure. */
import type { Cell, Table } from "../../report/table.ts";
import type { CallName, Distribution, ResourceResult } from "../result.ts";
import type { Findings } from "../simulationResult.ts";

const seconds = "s";
const percent = "%";

/** What became of the messages; all runs together. */
export function messagesTable({ queues }: Findings): Table {
  return {
    caption: "Messages of all runs",
    columns: [
      { label: "queue" },
      { label: "at the start" },
      { label: "sent" },
      { label: "received" },
      { label: "deleted" },
      { label: "duplicates" },
      { label: "dead letters" },
      { label: "expired" },
      { label: "left" },
    ],
    rows: Object.entries(queues).map(([name, queue]) => [
      name,
      queue.initial,
      queue.sent,
      queue.received,
      queue.deleted,
      queue.duplicates,
      queue.deadLettered,
      queue.expired,
      queue.left,
    ]),
  };
}

function times(what: string, queue: string, of: Distribution): Cell[] {
  return [queue, what, of.mean, of.halfWidth, of.p50, of.p95, of.p99, of.max];
}

/** How long messages wait and stay. */
export function timesTable({ queues, consumers, producers }: Findings): Table {
  const columns = ["mean", "±", "p50", "p95", "p99", "max"];
  return {
    caption: "Times (± is the 95 % confidence interval of the mean)",
    columns: [
      { label: "of" },
      { label: "time" },
      ...columns.map((label) => ({ label, unit: seconds, align: "right" as const })),
    ],
    rows: [
      ...Object.entries(queues).flatMap(([name, { waitSeconds, sojournSeconds }]) => [
        times("until first received", name, waitSeconds),
        times("until deleted", name, sojournSeconds),
      ]),
      ...Object.entries(consumers).map(([name, { serviceSeconds }]) =>
        times("of a handling", name, serviceSeconds),
      ),
      ...Object.entries(producers).flatMap(([name, { endToEndSeconds }]) =>
        endToEndSeconds === null ? [] : [times("until all of it is done", name, endToEndSeconds)],
      ),
      ...Object.entries(producers).flatMap(([name, { sendWaitSeconds }]) =>
        sendWaitSeconds === null ? [] : [times("until sent", name, sendWaitSeconds)],
      ),
    ],
  };
}

/** How much is in the queues. */
export function depthsTable({ queues }: Findings): Table {
  return {
    caption: "Messages in the queues, over time",
    columns: [
      { label: "queue" },
      { label: "visible, mean" },
      { label: "±" },
      { label: "visible, most" },
      { label: "in flight, mean" },
      { label: "in flight, most" },
      { label: "delayed, mean" },
      { label: "oldest, mean", unit: seconds, align: "right" },
      { label: "oldest, most", unit: seconds, align: "right" },
      { label: "drained at", unit: seconds, align: "right" },
    ],
    rows: Object.entries(queues).map(([name, queue]) => [
      name,
      queue.depth.mean,
      queue.depth.halfWidth,
      queue.depth.max,
      queue.inFlight.mean,
      queue.inFlight.max,
      queue.delayed.mean,
      queue.ageOfOldestSeconds.mean,
      queue.ageOfOldestSeconds.max,
      queue.drainedAtSeconds.mean,
    ]),
  };
}

/** How the number of processes changed; undefined where it did not. */
export function scalingTable({ consumers }: Findings): Table | undefined {
  const scaled = Object.entries(consumers).filter(([, { processes, count, scaling }]) => {
    return (
      processes.max !== count || scaling.out + scaling.in + scaling.restarted + scaling.killed > 0
    );
  });
  if (scaled.length === 0) return undefined;
  return {
    caption: "Processes that came and went",
    columns: [
      { label: "consumers" },
      { label: "mean" },
      { label: "±" },
      { label: "most" },
      { label: "at", unit: seconds, align: "right" },
      { label: "scaled out" },
      { label: "scaled in" },
      { label: "throttled" },
      { label: "restarted" },
      { label: "killed at work" },
      { label: "messages in hand" },
    ],
    rows: scaled.map(([name, { processes, scaling }]) => [
      name,
      processes.mean,
      processes.halfWidth,
      processes.max,
      processes.maxAtSeconds,
      scaling.out,
      scaling.in,
      scaling.throttled,
      scaling.restarted,
      scaling.killed,
      scaling.abandoned,
    ]),
  };
}

export function consumersTable({ consumers }: Findings): Table {
  return {
    caption: "Consumers",
    columns: [
      { label: "consumers" },
      { label: "processes" },
      { label: "busy", unit: percent, align: "right" },
      { label: "handled" },
      { label: "failed" },
      { label: "crashed" },
      { label: "hours" },
    ],
    rows: Object.entries(consumers).map(([name, fleet]) => [
      name,
      fleet.count,
      fleet.utilisation === null ? null : 100 * fleet.utilisation,
      fleet.handled,
      fleet.failed,
      fleet.crashed,
      fleet.consumerHours,
    ]),
  };
}

/** What handlings share, invokes of Lambda functions among it, by what it is called. */
export function sharedByName({ resources, invokes }: Findings): [string, ResourceResult][] {
  const { account, reserved } = invokes;
  return [
    ...Object.entries(resources),
    ...(account === null ? [] : [["the account's invokes", account] as [string, ResourceResult]]),
    ...Object.entries(reserved).map(([name, one]): [string, ResourceResult] => [
      `${name}'s invokes`,
      one,
    ]),
  ];
}

/** The same as a table; undefined where there is nothing. */
export function resourcesTable(result: Findings): Table | undefined {
  const all = sharedByName(result);
  if (all.length === 0) return undefined;
  const times = ["wait, mean", "±", "p99", "most"];
  return {
    caption: "Resources",
    columns: [
      { label: "resource" },
      { label: "used", unit: percent, align: "right" },
      { label: "asked for" },
      { label: "refused" },
      { label: "waiting, mean" },
      { label: "waiting, most" },
      ...times.map((label) => ({ label, unit: seconds, align: "right" as const })),
    ],
    rows: all.map(([name, { utilisation, attempts, refused, waiting, waitSeconds }]) => [
      name,
      utilisation.mean === null ? null : 100 * utilisation.mean,
      attempts,
      refused,
      waiting.mean,
      waiting.max,
      waitSeconds.mean,
      waitSeconds.halfWidth,
      waitSeconds.p99,
      waitSeconds.max,
    ]),
  };
}

/** API calls of all runs; those of which there were none are left out, and quotas where there is none. */
export function callsTable({ queues }: Findings): Table {
  const hasQuota = Object.values(queues).some(({ api }) => api.quotaPerSecond !== null);
  const rows = Object.entries(queues).flatMap(([name, { api }]) =>
    Object.entries(api.calls)
      .map(([action, calls]) => ({ action: action as CallName, calls }))
      .filter(({ action, calls }) => calls + api.throttled[action] > 0)
      .map(({ action, calls }): Cell[] => {
        const isReceive = action === "ReceiveMessage";
        const empty = isReceive && api.emptyShare !== null ? 100 * api.emptyShare : null;
        const throttled = api.quotaPerSecond === null ? null : api.throttled[action];
        const told = [name, action, calls, api.requests[action], empty];
        return hasQuota ? [...told, throttled] : told;
      }),
  );
  return {
    caption: "API calls of all runs",
    columns: [
      { label: "queue" },
      { label: "action" },
      { label: "calls" },
      { label: "billed requests" },
      { label: "empty", unit: percent, align: "right" },
      ...(hasQuota ? [{ label: "throttled" }] : []),
    ],
    rows,
  };
}

export function costTable({ cost }: Findings): Table {
  return {
    caption: `Cost of a month at this load (prices of ${cost.pricesDate}, ${cost.region})`,
    columns: [
      { label: "what" },
      { label: "a month" },
      { label: "cost", unit: "USD", align: "right" },
    ],
    rows: [
      ["requests, Standard", cost.monthStandardRequests, null],
      ["requests, FIFO", cost.monthFifoRequests, null],
      ["requests, all", cost.monthStandardRequests + cost.monthFifoRequests, cost.requestsUsd],
      ["gigabytes out of the region", cost.monthTransferGigabytes, cost.transferUsd],
      ["consumer-hours", cost.monthConsumerHours, cost.consumersUsd],
      ...(cost.monthPollerHours === 0
        ? []
        : [["hours of provisioned pollers", cost.monthPollerHours, cost.pollersUsd]]),
      ["together", null, cost.monthUsd],
    ],
  };
}

/** All of them, in the order in which they are shown. */
export function tablesOf(result: Findings): Table[] {
  const tables = [messagesTable, timesTable, depthsTable, consumersTable, scalingTable];
  return [...tables, resourcesTable, callsTable, costTable].flatMap((table) => table(result) ?? []);
}
