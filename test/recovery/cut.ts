/**
 * An operation of the victim in a scene, and how it is cut before its n-th store: the victim runs
 * the release binary with a trap planted there (test/support/faults.ts).
 */
import type { Scene } from "./scene.ts";

export interface Operation {
  readonly name: string;
  readonly run: (scene: Scene) => void;
  /** Done by the victim before it is armed. */
  readonly before?: (scene: Scene) => void;
}

export /** Runs the operation with the victim cut before its n-th store; false when it made fewer. */
function cut(scene: Scene, operation: Operation, store: number): boolean {
  operation.before?.(scene);
  const fault = scene.victim.engine.faultAt;
  if (fault === undefined) throw new Error("this is not the fault build");
  fault.value = store;
  try {
    operation.run(scene);
    return false;
  } catch (error) {
    if (!(error instanceof Error) || !/unreachable/.test(error.message)) throw error;
    return true;
  } finally {
    fault.value = 0;
  }
}
