/** ListMetrics, of CloudWatch: the metrics that queues have, and those of deleted ones for a while. */
import { SluiceError } from "../../errors.ts";
import { metricNamespace, queueDimension, queueMetrics } from "../../metricNames.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import { action } from "../action.ts";
import { invalidValue, listOf, metricsOf, missingParameter } from "../wire/metrics.ts";
import { ownerMeant } from "../wire/owners.ts";
import { onEverything } from "../wire/targets.ts";

const text = { type: "string" } as const;
const filter = { type: "structure", members: { Name: text, Value: text } } as const;

const filtersMax = 10;
/** Metrics of a page. */
const pageMax = 500;
/** `PT3H`, in minutes. */
const recentMinutes = 180;

const wire = {
  members: {
    Namespace: text,
    MetricName: text,
    Dimensions: listOf(filter, filtersMax),
    NextToken: text,
    RecentlyActive: text,
    IncludeLinkedAccounts: { type: "boolean" },
    OwningAccount: text,
  },
  result: {
    Metrics: {
      type: "list",
      each: "member",
      isWrapped: true,
      of: {
        type: "structure",
        members: {
          Namespace: text,
          MetricName: text,
          Dimensions: { type: "list", each: "member", isWrapped: true, of: filter },
        },
      },
    },
    NextToken: text,
    OwningAccounts: { type: "list", each: "member", isWrapped: true, of: text },
  },
} as const;

interface Listed {
  readonly queue: string;
  readonly metric: string;
}

export const listMetrics = action(wire, onEverything, (context, input) => {
  const { Namespace, MetricName, Dimensions = [], RecentlyActive, NextToken } = input;
  const { IncludeLinkedAccounts = false, OwningAccount } = input;
  if (RecentlyActive !== undefined && RecentlyActive !== "PT3H") {
    throw invalidValue("RecentlyActive", RecentlyActive, "it must be PT3H");
  }
  if (Dimensions.length > filtersMax) {
    throw invalidValue("Dimensions", Dimensions.length, `there may be ${filtersMax} of them`);
  }
  const metrics = metricsOf(context);
  const { account } = context;
  const isOurs = ownerMeant(context, OwningAccount) === account;
  const isQueues = Namespace === undefined || Namespace === metricNamespace;
  const queues = queuesOf(Dimensions);
  const all = isOurs && isQueues ? listed(metrics, account, RecentlyActive !== undefined) : [];
  const rest = from(NextToken, all).filter(
    ({ queue, metric }) => queues(queue) && (MetricName === undefined || MetricName === metric),
  );
  const page = rest.slice(0, pageMax);
  const last = rest.length > pageMax ? page.at(-1) : undefined;
  return {
    Metrics: page.map(({ queue, metric }) => ({
      Namespace: metricNamespace,
      MetricName: metric,
      Dimensions: [{ Name: queueDimension, Value: queue }],
    })),
    ...(last !== undefined && { NextToken: tokenOf(last) }),
    ...(IncludeLinkedAccounts && { OwningAccounts: page.map(() => account) }),
  };
});

/** By queue, then by metric. */
function listed(metrics: Metrics, account: string, isRecent: boolean): Listed[] {
  const queues = metrics.queues(isRecent ? recentMinutes : undefined, account);
  return queues.flatMap(({ name, isFifo }) =>
    queueMetrics
      .filter((metric) => isFifo || !("isFifoOnly" in metric))
      .map((metric) => ({ queue: name, metric: metric.name })),
  );
}

/** Which queues the filters let through; a filter without a value wants the dimension alone. */
function queuesOf(filters: readonly { Name?: string | undefined; Value?: string | undefined }[]) {
  for (const [index, { Name }] of filters.entries()) {
    if (Name === undefined) throw missingParameter(`Dimensions.member.${index + 1}.Name`);
  }
  return (queue: string): boolean =>
    filters.every(
      ({ Name, Value }) => Name === queueDimension && (Value === undefined || Value === queue),
    );
}

function tokenOf({ queue, metric }: Listed): string {
  return Buffer.from(`${queue} ${metric}`).toString("base64url");
}

/** What stands behind the last one of the page before, which may be gone meanwhile. */
function from(token: string | undefined, all: readonly Listed[]): readonly Listed[] {
  if (token === undefined) return all;
  const words = Buffer.from(token, "base64url").toString();
  const [, after = "", last = ""] = /^([\w.-]{1,80}) ([A-Za-z]{1,64})$/.exec(words) ?? [];
  if (after === "") {
    throw new SluiceError("InvalidNextToken", "The next token is none of this request's.");
  }
  return all.filter(({ queue, metric }) => queue > after || (queue === after && metric > last));
}
