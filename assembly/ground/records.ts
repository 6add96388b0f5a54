/**
 * Records of the shared memory as types, so that a field can't be read as another's type or with
 * another's offset. A record is an address: nothing is ever made of these classes, and each access is
 * the one load or store that it stands for. `layout.ts` stays the truth of the offsets;
 * `test/assembly/records.test.ts` compares them, and the types with docs/LAYOUT.md.
 */

import {
  RECEIVE_BYTES,
  RECEIVE_GROUP_BYTES,
  RECEIVE_SLOT,
  SEND_BYTES,
  SEND_GROUP_BYTES,
} from "../layout";

/** One message that a thread sends, in its send records. */
@unmanaged
export class SendRecord {
  slot: u32;
  bodyBytes: u32;
  attributesBytes: u32;
  flags: u32;
  delayMs: f64;
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

/** One message that a thread has claimed, in its receive records. */
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
