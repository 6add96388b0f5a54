/**
 * How an object of the embedded face looks to `console.log`: its kind, and what a person expects of
 * it, not what it is made of. Pure.
 */
import { type InspectOptionsStylized, inspect } from "node:util";

/** For a method `[inspect.custom]`, which hands its own arguments on. */
export function shownAs(
  kind: string,
  members: object,
  depth: number,
  options: InspectOptionsStylized,
): string {
  if (depth < 0) return options.stylize(`[${kind}]`, "special");
  return `${kind} ${inspect(members, { ...options, depth })}`;
}
