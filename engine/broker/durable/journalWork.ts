/**
 * What the journal's thread does, from the reading of the log to its close: recovers a broker's state into
 * the fresh memory, then commits what happens in it, turn by turn, until the broker ends. It runs nobody's code and
 * never waits for anything of the program; while it works it does not return to its event loop, so orders
 * are fetched and what it says is posted. One a broker with a directory.
 *
 * Its end is the broker's: what it throws is said in the shared memory, where all threads see it.
 */
import {
  Engine,
  type EngineShare,
  type LastIndex,
  type Loaded,
  type MovedSlot,
  OWNER_GONE,
  OWNER_OPEN,
  Publisher,
} from "../../../bindings/index.ts";
import { elapsedMs } from "../../clock.ts";
import { type ErrorCode, SluiceError } from "../../errors.ts";
import type { Journal } from "../../journal/journal.ts";
import { JournalError } from "../../journal/journalError.ts";
import { Keeper } from "../kept/keeper.ts";
import type { Deletion, RestoreSettings } from "../kept/recovered.ts";
import { attachTiming, type Timing } from "../threads/timing.ts";
import { Cleaner } from "./cleaner.ts";
import { Commits } from "./commits.ts";
import type { RecoveryProgress } from "./face.ts";
import { JournalNumbers } from "./journalNumbers.ts";

/** What the opener is told. */
export type Report =
  | ({ readonly kind: "progress" } & RecoveryProgress)
  /** All is there again; from now on the broker may be used. */
  | ({ readonly kind: "ready" } & Recovery)
  /** Something is not as it should be, and it goes on. */
  | { readonly kind: "trouble"; readonly text: string }
  /** It can't go on. */
  | { readonly kind: "failed"; readonly text: string; readonly refused?: Refused };

/** The directory is in order, but what the broker was opened with does not go together with it. */
export interface Refused {
  readonly code: ErrorCode;
  /** More memory would do. */
  readonly isForMemory: boolean;
}

export interface Recovery {
  /** Where messages are now whose receipt handles name another place. */
  readonly moved: readonly MovedSlot[];
  readonly deletions: readonly Deletion[];
  /** What metrics had kept. */
  readonly minutes: readonly Uint8Array[];
}

/** What the opener orders: to keep an entry; or nothing, to see that there is somebody at the other end. */
export type Order = Uint8Array | "there";

export interface WorkSettings extends RestoreSettings {
  readonly isRelaxed: boolean;
  /** As the journal was opened. */
  readonly batchBytes: number;
  readonly segmentBytes: number;
  /** Of a test: how long syncs take that had better overlap. */
  readonly slowSyncMs?: number;
  /** Of the opener's JournalNumbers. */
  readonly numbers: JournalNumbers["buffer"];
}

export interface WorkHost {
  readonly share: EngineShare;
  readonly settings: WorkSettings;
  readonly openJournal: (engine: Engine) => Promise<Journal>;
  /** Of a log that the opener reads: what it may build while this thread begins a new life. */
  readonly lastIndexOf?: (engine: Engine) => LastIndex | undefined;
  /** How many bytes there are to read. */
  readonly logBytes: () => number;
  readonly tell: (report: Report) => void;
  /** The next order of the opener's, if there is one. */
  readonly takeOrder: () => Order | undefined;
}

/** How long nothing comes before the disk says that what it has is durable, and queues are looked at. */
const REST_MS = 100;
const PROGRESS_MS = 100;
const DAY_MS = 86_400_000;

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Of what a start throws; undefined: it is the directory or the disk that can't be used. */
function refusedBy(error: unknown): Refused | undefined {
  // A range: what the log has does not fit into the memory.
  if (error instanceof RangeError) return { code: "InvalidParameterValue", isForMemory: true };
  if (!(error instanceof SluiceError)) return undefined;
  return { code: error.code, isForMemory: error.code === "CapacityExceeded" };
}

export class JournalWork {
  readonly #host: WorkHost;
  readonly #engine: Engine;
  readonly #publisher: Publisher;
  readonly #keeper: Keeper;
  readonly #numbers: JournalNumbers;
  #timing: Timing;
  #isReady = false;
  #trouble = "";

