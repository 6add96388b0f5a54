/**
 * Finds what the build has made of assembly/: in a package or a build it lies above the compiled TypeScript, run from
 * sources in build/. Any thread, before it compiles a module.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The first of these that is there, named from this folder. `what`: for who has built nothing. */
export function builtFile(what: string, places: readonly string[]): URL {
  const files = places.map((place) => new URL(place, import.meta.url));
  const found = files.find((file) => existsSync(file));
  if (found !== undefined) return found;
  const names = files.map((file) => fileURLToPath(file)).join(" or ");
  throw new Error(`${what} is not built: there is no ${names}. Run "npm run build".`);
}
