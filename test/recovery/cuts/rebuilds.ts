/**
 * Who makes a damaged scene again is cut too, ever later, and somebody else begins again: what
 * damage.test.ts and fifoDamage.test.ts do to theirs.
 */
import { Sections } from "../../model/history/sections.ts";
import { faulty } from "./scene.ts";
import { leaveStage } from "./stage.ts";

interface Damaged {
  /** A thread that survives, and one that is dead with a lock in its hand. */
  readonly scene: { readonly survivor: Sections; readonly victim: Sections };
  /** Throws where the scene is not whole again. */
  readonly check: () => void;
}

/**
 * Recovers the dead of a new scene by a thread that is cut before a store, until one is not cut; how
 * many were. From one cut to the next goes one store more for each `sparsity` behind it.
 */
export function cutRebuilds(sparsity: number, damage: () => Damaged): number {
  let cuts = 0;
  for (let store = 1; ; store += 1 + Math.floor(store / sparsity)) {
    const { scene, check } = damage();
    const { survivor, victim } = scene;
    const reaper = new Sections({ module: faulty, memory: survivor.share.memory }, () => {});
    const fault = reaper.engine.faultAt;
    if (fault === undefined) throw new Error("this is not the fault build");
    fault.value = store;
    let isCut = false;
    try {
      reaper.engine.threadDied(reaper.thread, victim.thread);
    } catch {
      isCut = true;
    }
    fault.value = 0;
    survivor.engine.threadDied(survivor.thread, reaper.thread);
    survivor.engine.threadDied(survivor.thread, victim.thread);
    check();
    leaveStage(scene);
    if (!isCut) return cuts;
    cuts++;
  }
}
