/**
 * "Did you mean": the known name that a mistaken one is closest to. Pure; called once a mistake, so
 * it is plain and not fast.
 */

/** How many letters must be changed, added or left out to get from one text to the other. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (let at = 1; at <= other.length; at++) {
      const replaced = (row[at - 1] ?? 0) + (letter === other[at - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[at] ?? 0) + 1, (next[at - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}

/** `; did you mean NAME?`, or nothing where none of the names is near. Case counts for nothing. */
export function suggestion(mistaken: string, names: Iterable<string>): string {
  const lower = mistaken.toLowerCase();
  let nearest: string | undefined;
  // A third of the letters may be wrong: beyond that a guess is more likely to mislead.
  let least = Math.max(2, Math.floor(mistaken.length / 3)) + 1;
  for (const name of names) {
    const apart = distance(lower, name.toLowerCase());
    if (apart >= least) continue;
    least = apart;
    nearest = name;
  }
  return nearest === undefined ? "" : `; did you mean ${nearest}?`;
}
