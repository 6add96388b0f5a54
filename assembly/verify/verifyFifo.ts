/**
 * A FIFO shard's invariants, for Verify: groups, chains, ready groups, tables and windows say what
 * the slots say. The numbers of the checks are explained in verify.ts.
 */

import { BlockClass } from "../arena/classes";
import { PageMap } from "../arena/pageMap";
import { Circle } from "../ground/circle";
import { Mark } from "../ground/mark";
import { At } from "../ground/memory";
import { Slot } from "../ground/slot";
import { Age } from "../indexes/age";
import { CLASS_OF_GROUP, Groups } from "../indexes/groups";
import { Keys } from "../indexes/keys";
import { Table } from "../indexes/table";
import { Window } from "../indexes/window";
import {
  ARENA_PAGES_BUMP,
  BLOCK_IS_GROUP,
  BUCKET_FIRST,
  CLASS_PER_PAGE,
  FIFO_DELAYED,
  FIFO_FREE,
  FIFO_FREE_COUNT,
  FIFO_READY,
  GROUP_CHAIN,
  GROUP_IN_FLIGHT,
  GROUP_LAST_SEQUENCE,
  GROUP_NEXT,
  GROUP_READY,
  GROUP_USED,
  HEADER,
  HEADER_ARENA,
  NODE_AT,
  NODE_BACK,
  NODE_KEY,
  NODE_NEXT,
  NODE_SEQUENCE,
  PAGE_BUCKETS,
  PAGE_CLASSED,
  PAGE_STATE,
  SEGMENT_NEXT,
  SHARD_GROUPS_IN_FLIGHT,
  SHARD_PURGE_SEQUENCE,
  SLOT_DEAD,
  SLOT_DELAYED,
  SLOT_IN_FLIGHT,
  SLOT_READY,
  TABLE_BUCKETS,
  TABLE_COUNT,
  TABLE_PAGES,
  WINDOW_COUNT,
  WINDOW_HEAD,
  WINDOW_HEAD_INDEX,
  WINDOW_SEGMENTS,
  WINDOW_TAIL,
  WINDOW_TAIL_INDEX,
} from "../layout";

export class VerifyFifo {
  static run(shard: usize): i32 {
    const chains = VerifyFifo.messages(shard);
    if (chains !== 0) return chains;
    const groups = VerifyFifo.groups(shard);
    if (groups !== 0) return groups;
    const ready = VerifyFifo.ready(shard);
    if (ready !== 0) return ready;
    const ids = VerifyFifo.window(shard, true);
    if (ids !== 0) return ids;
    const attempts = VerifyFifo.window(shard, false);
    return attempts !== 0 ? attempts + 20 : 0;
  }

  @inline static isCut(shard: usize, slot: Slot): bool {
    return slot.sequence <= load<u64>(shard, SHARD_PURGE_SEQUENCE);
  }

  /** Each living message is in the chain of its own group; the delayed ones are the youngest. */
  static messages(shard: usize): i32 {
    const end = Age.end(shard);
    let delayed: u32 = 0;
    for (let link = Circle.next(end); link !== end; link = Circle.next(link)) {
      const index = At.slotOfAgeLink(link);
      const slot = At.slot(index);
      const broken = VerifyFifo.message(shard, slot);
      if (broken !== 0) return broken;
      if (slot.state() === SLOT_DEAD || VerifyFifo.isCut(shard, slot)) continue;
      const isDelayed = slot.state() === SLOT_DELAYED;
      if (isDelayed && delayed === 0) delayed = index;
      if (!isDelayed && delayed !== 0) return 703;
    }
    return load<u32>(shard, FIFO_DELAYED) === delayed ? 0 : 704;
  }

  static message(shard: usize, slot: Slot): i32 {
    const group = slot.group;
    if (slot.state() === SLOT_DEAD) return group === 0 ? 0 : 700;
    if (VerifyFifo.isCut(shard, slot)) return 0;
    const block = slot.block;
    if (group === 0) return 701;
    const isOfGroup = Groups.isOf(shard, group, Keys.groupLow(block), Keys.groupHigh(block));
    return isOfGroup ? 0 : 702;
  }

