/**
 * The one lock of the arena: free slots, free blocks, free pages. Taken for a few stores when a
 * magazine runs empty or over, never while a shard's or the catalogue's lock is held.
 * Whoever takes it from a dead owner rebuilds the free lists first.
 */

import { Lock } from "../ground/lock";
import { HEADER, HEADER_ARENA } from "../layout";
import { ArenaRebuild } from "./arenaRebuild";

export class ArenaLock {
  @inline static take(thread: u32): void {
    if (Lock.take(HEADER + HEADER_ARENA, thread)) {
      ArenaRebuild.run();
      Lock.recovered(HEADER + HEADER_ARENA);
    }
  }

  @inline static begin(phase: u32): void {
    Lock.begin(HEADER + HEADER_ARENA, phase);
  }

  @inline static end(): void {
    Lock.end(HEADER + HEADER_ARENA);
  }

  @inline static give(): void {
    Lock.give(HEADER + HEADER_ARENA);
  }
}
