/** What the parts of an SVG file share: numbers and texts as its attributes want them. Pure. */
import { escapeMarkup } from "./escape.ts";
import { DASHES } from "./palette.ts";

/** Where the plot is in the picture. */
export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** How wide a character is at the size that most texts have, about. */
export const CHARACTER_PX = 6.9;

/** A tenth of a pixel is all that is seen. */
export function round(value: number): number {
  return Math.round(value * 10) / 10 + 0;
}

/** How a line of that run is broken, as an attribute; none where it is whole. */
export function dash(run: number): string {
  const parts = DASHES[run] ?? [];
  return parts.length === 0 ? "" : ` stroke-dasharray="${parts.join(" ")}"`;
}

export function text(
  words: string,
  x: number,
  y: number,
  attributes: Readonly<Record<string, string>>,
): string {
  const others = Object.entries(attributes).map(([name, value]) => ` ${name}="${value}"`);
  return `<text x="${round(x)}" y="${round(y)}"${others.join("")}>${escapeMarkup(words)}</text>\n`;
}