  constructor(host: WorkHost) {
    this.#host = host;
    this.#engine = Engine.attach(host.share);
    this.#publisher = new Publisher(host.share);
    this.#keeper = new Keeper(this.#engine, host.settings);
    this.#numbers = new JournalNumbers(host.settings.numbers);
    this.#timing = attachTiming(this.#engine);
  }

  /** Resolves when the broker has ended, in order or not. */
  async run(): Promise<void> {
    let journal: Journal | undefined;
    try {
      this.#engine.effects.begin();
      journal = await this.#host.openJournal(this.#engine);
      await this.#work(journal);
      this.#engine.durable.end();
    } catch (error) {
      this.#fail(error);
      // Gives the directory back; what can't be written any more was told.
      await journal?.close(this.#timing.clock.nowMs()).catch(() => {});
    }
    this.#engine.doorbell.ringOthers();
  }

  async #work(journal: Journal): Promise<void> {
    const fromMs = elapsedMs();
    const lastIndex = this.#host.lastIndexOf?.(this.#engine);
    const { conclusions, ...recovery } = await this.#recover(journal, lastIndex);
    const commits = this.#commitsTo(journal);
    await commits.beginLife(conclusions, this.#keeper.conclusions());
    lastIndex?.settle();
    this.#numbers.set("recoveryMs", elapsedMs() - fromMs);
    this.#host.tell({ kind: "ready", ...recovery });
    this.#isReady = true;
    await this.#serve(journal, commits, recovery);
    await journal.close(this.#timing.clock.nowMs());
  }

  /** Reads all that is on the disk into the memory, and begins a new life of the journal. */
  async #recover(
    journal: Journal,
    lastIndex: LastIndex | undefined,
  ): Promise<Recovery & Pick<Loaded, "conclusions">> {
    const { tell, logBytes } = this.#host;
    const { load } = this.#engine;
    const allBytes = logBytes();
    let readBytes = 0;
    let toldAtMs = elapsedMs();
    load.begin();
    const known = await journal.replay(({ records }) => {
      // A copy: what another thread has read lies in shared memory, which not all readers of bytes take.
      load.apply(records, (entry) => this.#keeper.read(entry.slice()));
      readBytes += records.length;
      if (elapsedMs() - toldAtMs < PROGRESS_MS) return;
      toldAtMs = elapsedMs();
      tell({ kind: "progress", readBytes, allBytes, messages: load.messages });
    });
    this.#goOnFrom(known.nowMs);
    const nowMs = this.#timing.clock.nowMs();
    const { births, deletions, minutes } = this.#keeper.restore(known.position === 0);
    const loaded = load.end(nowMs, births, lastIndex);
    await journal.begin(nowMs);
    this.#numbers.set("lives", known.lives + 1);
    this.#numbers.set("recoveredMessages", loaded.messages);
    tell({ kind: "progress", readBytes: allBytes, allBytes, messages: loaded.messages });
    const { moved, conclusions } = loaded;
    return { moved, conclusions, deletions, minutes };
  }

  /** The broker's time never steps back behind what is in the log. */
  #goOnFrom(lastMs: number): void {
    const { time } = this.#engine;
    // Virtual time is the program's to move; a queue's own never steps back.
    if (time.isVirtual) return;
    const nowMs = this.#timing.clock.nowMs();
    if (Math.abs(lastMs - nowMs) > DAY_MS && lastMs > 0) {
      const [last, now] = [lastMs, nowMs].map((ms) => new Date(ms).toISOString());
      const text = `The journal's last entry is of ${last}, and the clock says ${now}.`;
      const what =
        lastMs > nowMs
          ? "The broker's time goes on from the former, so nothing ends early or late by that."
          : "Messages whose retention ended in between are gone, and what was hidden or delayed until then is visible.";
      this.#host.tell({ kind: "trouble", text: `${text} ${what}` });
    }
    if (lastMs <= nowMs) return;
    time.anchorMs += lastMs - nowMs;
    this.#timing = attachTiming(this.#engine);
  }

  #commitsTo(journal: Journal): Commits {
    const { isRelaxed, batchBytes, slowSyncMs } = this.#host.settings;
    return new Commits({
      engine: this.#engine,
      publisher: this.#publisher,
      journal,
      catalogue: this.#keeper,
      counts: this.#numbers,
      ...{ isRelaxed, batchBytes, slowSyncMs },
      nowMs: () => this.#timing.clock.nowMs(),
      // A start that can't say that it began has nothing to serve: what it gave out might be given again.
      pause: (ms) => this.#isReady && this.#pause(ms),
      onTrouble: (error) => this.#isReady && this.#tellTrouble(error),
    });
  }