  /** Each record that is used hangs in its bucket once, the others are in the list of free ones. */
  static groups(shard: usize): i32 {
    const mark = Mark.of(shard, BLOCK_IS_GROUP);
    const record = BlockClass.record(CLASS_OF_GROUP);
    const bytes = BlockClass.bytes(CLASS_OF_GROUP);
    const last = load<u32>(HEADER + HEADER_ARENA, ARENA_PAGES_BUMP);
    const count = load<u32>(record, CLASS_PER_PAGE);
    const places = (last + 1) * count;
    let used: u32 = 0;
    let free: u32 = 0;
    let inFlight: u32 = 0;
    for (let place = count; place < places; place++) {
      const page = place / count;
      const index = place % count;
      const group = At.page(page) + index * bytes;
      if (!VerifyFifo.isGroup(At.pageRecord(page), index, group, mark)) continue;
      if (load<u32>(group, GROUP_NEXT) !== GROUP_USED) {
        free++;
        continue;
      }
      used++;
      const broken = VerifyFifo.group(shard, group);
      if (broken !== 0) return broken;
      const isDead = Groups.isDead(shard, group);
      if (!isDead && load<u32>(group, GROUP_IN_FLIGHT) !== 0) inFlight++;
    }
    if (load<u32>(shard, SHARD_GROUPS_IN_FLIGHT) !== inFlight) return 710;
    if (load<u32>(Groups.table(shard), TABLE_COUNT) !== used) return 711;
    if (load<u32>(shard, FIFO_FREE_COUNT) !== free) return 712;
    if (VerifyFifo.freeRecords(shard, free) !== free) return 713;
    return VerifyFifo.table(Groups.table(shard), used);
  }

  @inline static isGroup(pageRecord: usize, index: u32, group: usize, mark: u32): bool {
    return (
      load<u32>(pageRecord, PAGE_STATE) === PAGE_CLASSED + CLASS_OF_GROUP &&
      !PageMap.isFree(pageRecord, index) &&
      Mark.isOn(group, mark)
    );
  }

  /** How long the list of free group records is; no further than one more than `most`. */
  static freeRecords(shard: usize, most: u32): u32 {
    let listed: u32 = 0;
    let group: usize = load<u32>(shard, FIFO_FREE);
    while (group !== 0 && listed <= most) {
      listed++;
      group = load<u32>(group, GROUP_NEXT);
    }
    return listed;
  }

  /** A chain is linked both ways, in order, and full of its own; the first decides on ready. */
  static group(shard: usize, group: usize): i32 {
    const chain = VerifyFifo.chain(shard, group);
    if (chain !== 0 || Groups.isDead(shard, group)) return chain;
    const first = At.slot(At.slotOfChainLink(Circle.next(Groups.chain(group))));
    return (first.state() === SLOT_READY) === Groups.isReady(group) ? 0 : 728;
  }

  static chain(shard: usize, group: usize): i32 {
    const chain = Groups.chain(group);
    const isDead = Groups.isDead(shard, group);
    let previous = chain;
    let sequence: u64 = 0;
    let inFlight: u32 = 0;
    for (let link = Circle.next(chain); link !== chain; link = Circle.next(link)) {
      const slot = At.slot(At.slotOfChainLink(link));
      if (Circle.previous(link) !== previous) return 720;
      const broken = VerifyFifo.member(shard, group, slot, isDead);
      if (broken !== 0) return broken;
      if (slot.sequence <= sequence) return 722;
      inFlight += slot.state() === SLOT_IN_FLIGHT ? 1 : 0;
      sequence = slot.sequence;
      previous = link;
    }
    if (previous === chain) return 724;
    if (Circle.previous(chain) !== previous) return 725;
    if (load<u64>(group, GROUP_LAST_SEQUENCE) < sequence) return 726;
    return isDead || load<u32>(group, GROUP_IN_FLIGHT) === inFlight ? 0 : 727;
  }

  static member(shard: usize, group: usize, slot: Slot, isDead: bool): i32 {
    if (slot.group !== group) return 721;
    return Slot.isListed(slot.state()) && VerifyFifo.isCut(shard, slot) === isDead ? 0 : 723;
  }

