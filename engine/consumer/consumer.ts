/**
 * A consumer as its opener sees it: keeps a thread in each place of the pool, replaces those that die,
 * passes on what they tell, and brings all to an end. It handles no message and sees none; threads
 * receive from the shared memory by themselves. The opener's thread only.
 *
 * At least once: a message is deleted after its handler completed, so a thread that dies repeats what
 * it had handled and not deleted yet, and what was in its hands.
 */
import { EventEmitter } from "node:events";
import { existsSync } from "node:fs";
import { Broker } from "../broker/broker.ts";
import { Hands, incarnationOf } from "../broker/messages/hands.ts";
import { DRAIN, DROP, Ledger } from "../broker/messages/ledger.ts";
import { AbortError, onAbort } from "../broker/waiting/abort.ts";
import { SluiceError } from "../errors.ts";
import type { Queue } from "../types.ts";
import { DeathRow } from "./deaths.ts";
import { errorOf } from "./errorShape.ts";
import { InlinePlace } from "./inlinePlace.ts";
import { checkBackoff, invalid, type Settings, stopOf } from "./options.ts";
import { Output } from "./output.ts";
import { Place, type PlaceEnd } from "./place.ts";
import { Pool } from "./pool.ts";
import { Progress } from "./progress.ts";
import { statsOf } from "./stats.ts";
import type { Consumer, ConsumerEvents, ConsumerStats, StopOptions } from "./types.ts";
import type { Failure, Report, Task, WorkSettings } from "./words.ts";

/** Without `drain` a handler that has begun gets so long. */
const GRACE_MS = 1_000;
/** How long threads that were ended are waited for. */
const END_MS = 1_000;

function after(ms: number): { readonly passed: Promise<void>; readonly cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<void>((resolve) => {
    // setTimeout counts to 2^31 ms at the most.
    timer = setTimeout(resolve, Math.min(ms, 2 ** 31 - 1));
  });
  return { passed, cancel: () => clearTimeout(timer) };
}

function stoppedError(): Error {
  return new AbortError(AbortSignal.abort(new Error("The consumer was stopped.")));
}

export class QueueConsumer extends EventEmitter<ConsumerEvents> implements Consumer {
  readonly ready: Promise<void>;
  readonly #broker: Broker;
  readonly #queue: Queue;
  readonly #href: string;
  readonly #settings: Settings;
  readonly #ledger: Ledger;
  readonly #hands: Hands;
  readonly #progress: Progress;
  readonly #deaths: DeathRow;
  readonly #pool: Pool;
  readonly #places: readonly (Place | InlinePlace)[];
  readonly #readyOnce = new Set<number>();
  readonly #kept: Promise<unknown>;
  #threadsDied = 0;
  readonly #stopAsked: Promise<void>;
  #onStopAsked: () => void = () => {};
  #stopping: Promise<void> | undefined;
  #hurry: () => void = () => {};
  #settleReady: (error?: Error) => void = () => {};

