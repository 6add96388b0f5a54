/**
 * Looking again until something holds, for expectations on queues that others work on. By the machine's
 * time: a broker's own may stand still.
 */
import { AbortError, checkSignal, onAbort } from "../broker/waiting/abort.ts";
import { elapsedMs } from "../clock.ts";
import { SluiceError } from "../errors.ts";
import type { WaitOptions } from "./types.ts";

// Taken once: a test that fakes timers waits all the same.
const { setTimeout, clearTimeout } = globalThis;

const TIMEOUT_MS = 5_000;
/** The first pauses are short, since most of what is waited for is there soon. */
const PAUSE_MS = 2;
const PAUSE_MS_MAX = 50;

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      cancel();
      resolve();
    };
    const timer = setTimeout(done, ms);
    const cancel = onAbort(signal, () => {
      clearTimeout(timer);
      reject(new AbortError(signal as AbortSignal));
    });
  });
}

/** The first answer of `look` that is not undefined; undefined when the time is up. */
export async function lookUntil<T>(
  look: () => Promise<T | undefined>,
  options: WaitOptions,
  timeoutMsDefault = TIMEOUT_MS,
): Promise<T | undefined> {
  const { timeoutMs = timeoutMsDefault, signal } = options;
  if (!(timeoutMs >= 0)) {
    const text = `timeoutMs is 0 or more milliseconds, not ${String(timeoutMs)}.`;
    throw new SluiceError("InvalidParameterValue", text);
  }
  const deadlineMs = elapsedMs() + timeoutMs;
  for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX)) {
    checkSignal(signal);
    const found = await look();
    if (found !== undefined) return found;
    const leftMs = deadlineMs - elapsedMs();
    if (leftMs <= 0) return undefined;
    await pause(Math.min(pauseMs, leftMs), signal);
  }
}
