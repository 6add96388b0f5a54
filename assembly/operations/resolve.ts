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
import { Groups } from "../indexes/groups";
import { Keys } from "../indexes/keys";
import { Table } from "../indexes/table";
import { Window } from "../indexes/window";
import {
  BUCKET_FIRST,
  BUCKET_VERSION,
  SEND_BYTES,
  SEND_GROUP,
  SEND_GROUP_BUCKET,
  SEND_GROUP_VERSION,
  SEND_NODE_BUCKET,
  SEND_NODE_VERSION,
  SEND_ORDINAL,
  SEND_ORIGINAL,
  SEND_ROOT,
  SEND_SLOT,
  SLOT_BLOCK,
  THREAD_SENDS,
} from "../layout";
import { Prefetch } from "./prefetch";

export class Resolve {
  @inline static block(send: usize): usize {
    return load<u32>(At.slot(load<u32>(send, SEND_SLOT)), SLOT_BLOCK);
  }

  /** Resolves send records `from` to `from + count - 1`; how many of them are no duplicates. */
  static run(thread: u32, shard: usize, kind: u32, from: u32, count: u32, now: f64): u32 {
    const area = At.thread(thread);
    const first = area + THREAD_SENDS + from * SEND_BYTES;
    const end = first + count * SEND_BYTES;
    for (let send = first; send < end; send += SEND_BYTES) {
      Resolve.place(shard, kind, send, Resolve.block(send));
    }
    Prefetch.send(area, shard, first, end);
    let accepted: u32 = 0;
    for (let send = first; send < end; send += SEND_BYTES) {
      const block = Resolve.block(send);
      Resolve.group(shard, first, send, block);
      Resolve.original(shard, kind, first, send, block, now);
      store<u32>(send, accepted, SEND_ORDINAL);
      if (load<u32>(send, SEND_ORIGINAL) === 0) accepted++;
    }
    return accepted;
  }

  /**
   * The buckets that a record's group and id belong in. Their versions before any walk: what is
   * inserted behind it changes the version.
   */
  @inline static place(shard: usize, kind: u32, send: usize, block: usize): void {
    const groups = Table.seen(Groups.table(shard), Keys.groupLow(block));
    store<u32>(send, groups as u32, SEND_GROUP_BUCKET);
    store<u32>(send, load<u32>(groups, BUCKET_VERSION), SEND_GROUP_VERSION);
    if (!Keys.hasId(block)) {
      store<u32>(send, 0, SEND_NODE_BUCKET);
      return;
    }
    const nodes = Table.seen(Window.table(shard, true), Keys.idLow(block, kind));
    store<u32>(send, nodes as u32, SEND_NODE_BUCKET);
    store<u32>(send, load<u32>(nodes, BUCKET_VERSION), SEND_NODE_VERSION);
  }

  @inline static group(shard: usize, first: usize, send: usize, block: usize): void {
    const low = Keys.groupLow(block);
    const high = Keys.groupHigh(block);
    for (let other = first; other < send; other += SEND_BYTES) {
      const otherBlock = Resolve.block(other);
      if (Keys.groupLow(otherBlock) === low && Keys.groupHigh(otherBlock) === high) {
        store<u32>(send, load<u32>(other, SEND_ROOT), SEND_ROOT);
        return;
      }
    }
    store<u32>(send, send as u32, SEND_ROOT);
    const bucket: usize = load<u32>(send, SEND_GROUP_BUCKET);
    const group = Groups.find(shard, load<u32>(bucket, BUCKET_FIRST), low, high);
    store<u32>(send, group as u32, SEND_GROUP);
  }

  @inline static original(
    shard: usize,
    kind: u32,
    first: usize,
    send: usize,
    block: usize,
    now: f64,
  ): void {
    store<u32>(send, 0, SEND_ORIGINAL);
    const bucket: usize = load<u32>(send, SEND_NODE_BUCKET);
    if (bucket === 0) return;
    const low = Keys.idLow(block, kind);
    const high = Keys.idHigh(block, kind);
    for (let other = first; other < send; other += SEND_BYTES) {
      const otherBlock = Resolve.block(other);
      const isTwin =
        Keys.hasId(otherBlock) &&
        Keys.idLow(otherBlock, kind) === low &&
        Keys.idHigh(otherBlock, kind) === high;
      if (isTwin) {
        store<u32>(send, other as u32, SEND_ORIGINAL);
        store<u32>(send, 0, SEND_NODE_BUCKET);
        return;
      }
    }
    const node = Window.find(shard, load<u32>(bucket, BUCKET_FIRST), low, high, now, true);
    store<u32>(send, node as u32, SEND_ORIGINAL);
  }
}
