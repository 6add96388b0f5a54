/** What the loops of a consumer's thread work with, and what they share. Runs in that thread. */
import { setImmediate as immediately } from "node:timers/promises";
import type { Hand } from "../broker/messages/hand.ts";
import { type LedgerRow, RUN } from "../broker/messages/ledger.ts";
import type { Failures } from "./failures.ts";
import type { HandlerContext } from "./types.ts";
import type { WorkSettings } from "./words.ts";

export interface Work {
  readonly hand: Hand;
  readonly row: LedgerRow;
  readonly failures: Failures;
  readonly context: HandlerContext;
  readonly settings: WorkSettings;
  readonly isFifo: boolean;
}

/** How a loop came to its end; it rejects when the queue or the broker is gone. */
export type LoopEnd = "stopped" | "recycle";

/** Whether the loop shall receive nothing more, and why. */
export function endOf({ row, settings }: Work, received: number): LoopEnd | undefined {
  if (row.stop !== RUN) return "stopped";
  return received >= settings.recycleAfter ? "recycle" : undefined;
}

/** Receives; 0 also when the consumer was stopped meanwhile. No promise where something is there. */
export function receiveOrStop(work: Work): number | Promise<number> {
  return work.hand.tryReceive(work.settings.batch) || waitOrStop(work);
}

async function waitOrStop({ hand, context, settings }: Work): Promise<number> {
  try {
    return await hand.receive(settings.batch, context.signal);
  } catch (error) {
    if (context.signal.aborted && (error as Error).name === "AbortError") return 0;
    throw error;
  }
}

const TURN_MS = 10;
const TURN_MESSAGES = 100;

/**
 * Lets timers, sockets and orders have their turn when handlers that never wait would keep them from
 * it: after 100 messages or 10 ms.
 */
export class Turns {
  #sinceMs = 0;
  #messages = 0;

  /** Undefined: not yet. */
  take(received: number, nowMs: number): Promise<void> | undefined {
    this.#messages += received;
    if (this.#messages < TURN_MESSAGES && nowMs - this.#sinceMs < TURN_MS) return undefined;
    this.#messages = 0;
    this.#sinceMs = nowMs;
    return immediately();
  }
}

/**
 * Of a batch of a FIFO queue: who comes behind a failure in the same group. What is handled again
 * must not overtake it, so these go back, whatever became of them.
 */
export function behindFailures(
  groups: readonly (string | undefined)[],
  isFailed: (index: number) => boolean,
): Set<number> {
  const broken = new Set<string>();
  const behind = new Set<number>();
  groups.forEach((group, index) => {
    if (group === undefined) return;
    if (broken.has(group)) behind.add(index);
    else if (isFailed(index)) broken.add(group);
  });
  return behind;
}
