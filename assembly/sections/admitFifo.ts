/**
 * The admit section of a FIFO shard: the first of the arrivals joins its group, behind the
 * others. One a section: its group is found outside the lock and proven inside, as for a send, and
 * moves are rare. On the move a FIFO message gets a new time of sending (as on AWS), and what it was
 * deduplicated by is forgotten: a move is never a duplicate. Where the queue's delay still holds
 * others back, it waits behind them.
 */

import { Effects } from "../effects/effects";
import { EffectsOf } from "../effects/effectsOf";
import { Births } from "../ground/births";
import { Mark } from "../ground/mark";
import { At } from "../ground/memory";
import { Age } from "../indexes/age";
import { Arrivals } from "../indexes/arrivals";
import { Groups } from "../indexes/groups";
import { Keys } from "../indexes/keys";
import { Table } from "../indexes/table";
import {
  BLOCK_BIRTH,
  BLOCK_DEDUPLICATION_HASH,
  BLOCK_IS_GROUP_TABLE,
  BUCKET_FIRST,
  BUCKET_VERSION,
  EFFECT_BYTES,
  FIFO_DELAYED,
  PHASE_BEGIN_ADMIT_FIFO,
  SHARD_DELAYED,
  SHARD_INCARNATION,
  SHARD_LISTED,
  SHARD_SEQUENCE,
  SHARD_VISIBLE,
  SLOT_DELAYED,
  SLOT_FLAG_FRESH,
  SLOT_FLAG_RETURN,
  SLOT_READY,
  STATUS_CHANGED,
  STATUS_FULL,
} from "../layout";
import { EffectsGrowth } from "../shard/effectsGrowth";
import { GroupsGrowth } from "../shard/groupsGrowth";
import { Shard } from "../shard/shard";
import { TableGrowth } from "../shard/tableGrowth";
import { Admit } from "./admit";

export class AdmitFifo {
  /** One message; 1 when it came in, 0 when there was none or no room for its group or its effect. */
  static turn(thread: u32, shard: usize, now: f64): u32 {
    while (!Arrivals.isEmpty(shard)) {
      const status = AdmitFifo.attempt(thread, shard, now);
      if (status !== STATUS_CHANGED) return status === 1 ? 1 : 0;
    }
    return 0;
  }

  /** STATUS_CHANGED: somebody else was quicker. */
  static attempt(thread: u32, shard: usize, now: f64): i32 {
    const table = Groups.table(shard);
    const mark = Mark.of(shard, BLOCK_IS_GROUP_TABLE);
    if (
      !EffectsGrowth.provide(thread, shard, false) ||
      !GroupsGrowth.provide(thread, shard, 1) ||
      !TableGrowth.provide(thread, shard, table, mark, 1)
    ) {
      return STATUS_FULL;
    }
    Births.provide(thread, 1);
    const slotIndex = Arrivals.seen(shard);
    const block = At.slot(slotIndex).block;
    if (!Table.isAddress(block)) return STATUS_CHANGED;
    const low = Keys.groupLow(block);
    const bucket = Table.seen(table, low);
    const version = load<u32>(bucket, BUCKET_VERSION);
    const first = load<u32>(bucket, BUCKET_FIRST);
    const group = Groups.find(shard, first, low, Keys.groupHigh(block));
    return AdmitFifo.section(thread, shard, slotIndex, block, group, bucket, version, now);
  }

  static section(
    thread: u32,
    shard: usize,
    slotIndex: u32,
    block: usize,
    group: usize,
    bucket: usize,
    version: u32,
    now: f64,
  ): i32 {
    const area = At.thread(thread);
    let status: i32 = STATUS_CHANGED;
    const at = Shard.open(shard, thread, PHASE_BEGIN_ADMIT_FIFO, area, now);
    const isSame =
      Effects.hasRoom(shard) &&
      load<u32>(shard, SHARD_INCARNATION) !== 0 &&
      !Arrivals.isEmpty(shard) &&
      Arrivals.first(shard) === slotIndex &&
      At.slot(slotIndex).block === block;
    if (isSame && AdmitFifo.isProven(shard, block, group, bucket, version)) {
      AdmitFifo.step(area, shard, slotIndex, block, group, at);
      status = 1;
    }
    Shard.close(shard);
    return status;
  }

  @inline static isProven(
    shard: usize,
    block: usize,
    group: usize,
    bucket: usize,
    version: u32,
  ): bool {
    const low = Keys.groupLow(block);
    if (group !== 0) return Groups.isOf(shard, group, low, Keys.groupHigh(block));
    const table = Groups.table(shard);
    return (
      Groups.hasRoom(shard, 1) &&
      Table.isMade(table) &&
      Table.bucket(table, low) === bucket &&
      load<u32>(bucket, BUCKET_VERSION) === version
    );
  }

  @inline static step(
    area: usize,
    shard: usize,
    slotIndex: u32,
    block: usize,
    found: usize,
    now: f64,
  ): void {
    const slot = At.slot(slotIndex);
    const word = slot.lowWord();
    const isFresh = (word & SLOT_FLAG_FRESH) !== 0;
    const waits = load<u32>(shard, FIFO_DELAYED) !== 0;
    const before = load<u64>(block, BLOCK_BIRTH);
    const sequence = load<u64>(shard, SHARD_SEQUENCE) + 1;
    store<u64>(shard, sequence, SHARD_SEQUENCE);
    if (isFresh) Admit.renew(area, slot, now);
    else {
      if ((word & SLOT_FLAG_RETURN) === 0) {
        slot.sentAt = now;
        // Both count from the time of sending; what was before it can't be told any more.
        slot.firstReceive = 0;
        slot.lastReceive = 0;
      }
      Admit.keep(slot, word, now);
    }
    store<u64>(block, 0, BLOCK_DEDUPLICATION_HASH);
    store<u64>(block, 0, BLOCK_DEDUPLICATION_HASH + 8);
    slot.sequence = sequence;
    Arrivals.take(shard, slotIndex);
    slot.setWord(waits ? SLOT_DELAYED : SLOT_READY, isFresh ? 0 : slot.count());
    const group =
      found !== 0 ? found : Groups.create(shard, Keys.groupLow(block), Keys.groupHigh(block));
    Groups.append(shard, group, slotIndex, sequence, !waits);
    Age.close(shard, Age.hang(Age.last(shard), At.ageLink(slotIndex)));
    const gauge = shard + (waits ? SHARD_DELAYED : SHARD_VISIBLE);
    store<u32>(gauge, load<u32>(gauge) + 1);
    store<u32>(shard, load<u32>(shard, SHARD_LISTED) + 1, SHARD_LISTED);
    if (!Effects.isOn(shard)) return;
    const head = Effects.next(shard);
    EffectsOf.admitted(head + EFFECT_BYTES, slotIndex, slot, before);
    Admit.close(shard, head, 1, now);
  }
}
