/**
 * Tells how far a consumer is: reads its threads' ledger ten times a second, so that no thread need
 * send anything for a message that it handled. The opener's thread; keeps no process alive.
 */
import type { Hands } from "../broker/messages/hands.ts";
import type { Ledger } from "../broker/messages/ledger.ts";

const LOOK_MS = 100;

export interface ProgressHost {
  readonly processed: (count: number) => void;
  readonly drained: () => void;
  /** Nobody listens: then nothing is looked at. */
  readonly isHeard: (event: "processed" | "drained") => boolean;
}

export class Progress {
  readonly #ledger: Ledger;
  readonly #hands: Hands;
  readonly #host: ProgressHost;
  readonly #timer: NodeJS.Timeout;
  #told = 0;
  #isDrained = false;
  /** How many had been received when it was last said to be drained. */
  #drainedAt = -1;

  constructor(ledger: Ledger, hands: Hands, host: ProgressHost) {
    this.#ledger = ledger;
    this.#hands = hands;
    this.#host = host;
    this.#timer = setInterval(() => this.look(), LOOK_MS).unref();
  }

  /** Completed handlers since the start. */
  get handled(): number {
    return this.#sum("handled");
  }

  look(): void {
    const { handled } = this;
    if (handled > this.#told && this.#host.isHeard("processed")) {
      const count = handled - this.#told;
      this.#told = handled;
      this.#host.processed(count);
    }
    if (this.#host.isHeard("drained")) this.#lookForDrained();
  }

  /** Looks for the last time. */
  end(): void {
    clearInterval(this.#timer);
    this.look();
  }

  /** Said again only when something was there in between, even if that was never seen. */
  #lookForDrained(): void {
    const isDrained = this.#hands.isDrained;
    const received = this.#sum("received");
    const isNew = !this.#isDrained || received !== this.#drainedAt;
    this.#isDrained = isDrained;
    if (!isDrained || !isNew) return;
    this.#drainedAt = received;
    this.#host.drained();
  }

  #sum(which: "handled" | "received"): number {
    return this.#ledger.rows.reduce((sum, row) => sum + row.counts[which], 0);
  }
}
