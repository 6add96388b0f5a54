/**
 * One line on a terminal that says how far something is and how long it will take, written over itself.
 * Where standard error is no terminal nothing is written. On the main thread.
 */
import type { WriteStream } from "node:tty";
import { elapsedMs } from "../clock.ts";
import { duration, inWords } from "../report/words.ts";
import type { Progress } from "../simulator/progress.ts";

const betweenMs = 100;
const clearLine = "\r\u001b[2K";

export class ProgressLine {
  readonly #out: WriteStream;
  readonly #beganMs = elapsedMs();
  #shownMs = Number.NEGATIVE_INFINITY;

  constructor(out: WriteStream) {
    this.#out = out;
  }

  show(progress: Progress): void {
    const nowMs = elapsedMs();
    if (!this.#out.isTTY || nowMs - this.#shownMs < betweenMs) return;
    this.#shownMs = nowMs;
    this.#out.write(`${clearLine}${progressText(progress, (nowMs - this.#beganMs) / 1_000)}`);
  }

  clear(): void {
    if (this.#out.isTTY && this.#shownMs > 0) this.#out.write(clearLine);
  }
}

/** `43 %, 1.2 million messages, 12 s left (Ctrl-C for the result so far)`. */
export function progressText({ share, messages }: Progress, tookSeconds: number): string {
  const done = Math.min(1, Math.max(0, share));
  const left = done > 0 ? (tookSeconds * (1 - done)) / done : undefined;
  const parts = [
    `${Math.floor(done * 100)} %`,
    `${inWords(messages)} messages`,
    ...(left === undefined ? [] : [`${duration(Math.ceil(left))} left`]),
  ];
  return `${parts.join(", ")} (Ctrl-C for the result so far)`;
}