  constructor(queue: Queue, handlerFile: URL, settings: Settings) {
    super();
    this.#broker = Broker.of(queue);
    this.#queue = queue;
    this.#href = handlerFile.href;
    this.#settings = settings;
    this.#ledger = new Ledger(settings.threads, settings.carries);
    this.#hands = new Hands(queue, this.#ledger);
    this.#deaths = new DeathRow(settings.maxDeathsInARow);
    this.#pool = new Pool(settings);
    this.#progress = new Progress(this.#ledger, this.#hands, {
      processed: (count) => this.#tell("processed", count),
      drained: () => this.#tell("drained"),
      isHeard: (event) => this.listenerCount(event) > 0,
    });
    this.ready = new Promise((resolve, reject) => {
      this.#settleReady = (error) => (error === undefined ? resolve() : reject(error));
    });
    this.#stopAsked = new Promise((resolve) => {
      this.#onStopAsked = resolve;
    });
    // Who does not ask need not be told.
    this.ready.catch(() => undefined);
    this.#places = this.#makePlaces();
    const isImported = typeof settings.given.inline !== "function";
    const missing = isImported && handlerFile.protocol === "file:" && !existsSync(handlerFile);
    // In a turn of its own, so that whoever made it can listen before anything is told.
    this.#kept = new Promise((resolve) => setImmediate(resolve)).then(() => {
      if (missing) this.#fail(invalid(`There is no handler's module ${this.#href}.`));
      return Promise.all(this.#places.map((place) => this.#keep(place)));
    });
    this.#followSignal();
  }

  stats(): ConsumerStats {
    return statsOf(this.#places, this.#threadsDied, this.#hands.nowMs());
  }

  async stop(options: StopOptions = {}): Promise<void> {
    const { drain, deadlineMs } = stopOf(options);
    const mostMs = drain ? deadlineMs : Math.min(deadlineMs, GRACE_MS);
    this.#ledger.stop(drain ? DRAIN : DROP);
    this.#onStopAsked();
    for (const place of this.#places) place.tell({ kind: "stop" });
    if (this.#hands.isOpen) this.#hands.ring();
    if (this.#stopping === undefined) this.#stopping = this.#stop(mostMs);
    // A second call can only make it shorter.
    else {
      const { passed, cancel } = after(mostMs);
      void passed.then(() => this.#hurry());
      void this.#stopping.finally(cancel);
    }
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #followSignal(): void {
    const { signal } = this.#settings.given;
    const stop = (): void => void this.stop();
    if (signal?.aborted) stop();
    else void this.#kept.finally(onAbort(signal, stop)).catch(() => undefined);
  }

  #makePlaces(): readonly (Place | InlinePlace)[] {
    const { given } = this.#settings;
    const { inline = false } = given;
    const [first] = this.#ledger.rows;
    if (inline !== false && first !== undefined) {
      const host = {
        broker: this.#broker,
        queue: this.#queue,
        href: this.#href,
        data: given.data,
        settings: this.#work(),
        load: inline === true ? undefined : inline,
        hear: (report: Report): void => this.#hear(place, report),
      };
      const place = new InlinePlace(host, first);
      return [place];
    }
    const host = {
      pool: this.#pool,
      taskOf: (place: Place): Omit<Task, "port"> => this.#taskOf(place),
      hear: (place: Place, report: Report): void => this.#hear(place, report),
      output: ({ index }: Place): Output =>
        new Output(this.#settings.output, `${this.#queue.name} ${index + 1}`),
    };
    return this.#ledger.rows.map((row, index) => new Place(host, index, row));
  }

  #work(): WorkSettings {
    const { batch, concurrency, visibilityTimeout, heartbeat, recycleAfter } = this.#settings;
    const { hasOwnLoop, carries } = this.#settings;
    const hasBackoff = this.#settings.backoffSeconds !== undefined;
    const own = { hasBackoff, hasOwnLoop, carries };
    return { batch, concurrency, visibilityTimeout, heartbeat, recycleAfter, ...own };
  }

  #taskOf({ index }: Place): Omit<Task, "port"> {
    return {
      handle: this.#broker.share(),
      ledger: this.#ledger.share(index),
      queue: this.#queue.name,
      account: this.#queue.account,
      incarnation: incarnationOf(this.#queue),
      href: this.#href,
      work: this.#work(),
      data: this.#settings.given.data,
      catchesOutput: this.#settings.output !== "inherit",
    };
  }

  /** Sees to it that there is a thread in this place until the consumer stops. */
  async #keep(place: Place | InlinePlace): Promise<void> {
    while (this.#stopping === undefined) {
      const began = this.#deaths.begin();
      const end = await place.live();
      if (end.how === "died" && !(await this.#onDeath(place, end, began))) return;
      if (end.how === "ended" && !(await this.#onEnd(place, end))) return;
      place.forget();
    }
  }

  /** In good order; true: the next thread may come. */
  async #onEnd(
    place: Place | InlinePlace,
    { end }: Extract<PlaceEnd, { how: "ended" }>,
  ): Promise<boolean> {
    place.row.clearHand();
    if (end.kind === "lost") {
      // That the broker was closed is no news to who closed it.
      if (this.#hands.isOpen) this.#fail(errorOf(end.error));
      else void this.stop({ drain: false });
    }
    return end.kind === "recycle";
  }

  async #onDeath(
    place: Place | InlinePlace,
    { error, exitCode }: Extract<PlaceEnd, { how: "died" }>,
    began: number,
  ): Promise<boolean> {
    const { row, threadId = 0 } = place;
    if (this.#stopping !== undefined || !this.#hands.isOpen) {
      this.#hands.giveBack(row);
      row.clearHand();
      return false;
    }
    const messageIds = this.#hands.messageIds(row);
    row.clearHand();
    this.#threadsDied++;
    this.#deaths.died(began, this.#progress.handled);
    this.#tell("threadDied", { error, exitCode, threadId, messageIds });
    if (this.#deaths.isOver) {
      this.#giveUp(error);
      return false;
    }
    const { passed, cancel } = after(this.#deaths.pauseMs);
    await Promise.race([passed, this.#stopAsked]);
    cancel();
    return true;
  }

  #giveUp(cause: Error): void {
    const { deaths } = this.#deaths;
    const text =
      `The consumer of ${this.#queue.name} has stopped: its threads died ${deaths} times in a row ` +
      `without one handled message. The last one: ${cause.message}`;
    this.#fail(new SluiceError("InternalFailure", text, { cause, queue: this.#queue.name }));
  }

  /** It can't go on: said once, to whoever listens. */
  #fail(error: Error): void {
    if (this.#stopping !== undefined) return;
    this.#settleReady(error);
    this.#report(error);
    void this.stop({ drain: true });
  }

  /** What a listener throws is its program's fault: it ends there, and the consumer goes on. */
  #tell<Name extends keyof ConsumerEvents>(name: Name, ...what: ConsumerEvents[Name]): void {
    try {
      super.emit<keyof ConsumerEvents>(name, ...what);
    } catch (error) {
      setImmediate(() => {
        throw error;
      });
    }
  }

  #report(error: Error): void {
    if (this.listenerCount("error") > 0) this.#tell("error", error);
    else process.emitWarning(error.message, { type: "SluiceWarning" });
  }

  #hear(place: Place | InlinePlace, report: Report): void {
    switch (report.kind) {
      case "ready":
        this.#readyOnce.add(place.index);
        if (this.#readyOnce.size === this.#places.length) this.#settleReady();
        // It may have begun after the others were told.
        if (this.#stopping !== undefined) place.tell({ kind: "stop" });
        break;
      case "unusable":
        this.#fail(errorOf(report.error));
        break;
      case "closeFailed":
        this.#report(errorOf(report.error));
        break;
      case "failed":
        this.#onFailed(place, report.failures);
        break;
      default:
    }
  }

  #onFailed(place: Place | InlinePlace, failures: readonly Failure[]): void {
    if (this.#settings.backoffSeconds !== undefined) {
      const answers = failures.map(({ number, receiveCount }) => {
        return { number, seconds: this.#backoff(receiveCount) };
      });
      place.tell({ kind: "backoff", answers });
      place.row.answer();
      if (this.#hands.isOpen) this.#hands.ring();
    }
    for (const { messageId, error } of failures) this.#tell("failed", messageId, errorOf(error));
  }

  #backoff(receiveCount: number): number | undefined {
    try {
      return checkBackoff(this.#settings.backoffSeconds?.(receiveCount));
    } catch (error) {
      this.#report(error as Error);
      return undefined;
    }
  }

  async #stop(mostMs: number): Promise<void> {
    const hurried = new Promise<void>((resolve) => {
      this.#hurry = resolve;
    });
    const deadline = after(mostMs);
    this.#settleReady(stoppedError());
    await Promise.race([this.#kept, deadline.passed, hurried]);
    deadline.cancel();
    // In this thread nothing can be ended; what has not begun must not begin any more.
    this.#ledger.stop(DROP);
    const late = after(END_MS);
    // Whoever was ended gives back what it held, in #onDeath.
    await Promise.race([this.#pool.end().then(() => this.#kept), late.passed]);
    late.cancel();
    this.#progress.end();
  }
}
