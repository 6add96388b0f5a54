/**
 * This thread's one wait on its doorbell, for all who sleep on it: long polls (waiting.ts), and calls that
 * wait until what they did is durable (durable/acknowledgements.ts). A wait can't be cancelled, so the thread has at most
 * one, however many sleep. Own thread only; costs nothing while nobody sleeps.
 *
 * Who goes to sleep says so where wakers look, reads the doorbell, looks for what it waits for, and then
 * calls `listen` with what it read: no ring is missed.
 */
import type { Engine } from "../../../bindings/index.ts";

export interface Sleeper {
  /** Whether it waits for anything now. */
  readonly isAsleep: boolean;
  /** The thread was rung, for whatever reason. */
  onRing(): void;
}

export class Bell {
  readonly #doorbell: Engine["doorbell"];
  readonly #sleepers: Sleeper[] = [];
  #isListening = false;

  constructor(engine: Engine) {
    this.#doorbell = engine.doorbell;
  }

  join(sleeper: Sleeper): void {
    this.#sleepers.push(sleeper);
  }

  /** The word as it is now; read it before looking for what to do. */
  read(): number {
    return this.#doorbell.read();
  }

  /** Calls those who sleep when the word is no longer `seen`, and goes on as long as somebody sleeps. */
  listen(seen: number): void {
    let word = seen;
    while (!this.#isListening && this.#isAnyAsleep) {
      const rung = this.#doorbell.rung(word);
      if (rung !== undefined) {
        this.#isListening = true;
        void rung.then(() => this.#onRing());
        return;
      }
      word = this.#doorbell.read();
      this.#tell();
    }
  }

  /** Nobody is to sleep any more: a wait that was begun ends. */
  end(): void {
    if (this.#isListening) this.#doorbell.ringSelf();
  }

  get #isAnyAsleep(): boolean {
    return this.#sleepers.some(({ isAsleep }) => isAsleep);
  }

  #onRing(): void {
    this.#isListening = false;
    if (!this.#isAnyAsleep) return;
    const seen = this.#doorbell.read();
    this.#tell();
    this.listen(seen);
  }

  #tell(): void {
    for (const sleeper of this.#sleepers) if (sleeper.isAsleep) sleeper.onRing();
  }
}
