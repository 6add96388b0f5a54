/** What an aborted call rejects with: the shape of Node's own AbortError. Any thread. */

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
