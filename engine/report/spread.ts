/**
 * Room for texts in a picture: labels that would lie on each other are moved apart, long ones are cut
 * or put on several lines. Pure; the page's own code has it too (browser/main.ts).
 */

/** The positions, moved upwards as little as keeps each at least a gap from the next; same order. */
export function spread(positions: readonly number[], gap: number): number[] {
  const order = positions.map((_, index) => index);
  order.sort((left, right) => (positions[right] ?? 0) - (positions[left] ?? 0));
  const moved = [...positions];
  let before = Number.POSITIVE_INFINITY;
  for (const index of order) {
    before = Math.min(positions[index] ?? 0, before - gap);
    moved[index] = before;
  }
  return moved;
}

/** At most so many characters; the last is … where some were cut. */
export function shorten(text: string, most: number): string {
  const characters = [...text];
  if (characters.length <= most) return text;
  return `${characters.slice(0, Math.max(1, most - 1)).join("")}…`;
}

/** Lines of at most so many characters, broken between words; a longer word has a line to itself. */
export function wrap(text: string, most: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    if (line !== "" && [...line, ...word].length + 1 > most) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}
