/**
 * Operations of queues that have a journal, cut before the stores they make: the ring of effects is whole
 * afterwards, and behind its answer to the rebuild the journal knows what is there, no more and no less.
 */
import { expect } from "vitest";
import * as layout from "../../../assembly/layout.ts";
import type { WasmModule } from "../../../bindings/webassembly.ts";
import { Keeper } from "../../model/history/keeper.ts";
import type { Sections } from "../../model/history/sections.ts";
import { lossesOf } from "../witness/audit.ts";
import { cut, type Operation } from "./cut.ts";
import { faulty } from "./scene.ts";
import { leaveStage } from "./stage.ts";

export interface Staged {
  readonly survivor: Sections;
  readonly victim: Sections;
  /** A thread that was dead before; -1: none. */
  readonly corpse?: number;
}

export interface Subject<Scene extends Staged> {
  readonly name: string;
  readonly make: (module: WasmModule) => Scene;
  /** Done before the victim is armed, behind what the operation itself wants. */
  readonly prepare?: (scene: Scene) => void;
  /** The work goes on with what is there. */
  readonly works: (scene: Scene) => void;
}

export interface Seen {
  /** Cuts behind which a shard was stated again. */
  rebuilds: number;
  /** Those of them before which the journal knew something otherwise than it was. */
  missed: number;
}

function expectWhole(scene: Staged, keeper: Keeper): void {
  const { survivor } = scene;
  expect(survivor.verify()).toMatchObject({ check: 0 });
  const blocks = keeper.queues.reduce((sum, queue) => sum + keeper.reader.blocks(queue), 0);
  expect(survivor.header(layout.HEADER_EFFECT_BLOCKS)).toBe(blocks);
}

/** A victim that died, or one that puts right what it left; false: it made fewer stores. */
function cutOnce<Scene extends Staged>(
  { make, prepare, works }: Subject<Scene>,
  operation: Operation<Scene>,
  store: number,
  livesOn: boolean,
  seen: Seen,
): boolean {
  const scene = make(faulty);
  const keeper = new Keeper(scene.survivor);
  const before = (one: Scene): void => {
    // What departs is held by the journal.
    keeper.take();
    operation.before?.(one);
    prepare?.(one);
    keeper.take();
  };
  if (!cut(scene, { ...operation, before }, store)) return false;
  const { survivor, victim } = scene;
  if (livesOn) victim.engine.threadTrapped(victim.thread);
  else survivor.engine.threadDied(survivor.thread, victim.thread);
  const { corpse = -1 } = scene;
  if (corpse >= 0) survivor.engine.threadDied(survivor.thread, corpse);
  expectWhole(scene, keeper);
  keeper.take();
  const isMissing = keeper.difference() !== undefined;
  const rebuilds = keeper.resync();
  expect(keeper.difference()).toBeUndefined();
  seen.rebuilds += rebuilds > 0 ? 1 : 0;
  seen.missed += isMissing ? 1 : 0;
  works(scene);
  keeper.take();
  expect(keeper.difference()).toBeUndefined();
  expectWhole(scene, keeper);
  expect(lossesOf(survivor)).toEqual({ slots: 0, blocks: 0, pages: 0 });
  leaveStage(scene);
  return true;
}

/** Cuts before the stores `first`, `first + every` and so on; how many the operation makes. */
export function cutWithJournal<Scene extends Staged>(
  subject: Subject<Scene>,
  operation: Operation<Scene>,
  first: number,
  every: number,
): Seen {
  const seen: Seen = { rebuilds: 0, missed: 0 };
  for (let store = first; ; store += every) {
    try {
      if (!cutOnce(subject, operation, store, false, seen)) return seen;
      if (store % (every * 4) < every) cutOnce(subject, operation, store, true, seen);
    } catch (error) {
      throw new Error(`cut before store ${store}`, { cause: error });
    }
  }
}
