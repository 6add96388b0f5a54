/**
 * What those see of a broker's journal who are neither the broker nor its journal's thread: the server, its
 * metrics, the command. One a broker that was given a directory, in the thread that opened it.
 */
import type { BrokerOptions } from "../../types.ts";
import type { JournalNumbers } from "./journalNumbers.ts";

export interface DurableFace {
  readonly directory: string;
  readonly durability: "always" | "relaxed";
  readonly numbers: JournalNumbers;
  /** Resolves when the journal has ended by an error, and the broker with it; never rejects. */
  readonly failed: Promise<Error>;
  /** Entries of metrics that the log had; once. */
  takeMinutes(): readonly Uint8Array[];
  /** Has an entry of metrics appended with the next batch; nobody waits for it. */
  keep(entry: Uint8Array): void;
}

/** How far a start has come. */
export interface RecoveryProgress {
  readonly readBytes: number;
  readonly allBytes: number;
  /** Messages that were found so far, of which later ones may be deleted. */
  readonly messages: number;
}

export type TellProgress = (progress: RecoveryProgress) => void;

const faces = new WeakMap<object, DurableFace>();
const watchers = new WeakMap<BrokerOptions, TellProgress>();

/** For a broker with a directory, by who opens it. */
export function setDurable(broker: object, face: DurableFace): void {
  faces.set(broker, face);
}

/** Undefined for a broker in memory alone. */
export function durableOf(broker: object): DurableFace | undefined {
  return faces.get(broker);
}

/** `Broker.open(options)`, which comes next, tells how far it is. */
export function watchRecovery(options: BrokerOptions, tell: TellProgress): void {
  watchers.set(options, tell);
}

/** Who wants to know; for `Broker.open`. */
export function recoveryWatcher(options: BrokerOptions): TellProgress | undefined {
  return watchers.get(options);
}
