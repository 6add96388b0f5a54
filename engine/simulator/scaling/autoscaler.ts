/**
 * What an autoscaler of a scenario is asked, and answers: how many processes there should be. Each is a
 * function of what it has seen, so it is tested by series made by hand; the event loop (events/scaler.ts)
 * looks at the queue for it, and does what it says. Types only.
 */

/** What was seen of the queue and the fleet when it was looked at. */
export interface Reading {
  /** The metric: messages, or the seconds of the oldest. */
  readonly value: number;
  /** Processes that were in service. */
  readonly running: number;
  /** Of them, those that had something in hand. */
  readonly busy: number;
  /** Batches that found no place since the look before (Lambda). */
  readonly throttled: number;
}

/** How things stand when it decides, which is later where its readings are stale. */
export interface Standing {
  readonly nowSeconds: number;
  /** As many as it wanted last; of scaled jobs, those that have not ended. */
  readonly desired: number;
  /** Of them, those that are not in service yet. */
  readonly pending: number;
}

/** A look at the queue, again and again. */
export interface Autoscaler {
  /** How often it looks; some look for several reasons. */
  readonly periodsSeconds: readonly number[];
  /** When it looks besides, from the beginning on, and after each period again (Infinity: never). */
  readonly moments?: { readonly atSeconds: readonly number[]; readonly periodSeconds: number };
  /** How many there should be; `look` is the place of the period, or the moment, that has come. */
  decide(reading: Reading, standing: Standing, look: number): number;
  /** What it wanted came to be: after its bounds and its pauses. */
  scaled?(from: number, to: number, nowSeconds: number): void;
}
