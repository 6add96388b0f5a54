/**
 * The admit section: up to ten of the arrivals become ready, behind all others, as far as the
 * ring has room. What makes a dead letter one is written here: where it came from, when it arrived,
 * and how often it had been received by then. The drain section takes the arrivals of a deleted queue
 * out, for its caller to free. Run behind every move, and by whoever lets a queue's time pass: when
 * memory is full they stay among the arrivals until there is room.
 */

import { Effects } from "../effects/effects";
import { EffectsOf } from "../effects/effectsOf";
import { Births } from "../ground/births";
import { At } from "../ground/memory";
import { Slot } from "../ground/slot";
import { UNROLLED } from "../ground/unrolled";
import { Age } from "../indexes/age";
import { Arrivals } from "../indexes/arrivals";
import { Ring } from "../indexes/ring";
import {
  BLOCK_BASE_MAX,
  BLOCK_BASE_SHIFT,
  BLOCK_BIRTH,
  BLOCK_FLAGS,
  BODY_ASCII,
  BODY_MOVED,
  BODY_PLAIN,
  BODY_TEXT,
  EFFECT_ADMITTED,
  EFFECT_BYTES,
  PHASE_BEGIN_ADMIT,
  PHASE_BEGIN_DRAIN,
  SECTION_STEPS,
  SHARD_ADMITTED,
  SHARD_INCARNATION,
  SHARD_LISTED,
  SHARD_OPERATION,
  SHARD_SEQUENCE,
  SHARD_VISIBLE,
  SLOT_FLAG_FRESH,
  SLOT_FLAG_RETURN,
  SLOT_FLAG_RINGED,
  SLOT_READY,
  THREAD_BIRTH_NEXT,
  THREAD_OUT_COUNT,
  THREAD_OUT_SEQUENCES,
  THREAD_OUT_SLOTS,
} from "../layout";
import { EffectsGrowth } from "../shard/effectsGrowth";
import { Segments } from "../shard/segments";
import { Shard } from "../shard/shard";

const BODY_KIND: u32 = BODY_ASCII | BODY_TEXT | BODY_PLAIN;

export class Admit {
  /** One section, and room for it before; how many became ready. */
  static turn(thread: u32, shard: usize, now: f64): u32 {
    if (!Segments.provide(thread, shard, SECTION_STEPS) && !Segments.provide(thread, shard, 1)) {
      return 0;
    }
    if (!EffectsGrowth.provide(thread, shard, false)) return 0;
    Births.provide(thread, SECTION_STEPS);
    return Admit.section(thread, shard, now);
  }

  /** Their sequences stand in THREAD_OUT_SEQUENCES. */
  static section(thread: u32, shard: usize, now: f64): u32 {
    const area = At.thread(thread);
    const at = Shard.open(shard, thread, PHASE_BEGIN_ADMIT, area, now);
    store<i32>(area, 0, THREAD_OUT_COUNT);
    if (load<u32>(shard, SHARD_INCARNATION) !== 0 && Effects.hasRoom(shard)) {
      const head = Effects.isOn(shard) ? Admit.begin(shard) : 0;
      for (let step: u32 = 0; step < UNROLLED; step++) {
        Admit.step(area, shard, head, at);
      }
      const count = load<u32>(area, THREAD_OUT_COUNT);
      store<u32>(shard, load<u32>(shard, SHARD_VISIBLE) + count, SHARD_VISIBLE);
      store<u32>(shard, load<u32>(shard, SHARD_LISTED) + count, SHARD_LISTED);
      if (head !== 0) Admit.close(shard, head, count, at);
    }
    Shard.close(shard);
    return load<u32>(area, THREAD_OUT_COUNT);
  }

  /** Where its effects come; whoever receives what comes in knows by then that the journal has to take it. */
  @inline static begin(shard: usize): usize {
    store<u64>(shard, load<u64>(shard, SHARD_OPERATION), SHARD_ADMITTED);
    return Effects.next(shard);
  }

  /** The head of so many records. */
  @inline static close(shard: usize, head: usize, count: u32, now: f64): void {
    const end = head + (count + 1) * EFFECT_BYTES;
    Effects.close(shard, head, end, EFFECT_ADMITTED, 0, load<u64>(shard, SHARD_SEQUENCE), now);
  }

