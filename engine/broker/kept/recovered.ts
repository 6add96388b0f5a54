/**
 * What a log says of a broker besides messages, gathered entry by entry and then put into a fresh memory:
 * queues under their numbers and incarnations, so that dead-letter queues, receipt handles and what is
 * said of messages still mean the same ones; the secret and the epoch; and counts, which go on above all
 * that may have been handed out. Used by the keeper alone, in the journal's thread, before anybody is served.
 */
import { type Engine, SECRET_BYTES, STATUS_FULL } from "../../../bindings/index.ts";
import { SluiceError } from "../../errors.ts";
import { JournalError } from "../../journal/journalError.ts";
import { protections } from "../../limits.ts";
import { daysKept } from "../../metricNames.ts";
import { unpackEntry } from "../catalogue/catalogue.ts";
import {
  decodeKept,
  KEPT,
  type Kept,
  KeptError,
  type KeptGone,
  type KeptIdentity,
  type KeptQueue,
} from "./entries.ts";

/** More incarnations than a life can hand out between two batches of the log. */
const INCARNATIONS_A_LIFE = 4_096;
/** Metrics of that many minutes before the last one are kept: a day more than they are shown of. */
export const MINUTES_KEPT: number = (daysKept + 1) * 1_440;

export interface RestoreSettings {
  readonly account: string;
  readonly region: string;
  /** Whether AWS's rules of 60 seconds hold. */
  readonly isSixtySecondRuleOn: boolean;
}

export interface Restored {
  /** How many queues there are. */
  readonly queues: number;
  /** No message's birth is above it, as far as is known here. */
  readonly births: number;
  /** Queues that were deleted at the end of the log, whose names may have to wait. */
  readonly deletions: readonly Deletion[];
  /** Entries of metrics, in their order. */
  readonly minutes: readonly Uint8Array[];
  readonly era: number;
  readonly firstMinute: number;
  readonly lastMinute: number;
  /** Each queue with the entry that it has in the log. */
  readonly written: readonly Written[];
}

/** A name that was given up. */
export type Deletion = Pick<KeptGone, "account" | "name" | "atMs">;

interface Written {
  readonly number: number;
  readonly incarnation: number;
  readonly entry: Uint8Array;
}

interface Found {
  readonly queue: KeptQueue;
  readonly entry: Uint8Array;
}

interface Minute {
  readonly era: number;
  readonly minute: number;
  readonly entry: Uint8Array;
}

/** What an entry of the log says. Throws a JournalError. */
export function readKept(entry: Uint8Array): Kept {
  try {
    return decodeKept(entry);
  } catch (error) {
    if (!(error instanceof KeptError)) throw error;
    throw new JournalError(error.code, error.message, error);
  }
}

export class Recovered {
  readonly #queues = new Map<number, Found>();
  readonly #deletions: KeptGone[] = [];
  #minutes: Minute[] = [];
  #identity: KeptIdentity | undefined;
  #incarnations = 0;
  #births = 0;
  #era = 0;
  #firstMinute = 0;
  #lastMinute = 0;

  read(entry: Uint8Array): void {
    const kept = readKept(entry);
    switch (kept.kind) {
      case KEPT.queue:
        this.#queues.set(kept.number, { queue: kept, entry: entry.slice() });
        this.#incarnations = Math.max(this.#incarnations, kept.incarnation);
        break;
      case KEPT.gone:
        if (this.#queues.get(kept.number)?.queue.incarnation === kept.incarnation) {
          this.#queues.delete(kept.number);
        }
        this.#incarnations = Math.max(this.#incarnations, kept.incarnation);
        this.#deletions.push(kept);
        break;
      case KEPT.identity:
        this.#identity = kept;
        break;
      case KEPT.counters:
        this.#incarnations = Math.max(this.#incarnations, kept.incarnations);
        this.#births = Math.max(this.#births, kept.births);
        break;
      default:
        this.#era = Math.max(this.#era, kept.era);
        this.#firstMinute = Math.max(this.#firstMinute, kept.firstMinute);
        this.#lastMinute = Math.max(this.#lastMinute, kept.minute);
        this.#minutes.push({ era: kept.era, minute: kept.minute, entry: entry.slice() });
    }
  }

  /** See Keeper.restore. */
  restore(engine: Engine, settings: RestoreSettings, isNew: boolean): Restored {
    this.#adoptIdentity(engine, settings, isNew);
    const written: Written[] = [];
    for (const { queue, entry } of this.#queues.values()) {
      restoreQueue(engine, queue);
      written.push({ number: queue.number, incarnation: queue.incarnation, entry });
    }
    const incarnations = this.#incarnations + (isNew ? 0 : INCARNATIONS_A_LIFE);
    engine.identity.incarnations = incarnations;
    const [era, firstMinute, lastMinute] = [this.#era, this.#firstMinute, this.#lastMinute];
    return {
      ...{
        queues: written.length,
        births: this.#births,
        deletions: this.#lastDeletions(),
        written,
      },
      ...{ minutes: this.#keptMinutes(), era, firstMinute, lastMinute },
    };
  }

  #adoptIdentity(engine: Engine, settings: RestoreSettings, isNew: boolean): void {
    const identity = this.#identity;
    if (identity === undefined) {
      if (isNew) return;
      throw new JournalError(
        "Corrupt",
        "The journal does not say whose it is: no broker wrote it.",
      );
    }
    const { account, region, hashVersion, secret } = identity;
    if (hashVersion !== engine.identity.hashVersion || secret.length !== SECRET_BYTES) {
      throw new JournalError(
        "NewerVersion",
        `The journal keeps ids under hash ${hashVersion}; this version of Sluice has ${engine.identity.hashVersion}.`,
      );
    }
    if (account !== settings.account || region !== settings.region) {
      throw new SluiceError(
        "InvalidParameterValue",
        `The journal in this directory is that of account ${account} in region ${region}, not of ` +
          `account ${settings.account} in region ${settings.region}: queues' ARNs have both. Open it with ` +
          "its own, or give the broker another directory.",
      );
    }
    engine.identity.adopt(identity);
  }

  /** Those from the last minute of them: broker's time goes on, and what is older no rule minds. */
  #lastDeletions(): Deletion[] {
    const lastMs = this.#deletions.reduce((last, { atMs }) => Math.max(last, atMs), 0);
    return this.#deletions
      .filter(({ atMs }) => lastMs - atMs < protections.recreateSeconds * 1_000)
      .map(({ account, name, atMs }) => ({ account, name, atMs }));
  }

  #keptMinutes(): Uint8Array[] {
    const since = Math.max(this.#firstMinute, this.#lastMinute - MINUTES_KEPT);
    const kept = this.#minutes.filter(({ era, minute }) => era === this.#era && minute >= since);
    this.#minutes = [];
    return kept.map(({ entry }) => entry);
  }
}

function restoreQueue(engine: Engine, { number, incarnation, image, entry }: KeptQueue): void {
  const { count } = engine.queues;
  if (number >= count) {
    const { name } = unpackEntry(entry);
    throw new SluiceError(
      "OverLimit",
      `The journal has a queue of number ${number}, ${name}, and this broker holds ${count} queues: open ` +
        `it with queuesMax ${number + 1} or more.`,
      { queue: name },
    );
  }
  const status = engine.restoreQueue({ number, incarnation }, image, entry);
  if (status === 0) return;
  if (status === STATUS_FULL) {
    throw new SluiceError(
      "CapacityExceeded",
      "What the journal has of queues does not fit into the broker's memory: open it with more memoryBytes.",
    );
  }
  throw new Error(`The engine answered ${status} to queue ${number} of the journal.`);
}
