/** What `sluice journal inspect` finds. Types only. */

/** What is known of one kind of entries. */
export interface Tally {
  count: number;
  bytes: number;
}

export interface KnownQueue {
  readonly number: number;
  readonly incarnation: number;
  readonly account: string;
  readonly name: string;
}

/** What `--json` has last, and the tables show. */
export interface Summary {
  readonly directory: string;
  /** The journal's own, in hexadecimal. */
  readonly journal: string | null;
  readonly format: number;
  readonly lives: number;
  readonly account: string | null;
  readonly region: string | null;
  readonly segments: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly life: number | null;
    readonly firstBatch: number | null;
    readonly batches: number;
    readonly recordBytes: number;
    readonly writtenAt: string | null;
  }[];
  readonly bytes: number;
  readonly batches: number;
  readonly recordBytes: number;
  /** Behind the last whole batch: what a crash left. */
  readonly tornBytes: number;
  readonly entries: Readonly<Record<string, Tally>>;
  readonly queues: readonly KnownQueue[];
  readonly error: { readonly code: string; readonly message: string } | null;
}
