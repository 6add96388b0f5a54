/**
 * Records of the shared memory as types, so that a field can't be read as another's type or with
 * another's offset. A record is an address: nothing is ever made of these classes, and each access is
 * the one load or store that it stands for. `layout.ts` stays the truth of the offsets;
 * `test/assembly/records.test.ts` compares them, and the types with docs/LAYOUT.md.
 */

import {
  PEEK_KEY_LOW,
  QUEUE_BYTES,
  QUEUE_STATE,
  QUEUE_VERSION,
  RECEIVE_BYTES,
  RECEIVE_GROUP_BYTES,
  RECEIVE_SLOT,
  SEND_BYTES,
  SEND_GROUP_BYTES,
} from "../layout";

/**
 * A queue's descriptor. Its waiters are not here: they are changed by atomics alone, and lie with the
 * watched due on a line of their own.
 */
@unmanaged
export class QueueRecord {
  state: u32;
  incarnation: u32;
  shardFirst: u32;
  shardCount: u32;
  entry: usize;
  version: u32;
  flags: u32;
  visibilityMs: f64;
  delayMs: f64;
  retentionMs: f64;
  maximumBytes: u32;
  receivesMax: u32;
  target: u32;
  targetIncarnation: u32;
  inFlightMax: u32;
  callsMax: u32;

  @inline static at(records: usize, index: u32): QueueRecord {
    return changetype<QueueRecord>(records + index * QUEUE_BYTES);
  }

  /** Without a lock. */
  @inline stateNow(): u32 {
    return atomic.load<u32>(changetype<usize>(this), QUEUE_STATE);
  }

  @inline setState(state: u32): void {
    atomic.store<u32>(changetype<usize>(this), state, QUEUE_STATE);
  }

  /** Without a lock. */
  @inline versionNow(): u32 {
    return atomic.load<u32>(changetype<usize>(this), QUEUE_VERSION);
  }

  /** The last store of every change but of the state. */
  @inline raiseVersion(): void {
    atomic.store<u32>(changetype<usize>(this), this.version + 1, QUEUE_VERSION);
  }
}

/** One message that a thread sends, in its send records. */
@unmanaged
export class SendRecord {
  slot: u32;
  bodyBytes: u32;
  attributesBytes: u32;
  flags: u32;
  delayMs: i32;
  attributesSize: u32;
  groupBytes: u16;
  deduplicationBytes: u16;
  traceBytes: u16;
  senderBytes: u16;
  sequence: u64;
  birth: u64;
  ordinal: u32;
  root: SendRecord;
  group: usize;
  groupBucket: usize;
  groupVersion: u32;
  original: usize;
  nodeBucket: usize;
  nodeVersion: u32;

  @inline static at(records: usize, index: u32): SendRecord {
    return changetype<SendRecord>(records + index * SEND_BYTES);
  }

  /** A body and nothing else: two loads tell, and most messages are. */
  @inline isPlain(): bool {
    const texts = load<u64>(changetype<usize>(this), SEND_GROUP_BYTES);
    return (texts | (this.attributesBytes as u64)) === 0;
  }
}

/** One message that a thread has claimed, or peeked, in its receive records. */
@unmanaged
export class ReceiveRecord {
  slot: u32;
  count: u32;
  sequence: u64;
  sentAt: f64;
  firstAt: f64;
  birth: u64;
  offset: i32;
  bodyBytes: u32;
  attributesBytes: u32;
  flags: u32;
  groupBytes: u16;
  deduplicationBytes: u16;
  traceBytes: u16;
  senderBytes: u16;
  source: u32;
  block: usize;
  shard: u32;
  state: u32;
  due: f64;

  @inline static at(records: usize, index: u32): ReceiveRecord {
    return changetype<ReceiveRecord>(records + index * RECEIVE_BYTES);
  }

  /** Slot and count in one word, as an attempt keeps them. */
  @inline receipt(): u64 {
    return load<u64>(changetype<usize>(this), RECEIVE_SLOT);
  }

  @inline setReceipt(receipt: u64): void {
    store<u64>(changetype<usize>(this), receipt, RECEIVE_SLOT);
  }

  /** No group, deduplication id, trace or sender: one store for the four sizes. */
  @inline clearTexts(): void {
    store<u64>(changetype<usize>(this), 0, RECEIVE_GROUP_BYTES);
  }
}

/** Where a thread's peek stands, and what it is to bring. */
@unmanaged
export class PeekRecord {
  slot: u32;
  states: u32;
  sequence: f64;
  after: f64;
  until: f64;
  looked: u32;
  outcome: u32;
  keyLow: u64;
  keyHigh: u64;
  group: usize;
  bucket: usize;
  version: u32;
  groupBytes: u32;

  /** Where the key is written, 16 bytes. */
  @inline key(): usize {
    return changetype<usize>(this) + PEEK_KEY_LOW;
  }
}
