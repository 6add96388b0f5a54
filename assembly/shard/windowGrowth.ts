/**
 * Room in a window: segments are taken from the arena before a shard's lock and put in under it, what
 * five minutes or a purge have ended leaves ten nodes a section, and what a window has far too much
 * of is given back. By the thread that sends or receives, or the one that tidies up. See window.ts.
 */
import { Blocks } from "../arena/blocks";
import { UNROLLED } from "../ground/unrolled";
import { Table } from "../indexes/table";
import { Window } from "../indexes/window";
import {
  BLOCK_FLAGS,
  BLOCK_OUT,
  BLOCK_STATE,
  CLASS_OF_SEGMENT,
  NODE_SEQUENCE,
  PHASE_BEGIN_RETIRE,
  PHASE_BEGIN_WINDOW_GROW,
  PHASE_BEGIN_WINDOW_SHRINK,
  SEGMENT_BYTES,
  SEGMENT_NEXT,
  SHARD_NOW,
  WINDOW_COUNT,
  WINDOW_HEAD,
  WINDOW_HEAD_INDEX,
  WINDOW_SEGMENTS,
  WINDOW_TAIL,
} from "../layout";
import { Shard } from "./shard";
import { TableGrowth } from "./tableGrowth";

/** Segments kept beyond need, so that a window that swings does not allocate on every swing. */
const SPARE_SEGMENTS: u32 = 3;

export class WindowGrowth {
  // --- Leaving -----------------------------------------------------------------------------------

  /** One section: up to ten nodes at the head that are past leave. */
  static retire(thread: u32, shard: usize, now: f64, isIds: bool): void {
    const window = Window.of(shard, isIds);
    const table = Window.table(shard, isIds);
    Shard.begin(shard, thread, PHASE_BEGIN_RETIRE);
    const last = load<f64>(shard, SHARD_NOW);
    const at = now > last ? now : last;
    // What left by this moment must not come back with a rebuild: the shard's time goes along.
    if (at !== Infinity) store<f64>(shard, at, SHARD_NOW);
    for (let step: u32 = 0; step < UNROLLED; step++) {
      WindowGrowth.retireStep(shard, window, table, at, isIds);
    }
    Shard.close(shard);
  }

  @inline static retireStep(
    shard: usize,
    window: usize,
    table: usize,
    now: f64,
    isIds: bool,
  ): void {
    const count = load<u32>(window, WINDOW_COUNT);
    if (count === 0) return;
    const node = Window.head(window, isIds);
    if (!Window.isPast(shard, node, now, isIds)) return;
    Table.unlink(table, node);
    store<u64>(node, 0, NODE_SEQUENCE);
    const index = load<u32>(window, WINDOW_HEAD_INDEX) + 1;
    const isWhole = index === Window.nodes(isIds);
    const head: usize = load<u32>(window, WINDOW_HEAD);
    store<u32>(window, isWhole ? load<u32>(head, SEGMENT_NEXT) : (head as u32), WINDOW_HEAD);
    store<u32>(window, isWhole ? 0 : index, WINDOW_HEAD_INDEX);
    store<u32>(window, count - 1, WINDOW_COUNT);
  }

  // --- Segments: outside the lock, one section each ----------------------------------------------

  /** Room for `more` nodes in window and table; false when memory is full. */
  @inline static provide(thread: u32, shard: usize, more: u32, isIds: bool): bool {
    const table = Window.table(shard, isIds);
    return (
      (Window.hasRoom(Window.of(shard, isIds), more, isIds) ||
        WindowGrowth.grow(thread, shard, more, isIds)) &&
      TableGrowth.provide(thread, shard, table, Window.tableMark(shard, isIds), more)
    );
  }

  static grow(thread: u32, shard: usize, more: u32, isIds: bool): bool {
    const window = Window.of(shard, isIds);
    while (!Window.hasRoom(window, more, isIds)) {
      const segment = Blocks.top(thread, CLASS_OF_SEGMENT);
      if (segment === 0) return false;
      memory.fill(segment + SEGMENT_NEXT, 0, SEGMENT_BYTES - SEGMENT_NEXT);
      Shard.begin(shard, thread, PHASE_BEGIN_WINDOW_GROW);
      if (!Window.hasRoom(window, more, isIds)) {
        store<u32>(segment, Window.mark(shard, isIds), BLOCK_FLAGS);
        Window.insert(window, segment);
        store<u32>(segment, BLOCK_OUT, BLOCK_STATE);
        Blocks.drop(thread, CLASS_OF_SEGMENT);
      }
      Shard.close(shard);
    }
    return true;
  }

  @inline static hasSpare(window: usize, isIds: bool): bool {
    const segments = load<u32>(window, WINDOW_SEGMENTS);
    return (
      segments > SPARE_SEGMENTS &&
      (segments - SPARE_SEGMENTS) * Window.nodes(isIds) > load<u32>(window, WINDOW_COUNT) &&
      load<u32>(load<u32>(window, WINDOW_TAIL), SEGMENT_NEXT) !== load<u32>(window, WINDOW_HEAD)
    );
  }

  /** Gives back what the window has far too much of, and the pages of an empty table. */
  @inline static trim(thread: u32, shard: usize, isIds: bool): void {
    const window = Window.of(shard, isIds);
    while (WindowGrowth.hasSpare(window, isIds))
      WindowGrowth.takeOne(thread, shard, window, isIds, false);
    TableGrowth.shrink(thread, shard, Window.table(shard, isIds), false);
  }

  /** All segments and pages of a deleted queue, whatever it still remembers. */
  static takeAll(thread: u32, shard: usize, isIds: bool): void {
    const window = Window.of(shard, isIds);
    while (load<u32>(window, WINDOW_COUNT) > 0) WindowGrowth.retire(thread, shard, Infinity, isIds);
    WindowGrowth.giveAll(thread, shard, isIds);
  }

  /** All segments and pages, as long as nothing is remembered. */
  static giveAll(thread: u32, shard: usize, isIds: bool): void {
    const window = Window.of(shard, isIds);
    while (load<u32>(window, WINDOW_SEGMENTS) > 0 && load<u32>(window, WINDOW_COUNT) === 0) {
      WindowGrowth.takeOne(thread, shard, window, isIds, true);
    }
    TableGrowth.shrink(thread, shard, Window.table(shard, isIds), true);
  }

  static takeOne(thread: u32, shard: usize, window: usize, isIds: bool, isLast: bool): void {
    let segment: usize = 0;
    Shard.begin(shard, thread, PHASE_BEGIN_WINDOW_SHRINK);
    const segments = load<u32>(window, WINDOW_SEGMENTS);
    const isEmpty = load<u32>(window, WINDOW_COUNT) === 0;
    if (isLast ? isEmpty && segments > 0 : WindowGrowth.hasSpare(window, isIds)) {
      const tail: usize = load<u32>(window, WINDOW_TAIL);
      segment = load<u32>(tail, SEGMENT_NEXT);
      store<u32>(tail, load<u32>(segment, SEGMENT_NEXT), SEGMENT_NEXT);
      store<u32>(window, segments - 1, WINDOW_SEGMENTS);
      store<u32>(segment, Blocks.held(thread), BLOCK_STATE);
    }
    Shard.close(shard);
    if (segment !== 0) Blocks.release(thread, segment);
  }
}
