/**
 * What an action is told when a program's own command calls it: nobody has to say who he is, as in the
 * rest of the process, and no request has headers. Made for each command, on its thread.
 */
import type { Broker } from "../broker/broker.ts";
import { type Caller, rootOf } from "../policy/caller.ts";
import type { Context } from "../server/wire/context.ts";
import { type SdkSignal, whenAborted } from "./abort.ts";

/** What all commands of a plugin have in common. */
export class LocalHost {
  readonly broker: Broker;
  readonly caller: Caller;
  readonly origin: string;

  constructor(broker: Broker, origin: string) {
    this.broker = broker;
    this.caller = rootOf(broker.account);
    this.origin = origin;
  }
}

export class LocalContext implements Context {
  readonly metrics = undefined;
  readonly tellsAccounts = false;
  readonly traceHeader = undefined;
  readonly #host: LocalHost;
  readonly #given: SdkSignal | undefined;
  #undo: (() => Promise<unknown>) | undefined;
  #release: (() => void) | undefined;

  constructor(host: LocalHost, given: SdkSignal | undefined) {
    this.#host = host;
    this.#given = given;
  }

  get broker(): Broker {
    return this.#host.broker;
  }

  get caller(): Caller {
    return this.#host.caller;
  }

  get account(): string {
    return this.broker.account;
  }

  get origin(): string {
    return this.#host.origin;
  }

  /** Everybody may everything. */
  authorise(): void {}

  identify(): void {}

  get signal(): AbortSignal {
    if (this.#given instanceof AbortSignal) return this.#given;
    const aborter = new AbortController();
    if (this.#given?.aborted) aborter.abort();
    this.#release = whenAborted(this.#given, () => aborter.abort());
    return aborter.signal;
  }

  undoUnlessSent(undo: () => Promise<unknown>): void {
    this.#undo = undo;
  }

  /** The program gets no answer: what the action took goes back. */
  async undo(): Promise<void> {
    await this.#undo?.();
  }

  /** The command is over, and listens to its signal no more. */
  end(): void {
    this.#release?.();
  }
}