  async #serve(journal: Journal, commits: Commits, { moved }: Recovery): Promise<void> {
    const engine = this.#engine;
    const cleaner = new Cleaner({
      ...{ engine, journal, commits, moved, keeper: this.#keeper, counts: this.#numbers },
      segmentBytes: this.#host.settings.segmentBytes,
      nowMs: () => this.#timing.clock.nowMs(),
      onTrouble: (error) => this.#tellTrouble(error),
    });
    let wasOpen = true;
    for (;;) {
      const seen = engine.doorbell.read();
      const { isOpen } = this;
      // What nobody marked is taken as well before the end.
      if (wasOpen && !isOpen) commits.lookAtAll();
      wasOpen = isOpen;
      this.#takeOrders(commits);
      const hasWorked = await commits.turn();
      if (isOpen) await cleaner.step();
      if (hasWorked) continue;
      if (!isOpen) {
        if (!commits.isAnyPending) return;
        await commits.sync();
        continue;
      }
      await this.#rest(commits, cleaner, seen);
    }
  }

  get isOpen(): boolean {
    return this.#engine.ownerState === OWNER_OPEN;
  }

  #takeOrders(commits: Commits): void {
    for (;;) {
      const entry = this.#host.takeOrder();
      if (entry === undefined) return;
      if (entry === "there") continue;
      this.#keeper.take(entry);
      commits.keep(entry);
    }
  }

  /** Until somebody rings, or there is something to do without that. */
  async #rest(commits: Commits, cleaner: Cleaner, seen: number): Promise<void> {
    const { waitMs } = commits;
    // While the next turn would come too early, only a sync that is done rings, and the broker's end.
    if (waitMs > 0) {
      await this.sleep(seen, Math.min(waitMs, REST_MS));
      return;
    }
    this.#publisher.lieDown();
    const isIdle = this.isOpen && !commits.isWanted && !cleaner.isBusy;
    const isRung = !isIdle || (await this.sleep(seen, REST_MS));
    this.#publisher.getUp();
    if (!isRung) await commits.rest();
  }

  /** Blocks while the bell is as it was `seen`; false: the time is up. A test that drives this does other things here. */
  protected sleep(seen: number, ms: number): boolean | Promise<boolean> {
    return this.#engine.doorbell.sleep(seen, ms);
  }

  /** Until the time is up; false: the broker ends. */
  #pause(ms: number): boolean {
    const { doorbell } = this.#engine;
    const untilMs = elapsedMs() + ms;
    for (let leftMs = ms; leftMs > 0 && this.isOpen; leftMs = untilMs - elapsedMs()) {
      doorbell.sleep(doorbell.read(), leftMs);
    }
    return this.isOpen;
  }

  /** Once for each time that it goes wrong. */
  #tellTrouble(error: JournalError): void {
    if (error.message === this.#trouble) return;
    this.#trouble = error.message;
    this.#host.tell({ kind: "trouble", text: error.message });
  }

  #fail(error: unknown): void {
    const { durable } = this.#engine;
    const isTold = [JournalError, SluiceError, RangeError].some((kind) => error instanceof kind);
    const text = isTold ? textOf(error) : `The journal's thread had an error. ${textOf(error)}`;
    durable.fail(text);
    this.#engine.endOwner(OWNER_GONE);
    const refused = this.#isReady ? undefined : refusedBy(error);
    this.#host.tell({ kind: "failed", text, ...(refused && { refused }) });
  }
}