  /** The ready groups are linked both ways and all say that they are. */
  static ready(shard: usize): i32 {
    const end = shard + FIFO_READY;
    let previous = end;
    for (let link = Circle.next(end); link !== end; link = Circle.next(link)) {
      if (Circle.previous(link) !== previous) return 730;
      const group = link - GROUP_READY;
      if (!Mark.isOn(group, Mark.of(shard, BLOCK_IS_GROUP))) return 731;
      if (load<u32>(group, GROUP_NEXT) !== GROUP_USED || Groups.isDead(shard, group)) return 732;
      const first = Circle.next(group + GROUP_CHAIN);
      if (At.slot(At.slotOfChainLink(first)).state() !== SLOT_READY) return 733;
      previous = link;
    }
    return Circle.previous(end) === previous ? 0 : 734;
  }

  /** Every node hangs in the bucket of its key, and there are `nodes` of them. */
  static table(table: usize, nodes: u32): i32 {
    const buckets = load<u32>(table, TABLE_BUCKETS);
    if (buckets > load<u32>(table, TABLE_PAGES) * PAGE_BUCKETS) return 740;
    let found: u32 = 0;
    for (let index: u32 = 0; index < buckets; index++) {
      const bucket = Table.bucketAt(table, index);
      let back = bucket + BUCKET_FIRST;
      for (
        let node: usize = load<u32>(bucket, BUCKET_FIRST);
        node !== 0;
        node = Table.after(node)
      ) {
        if (++found > nodes) return 741;
        if (load<u32>(node, NODE_BACK) !== (back as u32)) return 742;
        if (Table.bucket(table, load<u64>(node, NODE_KEY)) !== bucket) return 743;
        back = node + NODE_NEXT;
      }
    }
    return found === nodes && load<u32>(table, TABLE_COUNT) === nodes ? 0 : 744;
  }

  /** From head to tail nodes in order of time, and none elsewhere. */
  static window(shard: usize, isIds: bool): i32 {
    const window = Window.of(shard, isIds);
    const count = load<u32>(window, WINDOW_COUNT);
    const segments = load<u32>(window, WINDOW_SEGMENTS);
    if (segments === 0) return count === 0 ? 0 : 750;
    if ((segments - 1) * Window.nodes(isIds) < count) return 751;
    let segment: usize = load<u32>(window, WINDOW_HEAD);
    let index = load<u32>(window, WINDOW_HEAD_INDEX);
    let nodes: u32 = 0;
    let sequence: u64 = 0;
    let at: f64 = -Infinity;
    while (
      segment !== (load<u32>(window, WINDOW_TAIL) as usize) ||
      index !== load<u32>(window, WINDOW_TAIL_INDEX)
    ) {
      const node = Window.nodeAt(segment, index, isIds);
      if (++nodes > count) return 752;
      if (load<u64>(node, NODE_SEQUENCE) <= sequence || load<f64>(node, NODE_AT) < at) return 753;
      sequence = load<u64>(node, NODE_SEQUENCE);
      at = load<f64>(node, NODE_AT);
      if (++index === Window.nodes(isIds)) {
        index = 0;
        segment = load<u32>(segment, SEGMENT_NEXT);
      }
    }
    if (nodes !== count) return 754;
    return VerifyFifo.places(shard, window, segments, count, isIds);
  }

  static places(shard: usize, window: usize, segments: u32, count: u32, isIds: bool): i32 {
    let circle: u32 = 0;
    let nodes: u32 = 0;
    const tail: usize = load<u32>(window, WINDOW_TAIL);
    let segment = tail;
    do {
      segment = load<u32>(segment, SEGMENT_NEXT);
      if (++circle > segments) return 755;
      for (let index: u32 = 0; index < Window.nodes(isIds); index++) {
        if (load<u64>(Window.nodeAt(segment, index, isIds), NODE_SEQUENCE) !== 0) nodes++;
      }
    } while (segment !== tail);
    if (circle !== segments) return 756;
    if (nodes !== count) return 757;
    return VerifyFifo.table(Window.table(shard, isIds), count);
  }
}
