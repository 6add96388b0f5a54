/** What must hold between the fields by which the number of a fleet's processes changes. Part of rules.ts. */
import type { Scaling } from "./autoscaler.ts";
import type { Fleet } from "./fleet.ts";
import { countAtFirst, planScaling } from "./planScaling.ts";
import type { Tell } from "./rule.ts";

type Path = readonly string[];

/** Of an autoscaler: its name, and what it says. */
function scalingOf(autoscaler: Fleet["autoscaler"]): readonly [string, Scaling] | undefined {
  if (autoscaler === undefined || autoscaler === "none") return undefined;
  return Object.entries(autoscaler)[0] as [string, Scaling];
}

export function ruleScaling(fleet: Fleet, path: Path, tell: Tell): void {
  const scaling = scalingOf(fleet.autoscaler);
  if (scaling === undefined) ruleFixed(fleet, path, tell);
  else ruleBounds(fleet, scaling[1], [...path, "autoscaler", scaling[0]], path, tell);
  if (fleet.graceSeconds !== undefined && (fleet.scaleIn ?? "drain") !== "drain") {
    tell([...path, "graceSeconds"], "It goes with scaleIn: drain; leave it out.");
  }
}

function ruleFixed(fleet: Fleet, path: Path, tell: Tell): void {
  if (fleet.count === undefined) {
    tell(path, "It lacks count, a whole number from 1 to 10000, or an autoscaler.");
  } else if (fleet.count === 0) {
    tell([...path, "count"], "Without an autoscaler it is at least 1.");
  }
  if (planScaling(fleet) !== undefined) return;
  for (const name of ["placementSeconds", "scaleIn", "graceSeconds"] as const) {
    if (fleet[name] === undefined) continue;
    tell([...path, name], "It goes with an autoscaler: the number of processes does not change.");
  }
}

function ruleBounds(fleet: Fleet, scaling: Scaling, own: Path, path: Path, tell: Tell): void {
  const { min = 0, max } = scaling;
  if (min > max) tell([...own, "min"], `It is at most max, ${max}, not ${min}.`);
  const count = countAtFirst(fleet);
  if (min <= max && (count < min || count > max)) {
    tell([...path, "count"], `It is from min, ${min}, to max, ${max}, not ${count}.`);
  }
}
