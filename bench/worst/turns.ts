/**
 * Loaded into a server that is measured, before the server itself (`node --import`): tells over the
 * process's channel, when it is sent anything, how long a turn of the event loop has taken since it was
 * asked last, at most, and what all of them together have. In processor time of the process, so that
 * a busy machine changes little; the thread was kept no longer than that.
 */
import { isMainThread } from "node:worker_threads";

export interface Turns {
  readonly longestMs: number;
  readonly totalMs: number;
}

/** A turn is over when a timer fires: it does so once a turn, and every millisecond between turns. */
const tickMs = 1;

let beganMs = spentMs();
let longestMs = 0;
let totalMs = 0;

function spentMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}

function endTurn(): void {
  const nowMs = spentMs();
  longestMs = Math.max(longestMs, nowMs - beganMs);
  totalMs += nowMs - beganMs;
  beganMs = nowMs;
}

function tell(): void {
  endTurn();
  const turns: Turns = { longestMs, totalMs };
  process.send?.(turns);
  longestMs = 0;
  totalMs = 0;
}

// The broker's own threads load what the process loads.
if (isMainThread) {
  setInterval(endTurn, tickMs).unref();
  process.on("message", tell);
}
