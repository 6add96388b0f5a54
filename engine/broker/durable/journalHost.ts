/**
 * The opener's side of the journal: starts its thread (journalWork.ts), waits until all that the directory
 * has is in the memory again, hands it entries to keep, and ends it. The thread keeps no process alive once the broker is
 * open. When it ends unbidden the broker ends with it, and everybody is told why: by this thread when it hears of
 * it or, while it blocks, looks; and by the watch, where there is one, whatever this thread does.
 */
import { resolve } from "node:path";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { type Engine, type EngineShare, JOURNAL_GONE } from "../../../bindings/index.ts";
import { SluiceError } from "../../errors.ts";
import type { BrokerSettings, Keeping } from "../threads/options.ts";
import type { Steward } from "../threads/steward.ts";
import { type DurableFace, recoveryWatcher, type TellProgress } from "./face.ts";
import { JournalNumbers } from "./journalNumbers.ts";
import type { JournalStart, JournalThread, ThreadData } from "./journalStart.ts";
import type { Order, Recovery, Refused, Report } from "./journalWork.ts";
import type { ReadAhead } from "./readAheadHost.ts";

const MIB = 1_048_576;
/** The largest message and what goes with it fit into one batch. */
const BATCH_BYTES = 8 * MIB;
const SEGMENT_BYTES = 32 * MIB;

function nothing(): void {}

function warn(text: string): void {
  process.emitWarning(text, { type: "SluiceWarning" });
}

export class JournalHost implements DurableFace {
  readonly directory: string;
  readonly durability: Keeping["durability"];
  readonly numbers = new JournalNumbers();
  /** Resolves with the error when the journal ends by one; never when it ends in order. */
  readonly failed: Promise<Error>;
  readonly #engine: Engine;
  readonly #thread: number;
  readonly #worker: JournalThread;
  readonly #orders: MessagePort;
  /** For the watch. */
  readonly #seat: MessagePort;
  readonly #ahead: ReadAhead | undefined;
  readonly #tellProgress: TellProgress;
  readonly #ended: Promise<void>;
  #recovery: Recovery | undefined;
  #minutes: readonly Uint8Array[] = [];
  #failure: SluiceError | undefined;
  #onReady: (recovery: Recovery) => void = nothing;
  #onUnready: (error: SluiceError) => void = nothing;
  #onLost: (error: SluiceError) => void = nothing;
  #onFailed: (error: Error) => void = nothing;

  /** Rejects with what keeps the directory from being used; nothing of it is changed then. */
  static async start(
    engine: Engine,
    settings: BrokerSettings,
    starting: JournalStart,
  ): Promise<JournalHost> {
    const share = engine.share();
    if (share === undefined) {
      throw new SluiceError("OverLimit", "No thread is left for the broker's journal.");
    }
    const ahead = await starting.readAhead(resolve(starting.keeping.directory), engine);
    const host = new JournalHost(engine, share, settings, starting, ahead);
    const recovery = await new Promise<Recovery>((resolve, reject) => {
      host.#onReady = resolve;
      host.#onUnready = reject;
      ahead?.begin();
    });
    host.#recovery = recovery;
    host.#minutes = recovery.minutes;
    engine.receipts.moved = recovery.moved;
    host.#worker.unref();
    return host;
  }

