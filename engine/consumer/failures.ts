/**
 * What failed in one thread: told to the opener in bundles, and put back into the queue. Where the
 * caller has a backoff function, which only the opener can call, a failed message stays in hand until
 * its answer has come. The thread of the loop only.
 */
import type { Hand } from "../broker/messages/hand.ts";
import { shapeOf } from "./errorShape.ts";
import type { BackoffAnswer, Failure } from "./words.ts";

/** A bundle goes out when it has so many, or its first has waited so long, or nothing else is to do. */
const BUNDLE_MAX = 100;
const BUNDLE_MS = 20;

export class Failures {
  readonly #hand: Hand;
  readonly #tell: (failures: readonly Failure[]) => void;
  readonly #hasBackoff: boolean;
  readonly #unanswered = new Set<number>();
  #bundle: Failure[] = [];
  #bundleMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #onAnswered: () => void = () => {};

  constructor(hand: Hand, hasBackoff: boolean, tell: (failures: readonly Failure[]) => void) {
    this.#hand = hand;
    this.#hasBackoff = hasBackoff;
    this.#tell = tell;
  }

  add(number: number, messageId: string, receiveCount: number, thrown: unknown): void {
    const nowMs = this.#hand.readClock();
    if (this.#bundle.length === 0) this.#begin(nowMs);
    this.#bundle.push({ messageId, error: shapeOf(thrown), number, receiveCount });
    if (this.#hasBackoff) this.#unanswered.add(number);
    else this.#hand.fail(number, undefined);
    this.#hand.countFailed();
    if (this.#bundle.length >= BUNDLE_MAX || nowMs - this.#bundleMs >= BUNDLE_MS) this.flush();
  }

  /** In a thread that blocks no timer runs: it flushes before it does. */
  #begin(nowMs: number): void {
    this.#bundleMs = nowMs;
    this.#timer ??= setTimeout(() => this.flush(), BUNDLE_MS);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#bundle.length === 0) return;
    const bundle = this.#bundle;
    this.#bundle = [];
    this.#tell(bundle);
  }

  answer(answers: readonly BackoffAnswer[]): void {
    for (const { number, seconds } of answers) {
      if (this.#unanswered.delete(number)) this.#hand.fail(number, seconds);
    }
    if (this.#unanswered.size === 0) this.#onAnswered();
  }

  /** The hand is empty: answers that come yet are for nobody. */
  drop(): void {
    this.flush();
    this.#unanswered.clear();
  }

  /** Resolves when all is answered. */
  async settled(): Promise<void> {
    this.flush();
    if (this.#unanswered.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onAnswered = resolve;
    });
  }
}
