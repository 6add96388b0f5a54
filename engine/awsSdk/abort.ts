/**
 * Signals that the SDK's callers give, and what the SDK rejects with when one is given: the program's own
 * AbortSignal, or the SDK's older one, which has `onabort` and no events. Own thread only.
 */

/** An AbortSignal, or what the SDK had before there were any. */
export interface SdkSignal {
  readonly aborted: boolean;
  readonly reason?: unknown;
  onabort?: unknown;
  addEventListener?(type: "abort", listener: () => void): void;
  removeEventListener?(type: "abort", listener: () => void): void;
}

function nothing(): void {}

/** Calls back when the signal is given, unless what it answers is called before. */
export function whenAborted(signal: SdkSignal | undefined, callback: () => void): () => void {
  if (signal === undefined) return nothing;
  if (typeof signal.addEventListener !== "function") {
    signal.onabort = callback;
    return () => {
      signal.onabort = null;
    };
  }
  signal.addEventListener("abort", callback);
  return () => signal.removeEventListener?.("abort", callback);
}

/** As the SDK's own handler makes it, whatever the reason is. */
export function abortError(reason: unknown): Error {
  const isError = reason instanceof Error;
  const message = reason === undefined || isError ? "Request aborted" : String(reason);
  const error = new Error(message, isError ? { cause: reason } : undefined);
  error.name = "AbortError";
  return error;
}
