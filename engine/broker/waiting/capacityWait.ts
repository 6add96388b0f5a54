/**
 * Where senders wait while memory is full: a line in the order they came. Room is made by deletes
 * in any thread, of which nobody is told (a ring for each would cost every delete), so the head of
 * the line tries again every 10 ms, and at once after a delete in this thread. Own thread only.
 */
import { onAbort } from "./abort.ts";

const RETRY_MS = 10;

interface Sender {
  /** True when it is done; false: memory is still full; throws what the sender is to be told. */
  readonly attempt: () => boolean;
  readonly settle: (error?: unknown) => void;
}

export class CapacityWait {
  #line: Sender[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** True while somebody waits; who comes now goes behind. */
  get isAwaited(): boolean {
    return this.#line.length > 0;
  }

  /** Resolves when `attempt`, called again and again, answers true; rejects with what it throws. */
  wait(attempt: () => boolean, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = onAbort(signal, (error) => {
        this.#line = this.#line.filter((other) => other !== sender);
        reject(error);
      });
      const settle = (error?: unknown): void => {
        cancel();
        if (error === undefined) resolve();
        else reject(error);
      };
      const sender: Sender = { attempt, settle };
      this.#line.push(sender);
      this.#timer ??= setInterval(() => this.retry(), RETRY_MS);
    });
  }

  /** Something may have become free, or this broker was closed. */
  retry(): void {
    for (let head = this.#line[0]; head !== undefined; head = this.#line[0]) {
      try {
        if (!head.attempt()) return;
        head.settle();
      } catch (error) {
        head.settle(error);
      }
      this.#line.shift();
    }
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
