/**
 * Dead messages given back: what a purge, a deletion or retention ended is taken out in bounded
 * steps, and a deleted queue's descriptor becomes free when its last message and segment are gone.
 * The steward does it for idle queues; a sender that finds memory full does it for everybody.
 */

import { Messages } from "../arena/messages";
import { Stock } from "../arena/stock";
import { At } from "../ground/memory";
import { Arrivals } from "../indexes/arrivals";
import { Groups } from "../indexes/groups";
import { Window } from "../indexes/window";
import {
  HEADER,
  HEADER_JOURNAL,
  HEADER_QUEUES_BUMP,
  QUEUE_DELETED,
  QUEUE_FREE,
  SECTION_STEPS,
  SHARD_INCARNATION,
  SHARD_LISTED,
  SHARD_NOW,
} from "../layout";
import { Admit } from "../sections/admit";
import { Cut } from "../sections/cut";
import { Sweep } from "../sections/sweep";
import { EffectsGrowth } from "../shard/effectsGrowth";
import { GroupsGrowth } from "../shard/groupsGrowth";
import { Segments } from "../shard/segments";
import { Shard } from "../shard/shard";
import { TableGrowth } from "../shard/tableGrowth";
import { WindowGrowth } from "../shard/windowGrowth";
import { Advance } from "./advance";
import { Catalogue } from "./catalogue";

const HELP_STEPS: u32 = 400;

export class Reclaim {
  /** Frees up to about `steps` dead messages of one queue, seen from `now` or its own last time. */
  static queue(thread: u32, queueIndex: u32, steps: u32, seenFrom: f64): u32 {
    const queue = At.queue(queueIndex);
    const state = queue.state;
    if (state === QUEUE_FREE) return 0;
    const shard = At.shard(queue.shardFirst);
    const last = load<f64>(shard, SHARD_NOW);
    const now = seenFrom > last ? seenFrom : last;
    if (state === QUEUE_DELETED) {
      // Whoever deleted it may have died between the catalogue and the cut.
      const incarnation = load<u32>(shard, SHARD_INCARNATION);
      if (incarnation !== 0) Cut.run(thread, shard, incarnation, true, now);
    }
    let freed: u32 = 0;
    let swept: i32 = 0;
    while (freed < steps && swept >= 0 && Sweep.isDue(queue, shard, now)) {
      swept = Advance.sweep(thread, queue, shard, now);
      if (swept > 0) freed += swept;
    }
    const isFifo = Shard.isFifo(shard);
    if (isFifo) freed += Reclaim.fifo(thread, shard, steps, now);
    Segments.trim(thread, shard);
    if (state !== QUEUE_DELETED) return freed;
    while (freed < steps && !Arrivals.isEmpty(shard)) freed += Reclaim.drain(thread, shard, now);
    if (load<u32>(HEADER, HEADER_JOURNAL) === 0) Reclaim.end(thread, queueIndex);
    return freed;
  }

  /**
   * Frees a deleted queue's number when nothing is in it any more and the journal has read what its ring
   * of effects says; whether it did. Where there is a journal its thread alone calls this, when the log
   * knows of the deletion: a queue of that number that came before would write over what it says.
   */
  static end(thread: u32, queueIndex: u32): bool {
    const queue = At.queue(queueIndex);
    if (queue.state !== QUEUE_DELETED) return false;
    const shard = At.shard(queue.shardFirst);
    if (load<u32>(shard, SHARD_LISTED) !== 0 || !Arrivals.isEmpty(shard)) return false;
    if (!EffectsGrowth.takeAll(thread, shard)) return false;
    Segments.takeAll(thread, shard);
    if (Shard.isFifo(shard)) Reclaim.allOfFifo(thread, shard);
    Catalogue.forget(thread, queueIndex);
    return true;
  }

  /** What a FIFO queue remembers no longer or has far too much of; steps as for messages. */
  static fifo(thread: u32, shard: usize, steps: u32, now: f64): u32 {
    let freed: u32 = 0;
    while (freed < steps && Window.isDue(shard, now, true)) {
      WindowGrowth.retire(thread, shard, now, true);
      freed += SECTION_STEPS;
    }
    while (freed < steps && Window.isDue(shard, now, false)) {
      WindowGrowth.retire(thread, shard, now, false);
      freed += SECTION_STEPS;
    }
    WindowGrowth.trim(thread, shard, true);
    WindowGrowth.trim(thread, shard, false);
    while (GroupsGrowth.hasSpare(shard)) GroupsGrowth.trim(thread, shard);
    TableGrowth.shrink(thread, shard, Groups.table(shard), false);
    if (load<u32>(shard, SHARD_LISTED) === 0 && Window.isIdle(shard)) Reclaim.idle(thread, shard);
    return freed;
  }

  /** A queue without messages that remembers nothing keeps nothing; who sends to it begins again. */
  static idle(thread: u32, shard: usize): void {
    WindowGrowth.giveAll(thread, shard, true);
    WindowGrowth.giveAll(thread, shard, false);
    GroupsGrowth.takeAll(thread, shard);
    TableGrowth.shrink(thread, shard, Groups.table(shard), true);
  }

  /** Of a deleted queue that has no message left. */
  static allOfFifo(thread: u32, shard: usize): void {
    WindowGrowth.takeAll(thread, shard, true);
    WindowGrowth.takeAll(thread, shard, false);
    GroupsGrowth.takeAll(thread, shard);
    TableGrowth.shrink(thread, shard, Groups.table(shard), true);
  }

  /** What moved into a queue that was deleted before it had a place there. */
  static drain(thread: u32, shard: usize, now: f64): u32 {
    const count = Admit.drain(thread, shard, now);
    Messages.freeListed(thread, count);
    return count;
  }

  /** Memory is full: give back what is dead anywhere, and what this thread only keeps in stock. */
  static help(thread: u32, now: f64): void {
    const last = load<u32>(HEADER, HEADER_QUEUES_BUMP);
    let freed: u32 = 0;
    for (let index: u32 = 0; index < last && freed < HELP_STEPS; index++) {
      freed += Reclaim.queue(thread, index, HELP_STEPS - freed, now);
    }
    Stock.giveAll(thread);
  }
}
