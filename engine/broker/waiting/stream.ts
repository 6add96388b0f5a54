/**
 * `for await (const message of queue.messages())`: long polls, one after the other, handed out one
 * message at a time. Leaving the loop, aborting and closing make what was received but not handed
 * out visible again at once. Own thread only.
 */
import type { Message, ReceiveOptions } from "../../types.ts";
import { checkSignal } from "./abort.ts";

const WAIT_SECONDS_DEFAULT = 20;

type Receive = (options: ReceiveOptions) => Promise<Message[]>;
type GiveBack = (messages: readonly Message[]) => void;

export class MessageStream implements AsyncIterableIterator<Message>, AsyncDisposable {
  readonly #receive: Receive;
  readonly #giveBack: GiveBack;
  readonly #options: ReceiveOptions;
  readonly #stop = new AbortController();
  #waiting: Message[] = [];
  #last: Promise<unknown> = Promise.resolve();

  constructor(receive: Receive, giveBack: GiveBack, options: ReceiveOptions) {
    this.#receive = receive;
    this.#giveBack = giveBack;
    const { signal } = options;
    const signals = signal === undefined ? [] : [signal];
    this.#options = {
      waitTimeSeconds: WAIT_SECONDS_DEFAULT,
      ...options,
      signal: AbortSignal.any([this.#stop.signal, ...signals]),
    };
  }

  /** Calls made at the same time are answered one after the other. */
  next(): Promise<IteratorResult<Message>> {
    const next = this.#last.then(() => this.#next());
    this.#last = next.catch(() => undefined);
    return next;
  }

  async #next(): Promise<IteratorResult<Message>> {
    try {
      while (this.#waiting.length === 0) {
        if (this.#stop.signal.aborted) return { done: true, value: undefined };
        this.#waiting = await this.#receive(this.#options);
      }
      checkSignal(this.#options.signal);
    } catch (error) {
      this.#giveBackRest();
      if (this.#stop.signal.aborted) return { done: true, value: undefined };
      throw error;
    }
    return { done: false, value: this.#waiting.shift() as Message };
  }

  async return(): Promise<IteratorResult<Message>> {
    this.#stop.abort();
    await this.#last;
    this.#giveBackRest();
    return { done: true, value: undefined };
  }

  #giveBackRest(): void {
    this.#giveBack(this.#waiting);
    this.#waiting = [];
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
