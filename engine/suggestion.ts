/**
 * "Did you mean": the known name that a mistaken one is closest to. Pure; called once a mistake, so
 * it is plain and not fast. A leaf: any layer of engine/ may import it.
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

/** Whether all of `short` stands in `long`: in one piece, or in order from the first letter on. */
function isPart(short: string, long: string): boolean {
  if (long.includes(short)) return true;
  if (short[0] !== long[0]) return false;
  let at = 0;
  for (const letter of long) if (letter === short[at]) at++;
  return at === short.length;
}

/** Fewer letters are part of nearly every name. */
const PART_LETTERS_MIN = 3;

/**
 * The one of `names` that was probably meant; undefined where none is near. Case counts for nothing.
 * Near is what differs in at most a third of its letters (beyond that a guess is more likely to
 * mislead) and, where there is no such name, what the mistaken one is a part of, or has as a part.
 */
export function nearest(mistaken: string, names: Iterable<string>): string | undefined {
  const lower = mistaken.toLowerCase();
  const most = Math.max(2, Math.floor(mistaken.length / 3));
  let near: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const other = name.toLowerCase();
    const [short, long] = lower.length < other.length ? [lower, other] : [other, lower];
    const apart = distance(lower, other);
    // What is a part of a name comes behind all names that differ in a few letters.
    // Where no letter need be the same, it is no likeness: "on" is not meant for "off".
    const isGuess = apart > most || apart >= lower.length;
    if (isGuess && (short.length < PART_LETTERS_MIN || !isPart(short, long))) continue;
    const rank = isGuess ? apart + mistaken.length : apart;
    if (rank >= least) continue;
    least = rank;
    near = name;
  }
  return near;
}

/** `; did you mean NAME?`, or nothing where none of the names is near. */
export function suggestion(mistaken: string, names: Iterable<string>): string {
  const near = nearest(mistaken, names);
  return near === undefined ? "" : `; did you mean ${near}?`;
}
