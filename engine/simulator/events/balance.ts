/**
 * Whether a run balances: what it counted, what the engine counted and what is in the engine must agree to
 * the last message, and Little's law must hold on the sample path. A run that does not balance has no
 * result: it throws and says what disagrees.
 */
import type { FleetReport, ProducerReport, QueueReport } from "./report.ts";
import type { SimQueue } from "./simQueue.ts";
import {
  DEDUPLICATED,
  DELETED,
  EMPTY_RECEIVES,
  IN_VAIN,
  MOVED_IN,
  RECEIVED,
  SENT,
} from "./tally.ts";

/** Relative: what rounding may make of a sum of billions of times. */
const ROUNDING = 1e-9;

/** Throws when they do not agree; `nowMs` is the run's end, the queue settled. */
export function checkBalance(queue: SimQueue, report: QueueReport, nowMs: number): void {
  const { counts, initial, moved, expired, left } = report;
  const count = (which: number): number => counts[which] as number;
  const totals = queue.queue.totals();
  const came = count(SENT) + count(MOVED_IN);
  const gone = count(DELETED) + moved + expired;
  const claims: [what: string, one: number, other: number][] = [
    ["came in, and left or is there yet", came, gone + left],
    ["left, by the level and by the counts", queue.flow.gone, gone],
    ["sent, by the engine", count(SENT), totals.messagesSent],
    ["received, by the engine", count(RECEIVED), totals.messagesReceived],
    // The engine counts a delete, as CloudWatch does, also when the message was gone.
    ["deletes, by the engine", count(DELETED) + count(IN_VAIN), totals.messagesDeleted],
    ["empty receives, by the engine", count(EMPTY_RECEIVES), totals.emptyReceives],
    ["deduplicated, by the engine", count(DEDUPLICATED), totals.deduplicatedSends],
    ["sent at first, no more than sent", Math.min(initial, count(SENT)), initial],
  ];
  for (const [what, one, other] of claims) {
    if (one !== other) throw unbalanced(`queue ${queue.plan.name}`, what, one, other);
  }
  checkLittle(queue, left, came === count(DELETED), nowMs);
}

/** Throws when all queues together got other messages than senders sent, or others than queues moved on. */
export function checkWhole(
  reports: readonly QueueReport[],
  senders: readonly ProducerReport[],
  fleets: readonly FleetReport[],
): void {
  const sum = (of: (report: QueueReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  const counted = (which: number): number => sum(({ counts }) => counts[which] as number);
  const sent = senders.reduce((total, sender) => total + sender.sent, 0);
  const sentOn = fleets.reduce((total, fleet) => total + fleet.sentOn, 0);
  const claims: [what: string, one: number, other: number][] = [
    [
      "sent to queues, and by producers and consumers",
      counted(SENT) + counted(DEDUPLICATED),
      sent + sentOn + sum(({ initial }) => initial),
    ],
    ["moved into queues, and out of queues", counted(MOVED_IN), sum(({ moved }) => moved)],
  ];
  for (const [what, one, other] of claims) {
    if (one !== other) throw unbalanced("all queues", what, one, other);
  }
}

function checkLittle(queue: SimQueue, left: number, isAllDeleted: boolean, nowMs: number): void {
  const { meter, flow, plan } = queue;
  const area = meter.area(0) + meter.area(1) + meter.area(2);
  const byFlow = flow.areaAt(nowMs);
  if (differ(area, byFlow)) {
    throw unbalanced(
      `queue ${plan.name}`,
      "messages times time, by the level and by arrivals",
      area,
      byFlow,
    );
  }
  // Only where nobody came with an age are all stays what was measured.
  if (left > 0 || !isAllDeleted || flow.hasAged) return;
  if (differ(area, flow.stayedMs)) {
    throw unbalanced(
      `queue ${plan.name}`,
      "messages times time, and all sojourns",
      area,
      flow.stayedMs,
    );
  }
}

function differ(one: number, other: number): boolean {
  return Math.abs(one - other) > ROUNDING * Math.max(1, Math.abs(one), Math.abs(other));
}

function unbalanced(where: string, what: string, one: number, other: number): Error {
  return new Error(
    `The simulation does not balance, so it has no result: in ${where}, ${what}: ` +
      `${one} is not ${other}. This is a fault of the simulator or of the engine.`,
  );
}
