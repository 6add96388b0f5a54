/**
 * How long who is refused by a queue's quota waits until he makes the same call again: as the standard
 * mode of AWS's SDKs does it, a random share of a pause that doubles with each refusal in a row. An SDK
 * gives up after some attempts and the program begins again; here a call is made until it is let
 * through, so that no message is lost to a quota.
 * Source: @smithy/core 3, DefaultRetryBackoffStrategy with THROTTLING_RETRY_DELAY_BASE.
 */
import type { Stream } from "../random/stream.ts";

const BASE_MS = 500;
const MAX_MS = 20_000;

export class Pauses {
  readonly #jitter: Stream;
  /** By who calls: the pause that he has a share of next. */
  readonly #longestMs: Float64Array;

  constructor(jitter: Stream, callers: number) {
    this.#jitter = jitter;
    this.#longestMs = new Float64Array(callers).fill(BASE_MS);
  }

  /** This one's call was refused: milliseconds until he makes it again. */
  next(caller: number): number {
    const longestMs = this.#longestMs[caller] as number;
    this.#longestMs[caller] = Math.min(MAX_MS, 2 * longestMs);
    return this.#jitter.double() * longestMs;
  }

  /** It was let through. */
  end(caller: number): void {
    this.#longestMs[caller] = BASE_MS;
  }
}
