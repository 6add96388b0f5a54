/**
 * The entries of a log as plain objects, one shape a kind. What they mean: docs/JOURNAL.md, "What the
 * records say". Types only; entries.ts reads them.
 */

/** Where an entry stands in the bytes that were given, and how many it has. */
export interface Place {
  readonly at: number;
  readonly bytes: number;
}

/** What follows, up to the next one, is of this shard. */
export interface PartEntry extends Place {
  readonly kind: "part";
  /** The queue's number. */
  readonly shard: number;
  readonly incarnation: number;
  /** What the shard did up to this operation is said when the part ends. */
  readonly operation: number;
  readonly nowMs: number;
  readonly sequence: number;
  readonly purgeSequence: number;
  readonly received: number;
  readonly births: number;
  /** Sent, bytes sent, received, deleted, expired, moved, deduplicated, empty receives. */
  readonly totals: readonly number[];
  /** It goes on with the part before. */
  readonly goesOn: boolean;
  /** It ends before what its shard had done by then: it has no totals and no purge. */
  readonly isShort: boolean;
}

export interface MessageEntry extends Place {
  readonly kind: "message";
  readonly how: "sent" | "admitted" | "restated";
  readonly state: "ready" | "inFlight" | "delayed";
  readonly slot: number;
  readonly sequence: number;
  readonly birth: number;
  /** Of an admitted one: the birth that it departed with. */
  readonly birthBefore: number;
  readonly sentAtMs: number;
  /** When it appears; 0 of one that is ready. */
  readonly dueMs: number;
  readonly receives: number;
  /** Milliseconds after it was sent, as the next two. */
  readonly firstReceiveMs: number;
  readonly lastReceiveMs: number;
  readonly movedAfterMs: number;
  /** Incarnation of the queue that a dead letter came from; 0: it is none. */
  readonly source: number;
  readonly flags: number;
  readonly bodyBytes: number;
  readonly attributesBytes: number;
  readonly groupBytes: number;
  readonly deduplicationBytes: number;
  readonly traceBytes: number;
  readonly senderBytes: number;
  /** Group, deduplication id, trace, sender, attributes, body, back to back; a view. */
  readonly content: Uint8Array;
}

export interface MessageItem {
  readonly slot: number;
  readonly sequence: number;
}

export interface ReceivedItem extends MessageItem {
  readonly receives: number;
  readonly dueMs: number;
  readonly firstReceiveMs: number;
  readonly lastReceiveMs: number;
}

export interface HiddenItem extends MessageItem {
  /** 0: visible at once. */
  readonly dueMs: number;
}

export interface DepartedItem extends MessageItem {
  readonly targetIncarnation: number;
  readonly birth: number;
  readonly flags: number;
  readonly order: number;
}

export interface ArrivedItem {
  readonly slot: number;
  readonly birthBefore: number;
}

export interface NodeItem {
  readonly key: readonly [low: bigint, high: bigint];
  readonly sequence: number;
  readonly birth: number;
}

export interface ReceiptItem extends MessageItem {
  readonly receives: number;
}

export interface ReceivedEntry extends Place {
  readonly kind: "received";
  readonly items: readonly ReceivedItem[];
}

export interface RemovedEntry extends Place {
  readonly kind: "removed";
  readonly items: readonly MessageItem[];
}

export interface HiddenEntry extends Place {
  readonly kind: "hidden";
  readonly items: readonly HiddenItem[];
}

export interface DepartedEntry extends Place {
  readonly kind: "departed";
  readonly items: readonly DepartedItem[];
}

/** They came in, and were gone before anything of them was written. */
export interface ArrivedEntry extends Place {
  readonly kind: "arrived";
  readonly items: readonly ArrivedItem[];
}

/** Everything up to `sequence` is gone. */
export interface CutEntry extends Place {
  readonly kind: "cut";
  readonly sequence: number;
  readonly isDeletion: boolean;
}

export interface NodesEntry extends Place {
  readonly kind: "nodes";
  readonly atMs: number;
  readonly items: readonly NodeItem[];
}

export interface AttemptEntry extends Place {
  readonly kind: "attempt";
  readonly operation: number;
  /** When it was made first, also where it is a repeat. */
  readonly sinceMs: number;
  readonly key: readonly [low: bigint, high: bigint];
  readonly dueMs: number;
  readonly items: readonly ReceiptItem[];
}

/** A shard that lacks something is stated again from the one to the other. */
export interface ResyncEntry extends Place {
  readonly kind: "resync" | "resynced";
  readonly sequence: number;
}

export interface SlotsEntry extends Place {
  readonly kind: "slots";
  /** The slot that receipts may say, the one that it has. */
  readonly items: readonly {
    readonly former: number;
    readonly slot: number;
    readonly sequence: number;
  }[];
}

/** Says nothing of messages. */
export interface ForeignEntry extends Place {
  readonly kind: "foreign";
  readonly code: number;
  /** The whole entry, its head included; a view. */
  readonly entry: Uint8Array;
}

export type LogEntry =
  | PartEntry
  | MessageEntry
  | ReceivedEntry
  | RemovedEntry
  | HiddenEntry
  | DepartedEntry
  | ArrivedEntry
  | CutEntry
  | NodesEntry
  | AttemptEntry
  | ResyncEntry
  | SlotsEntry
  | ForeignEntry;