  /** `head`: of its effects, which stand behind it; 0: none are written. */
  @inline static step(area: usize, shard: usize, head: usize, now: f64): void {
    if (Arrivals.isEmpty(shard) || !Ring.hasRoom(shard, 1)) return;
    const slotIndex = Arrivals.first(shard);
    const slot = At.slot(slotIndex);
    const link = At.ageLink(slotIndex);
    const word = slot.lowWord();
    const isFresh = (word & SLOT_FLAG_FRESH) !== 0;
    const sequence = load<u64>(shard, SHARD_SEQUENCE) + 1;
    const count = load<u32>(area, THREAD_OUT_COUNT);
    const before = load<u64>(slot.block, BLOCK_BIRTH);
    store<u64>(shard, sequence, SHARD_SEQUENCE);
    Ring.reserve(shard, 1);
    if (isFresh) Admit.renew(area, slot, now);
    else Admit.keep(slot, word, now);
    slot.group = 0;
    slot.sequence = sequence;
    Arrivals.take(shard, slotIndex);
    Age.close(shard, Age.hang(Age.last(shard), link));
    Ring.push(shard, slotIndex, sequence as u32);
    slot.setWord(SLOT_READY | SLOT_FLAG_RINGED, isFresh ? 0 : slot.count());
    if (head !== 0) {
      EffectsOf.admitted(head + (count + 1) * EFFECT_BYTES, slotIndex, slot, before);
    }
    store<f64>(area + (count << 3), sequence as f64, THREAD_OUT_SEQUENCES);
    store<u32>(area, count + 1, THREAD_OUT_COUNT);
  }

  /** A redriven message is a new one: another id, sent now, never received. */
  @inline static renew(area: usize, slot: Slot, now: f64): void {
    const block = slot.block;
    const birth = load<u64>(area, THREAD_BIRTH_NEXT);
    store<u64>(area, birth + 1, THREAD_BIRTH_NEXT);
    store<u64>(block, birth, BLOCK_BIRTH);
    store<u32>(block, load<u32>(block, BLOCK_FLAGS) & BODY_KIND, BLOCK_FLAGS);
    slot.sentAt = now;
    slot.firstReceive = 0;
    slot.lastReceive = 0;
    slot.source = 0;
    slot.movedAfterMs = 0;
  }

  /** A dead letter keeps its age, id and count; one that came back keeps all. */
  @inline static keep(slot: Slot, word: u32, now: f64): void {
    const block = slot.block;
    const flags = load<u32>(block, BLOCK_FLAGS) | BODY_MOVED;
    if ((word & SLOT_FLAG_RETURN) !== 0) {
      store<u32>(block, flags, BLOCK_FLAGS);
      return;
    }
    const count = slot.count();
    const base = count < (BLOCK_BASE_MAX as u32) ? count : BLOCK_BASE_MAX;
    store<u32>(block, (flags & (BODY_KIND | BODY_MOVED)) | (base << BLOCK_BASE_SHIFT), BLOCK_FLAGS);
    slot.source = slot.origin();
    slot.movedAfterMs = (now - slot.sentAt) as u32;
  }

  /** A deleted queue's arrivals: up to ten are in this thread's hands, in THREAD_OUT_SLOTS. */
  static drain(thread: u32, shard: usize, now: f64): u32 {
    const area = At.thread(thread);
    Shard.open(shard, thread, PHASE_BEGIN_DRAIN, area, now);
    store<i32>(area, 0, THREAD_OUT_COUNT);
    if (load<u32>(shard, SHARD_INCARNATION) === 0) {
      for (let step: u32 = 0; step < UNROLLED; step++) {
        Admit.drainStep(area, thread, shard);
      }
    }
    Shard.close(shard);
    return load<u32>(area, THREAD_OUT_COUNT);
  }

  @inline static drainStep(area: usize, thread: u32, shard: usize): void {
    if (Arrivals.isEmpty(shard)) return;
    const slotIndex = Arrivals.first(shard);
    const count = load<u32>(area, THREAD_OUT_COUNT);
    At.slot(slotIndex).takeOut(thread);
    Arrivals.take(shard, slotIndex);
    store<u32>(area + (count << 2), slotIndex, THREAD_OUT_SLOTS);
    store<u32>(area, count + 1, THREAD_OUT_COUNT);
  }
}
