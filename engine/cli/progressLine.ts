/**
 * One line on a terminal that says how far something is and how long it will take, written over itself.
 * Where standard error is no terminal nothing is written. On the main thread.
 */
import type { WriteStream } from "node:tty";
import type { RecoveryProgress } from "../broker/durable/face.ts";
import { elapsedMs } from "../clock.ts";
import { duration, inWords, quantity } from "../report/words.ts";
import type { Progress } from "../simulator/progress.ts";

const betweenMs = 100;
const clearLine = "\r\u001b[2K";

export class ProgressLine<Shown = Progress> {
  readonly #out: WriteStream;
  readonly #textOf: (progress: Shown, tookSeconds: number) => string;
  readonly #beganMs = elapsedMs();
  #shownMs = Number.NEGATIVE_INFINITY;

  constructor(out: WriteStream, textOf: (progress: Shown, tookSeconds: number) => string) {
    this.#out = out;
    this.#textOf = textOf;
  }

  show(progress: Shown): void {
    const nowMs = elapsedMs();
    if (!this.#out.isTTY || nowMs - this.#shownMs < betweenMs) return;
    this.#shownMs = nowMs;
    this.#out.write(`${clearLine}${this.#textOf(progress, (nowMs - this.#beganMs) / 1_000)}`);
  }

  clear(): void {
    if (this.#out.isTTY && this.#shownMs > 0) this.#out.write(clearLine);
  }
}

/** `43 %, 1.2 million messages, 12 s left (Ctrl-C for the result so far)`. */
export function progressText({ share, messages }: Progress, tookSeconds: number): string {
  const done = `${inWords(messages)} messages`;
  return `${shareText(share, [done], tookSeconds)} (Ctrl-C for the result so far)`;
}

/** `Reading the journal: 43 %, 1.2 GiB, 1.2 million messages, 12 s left`. */
export function recoveryText(
  { readBytes, allBytes, messages }: RecoveryProgress,
  tookSeconds: number,
): string {
  const done = [quantity(readBytes, "bytes"), `${inWords(messages)} messages`];
  const share = allBytes === 0 ? 1 : readBytes / allBytes;
  return `Reading the journal: ${shareText(share, done, tookSeconds)}`;
}

function shareText(share: number, done: readonly string[], tookSeconds: number): string {
  const part = Math.min(1, Math.max(0, share));
  const left = part > 0 ? (tookSeconds * (1 - part)) / part : undefined;
  const parts = [
    `${Math.floor(part * 100)} %`,
    ...done,
    ...(left === undefined ? [] : [`${duration(Math.ceil(left))} left`]),
  ];
  return parts.join(", ");
}
