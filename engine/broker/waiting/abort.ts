/**
 * Aborting: what an aborted call rejects with, and who is told. However many calls wait on one
 * signal, it has one listener (Node warns of more than ten). Own thread only.
 */
import type { Cancel } from "../../clock.ts";

/** The shape of Node's own AbortError; `cause` is the signal's reason. */
export class AbortError extends Error {
  override readonly name = "AbortError";
  readonly code = "ABORT_ERR";

  constructor(signal: AbortSignal) {
    super("The operation was aborted.", { cause: signal.reason });
  }
}

/** Throws AbortError when the signal has been given. */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AbortError(signal);
}

type Callback = (error: AbortError) => void;

const waiting = new WeakMap<AbortSignal, Set<Callback>>();

function nothing(): void {}

/** Calls back once when the signal is given, unless that is taken back before. */
export function onAbort(signal: AbortSignal | undefined, callback: Callback): Cancel {
  if (signal === undefined) return nothing;
  const callbacks = waiting.get(signal) ?? listen(signal);
  callbacks.add(callback);
  return () => callbacks.delete(callback);
}

function listen(signal: AbortSignal): Set<Callback> {
  const callbacks = new Set<Callback>();
  waiting.set(signal, callbacks);
  const tell = (): void => {
    for (const callback of callbacks) callback(new AbortError(signal));
    callbacks.clear();
  };
  signal.addEventListener("abort", tell, { once: true });
  return callbacks;
}
