/** What `consumer.stats()` answers, read from the ledger. Costs a few microseconds a thread. */
import type { LedgerRow } from "../broker/messages/ledger.ts";
import type { ConsumerStats, HandledCounts, ThreadStats } from "./types.ts";

/** What is known of a thread beside its row. */
export interface ThreadSource {
  readonly row: LedgerRow;
  readonly threadId: number | undefined;
  readonly isReady: boolean;
  readonly eventLoopUtilization: number | undefined;
}

function threadStats(source: ThreadSource, nowMs: number): ThreadStats {
  const { row, threadId, eventLoopUtilization } = source;
  const { oldestAtMs } = row;
  return {
    threadId,
    ...row.counts,
    oldestInHandMs: oldestAtMs === undefined ? undefined : Math.max(0, nowMs - oldestAtMs),
    utilization: row.busyShare(nowMs),
    eventLoopUtilization,
    lastSecond: row.lastSecond(nowMs),
    lastMinute: row.lastMinute(nowMs),
  };
}

function sum(all: readonly HandledCounts[]): HandledCounts {
  return {
    handled: all.reduce((total, { handled }) => total + handled, 0),
    failed: all.reduce((total, { failed }) => total + failed, 0),
  };
}

export function statsOf(
  sources: readonly ThreadSource[],
  threadsDied: number,
  nowMs: number,
): ConsumerStats {
  const byThread = sources.map((source) => threadStats(source, nowMs));
  return {
    threads: sources.filter(({ isReady }) => isReady).length,
    received: byThread.reduce((total, { received }) => total + received, 0),
    inHand: byThread.reduce((total, { inHand }) => total + inHand, 0),
    ...sum(byThread),
    threadsDied,
    lastSecond: sum(byThread.map(({ lastSecond }) => lastSecond)),
    lastMinute: sum(byThread.map(({ lastMinute }) => lastMinute)),
    byThread,
  };
}