  private constructor(
    engine: Engine,
    share: EngineShare,
    settings: BrokerSettings,
    starting: JournalStart,
    ahead: ReadAhead | undefined,
  ) {
    this.#engine = engine;
    this.#thread = share.thread;
    const { directory, durability } = starting.keeping;
    this.directory = resolve(directory);
    this.durability = durability;
    this.#tellProgress = recoveryWatcher(starting.options) ?? nothing;
    this.failed = new Promise((resolve) => {
      this.#onFailed = resolve;
    });
    const { port1, port2 } = new MessageChannel();
    this.#orders = port1;
    const seat = new MessageChannel();
    this.#seat = seat.port1;
    this.#ahead = ahead;
    const { account, region, quotas } = settings;
    const data: ThreadData = {
      share,
      directory: this.directory,
      settings: {
        ...{ account, region, isSixtySecondRuleOn: quotas.sixtySecondRules },
        ...{ isRelaxed: durability === "relaxed", numbers: this.numbers.buffer },
        ...{ batchBytes: BATCH_BYTES, segmentBytes: SEGMENT_BYTES },
      },
      orders: port2,
      watched: seat.port2,
      ...(ahead !== undefined && { lockName: ahead.lockName }),
    };
    this.#worker = starting.give(data);
    this.#worker.on("message", (report: Report) => this.#hear(report));
    this.#worker.on("error", (error) => {
      this.#failure ??= failureOf(`The journal's thread had an error. ${error.message}`, error);
    });
    this.#ended = new Promise((resolve) => {
      this.#worker.once("exit", (code) => {
        this.#onExit(code);
        resolve();
      });
    });
  }

  /** What was there, once the thread is ready. */
  get recovery(): Recovery {
    if (this.#recovery === undefined) throw new Error("The journal has not been read yet.");
    return this.#recovery;
  }

  /** Why the journal ended, when it did not do so in order. */
  get failure(): SluiceError | undefined {
    return this.#failure;
  }

  /** `tell` is told when the thread has ended although nobody asked it to. */
  set onLost(tell: (error: SluiceError) => void) {
    this.#onLost = tell;
    if (this.#failure !== undefined) tell(this.#failure);
  }

  /** Has a whole entry appended with the next batch. */
  keep(entry: Uint8Array): void {
    this.#order(entry);
    this.#engine.durable.askAny();
  }

  /** From now on the watch sees the thread end. */
  watchBy(steward: Steward): void {
    if (this.lookForThread()) steward.joinJournal(this.#seat, this.#thread);
  }

  /** For this thread while it blocks and hears of nothing: false where the journal's has ended, and the broker so. */
  lookForThread(): boolean {
    return this.#order("there") || !this.#engine.registry.endJournal(this.#thread);
  }

  /** False: nobody can get it any more. Node says so, though its types don't. */
  #order(order: Order): boolean {
    const answer: unknown = this.#orders.postMessage(order);
    return answer !== false;
  }

  /** What metrics had kept; once. */
  takeMinutes(): readonly Uint8Array[] {
    const minutes = this.#minutes;
    this.#minutes = [];
    return minutes;
  }

  /**
   * The broker is about to end: resolves when it has, all that was done is on the disk and the directory is given
   * back. Answers what failed from this call on.
   */
  async end(): Promise<SluiceError | undefined> {
    const hadFailed = this.#failure !== undefined || this.#engine.durable.failure !== undefined;
    this.#worker.ref();
    await this.#ended;
    this.#orders.close();
    this.#seat.close();
    return hadFailed ? undefined : this.#failure;
  }

  #hear(report: Report): void {
    switch (report.kind) {
      case "ready":
        this.#ahead?.stop();
        this.#onReady(report);
        break;
      case "progress":
        this.#tellProgress(report);
        break;
      case "trouble":
        warn(report.text);
        break;
      default:
        this.#failure ??= refusalOf(report.text, report.refused) ?? failureOf(report.text);
    }
  }

  #onExit(code: number): void {
    const { durable } = this.#engine;
    this.#ahead?.stop();
    this.#ahead?.release();
    // In order: the broker had ended, by its close or because its steward was lost.
    if (durable.hasEnded && durable.failure === undefined) return;
    const told = durable.failure ?? JOURNAL_GONE;
    const text = told === JOURNAL_GONE ? `The journal's thread ended with code ${code}.` : told;
    const failure = this.#failure ?? failureOf(text);
    this.#failure = failure;
    this.#engine.registry.endJournal(this.#thread);
    if (this.#recovery !== undefined) warn(`The broker has ended. ${failure.message}`);
    this.#onUnready(failure);
    this.#onFailed(failure);
    this.#onLost(failure);
  }
}

/** Of a directory that is in order: what the broker was opened with is in the way. */
function refusalOf(text: string, refused: Refused | undefined): SluiceError | undefined {
  if (refused === undefined) return undefined;
  const { code, isForMemory } = refused;
  return new SluiceError(code, text, {
    retryable: false,
    ...(isForMemory && { cause: new RangeError(text) }),
  });
}

function failureOf(text: string, cause?: Error): SluiceError {
  return new SluiceError("InternalFailure", text, {
    retryable: false,
    ...(cause !== undefined && { cause }),
  });
}
