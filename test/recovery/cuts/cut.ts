/**
 * An operation of the victim in a scene, and how it is cut before its n-th store: the victim runs
 * the build under test with a trap planted there (test/support/faults.ts).
 */
import type { Sections } from "../../model/history/sections.ts";
import type { Scene } from "./scene.ts";

/** On a Scene, or on another one that has a victim. */
export interface Operation<Place = Scene> {
  readonly name: string;
  readonly run: (scene: Place) => void;
  /** Done by the victim before it is armed. */
  readonly before?: (scene: Place) => void;
}

/** Runs the operation with the victim cut before its n-th store; false when it made fewer. */
export function cut<Place extends { readonly victim: Sections }>(
  scene: Place,
  operation: Operation<Place>,
  store: number,
): boolean {
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
