/**
 * What a FIFO commit needs to know, found outside the lock: which record each message's group has,
 * what each message is a duplicate of, and which messages of the section share a group or an id.
 * Every answer stands in the send records with what proves it (the group's or node's own key, the
 * version of the bucket that did not have it); the commit section checks the proofs, and where one
 * is stale the caller resolves again. The buckets of all come first, their chains behind them, so that
 * what lies in no cache is waited for together. The thread that sends; two walks a message, pairs of
 * keys within a section of at most ten.
 */

import { At } from "../ground/memory";
import { SendRecord } from "../ground/records";
import { Groups } from "../indexes/groups";
import { Keys } from "../indexes/keys";
import { Table } from "../indexes/table";
import { Window } from "../indexes/window";
import { BUCKET_FIRST, BUCKET_VERSION, SEND_BYTES, THREAD_SENDS } from "../layout";
import { Prefetch } from "./prefetch";

export class Resolve {
  @inline static block(send: SendRecord): usize {
    return At.slot(send.slot).block;
  }

  /** Resolves send records `from` to `from + count - 1`; how many of them are no duplicates. */
  static run(thread: u32, shard: usize, kind: u32, from: u32, count: u32, now: f64): u32 {
    const area = At.thread(thread);
    const first = area + THREAD_SENDS + from * SEND_BYTES;
    const end = first + count * SEND_BYTES;
    for (let at = first; at < end; at += SEND_BYTES) {
      const send = changetype<SendRecord>(at);
      Resolve.place(shard, kind, send, Resolve.block(send));
    }
    Prefetch.send(area, shard, first, end);
    let accepted: u32 = 0;
    for (let at = first; at < end; at += SEND_BYTES) {
      const send = changetype<SendRecord>(at);
      const block = Resolve.block(send);
      Resolve.group(shard, first, send, block);
      Resolve.original(shard, kind, first, send, block, now);
      send.ordinal = accepted;
      if (send.original === 0) accepted++;
    }
    return accepted;
  }

  /**
   * The buckets that a record's group and id belong in. Their versions before any walk: what is
   * inserted behind it changes the version.
   */
  @inline static place(shard: usize, kind: u32, send: SendRecord, block: usize): void {
    const groups = Table.seen(Groups.table(shard), Keys.groupLow(block));
    send.groupBucket = groups;
    send.groupVersion = load<u32>(groups, BUCKET_VERSION);
    if (!Keys.hasId(block)) {
      send.nodeBucket = 0;
      return;
    }
    const nodes = Table.seen(Window.table(shard, true), Keys.idLow(block, kind));
    send.nodeBucket = nodes;
    send.nodeVersion = load<u32>(nodes, BUCKET_VERSION);
  }

  @inline static group(shard: usize, first: usize, send: SendRecord, block: usize): void {
    const low = Keys.groupLow(block);
    const high = Keys.groupHigh(block);
    for (let at = first; at < changetype<usize>(send); at += SEND_BYTES) {
      const other = changetype<SendRecord>(at);
      const otherBlock = Resolve.block(other);
      if (Keys.groupLow(otherBlock) === low && Keys.groupHigh(otherBlock) === high) {
        send.root = other.root;
        return;
      }
    }
    send.root = send;
    const bucket = send.groupBucket;
    send.group = Groups.find(shard, load<u32>(bucket, BUCKET_FIRST), low, high);
  }

  @inline static original(
    shard: usize,
    kind: u32,
    first: usize,
    send: SendRecord,
    block: usize,
    now: f64,
  ): void {
    send.original = 0;
    const bucket = send.nodeBucket;
    if (bucket === 0) return;
    const low = Keys.idLow(block, kind);
    const high = Keys.idHigh(block, kind);
    for (let at = first; at < changetype<usize>(send); at += SEND_BYTES) {
      const other = changetype<SendRecord>(at);
      const otherBlock = Resolve.block(other);
      const isTwin =
        Keys.hasId(otherBlock) &&
        Keys.idLow(otherBlock, kind) === low &&
        Keys.idHigh(otherBlock, kind) === high;
      if (isTwin) {
        send.original = at;
        send.nodeBucket = 0;
        return;
      }
    }
    send.original = Window.find(shard, load<u32>(bucket, BUCKET_FIRST), low, high, now, true);
  }
}
