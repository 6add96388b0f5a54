/** Colours of a terminal: the sixteen that every one has, and of heat maps those of 256. Pure. */
import { heatRgb, heatText } from "./palette.ts";

/** The number of a series' colour, or what is no series. */
export type Ink = number | "limit" | "muted" | "strong";

export type Paint = (text: string, ink: Ink) => string;

/** Blue, yellow, green, magenta, cyan, and their bright ones. */
const SERIES = [34, 33, 32, 35, 36, 94, 93, 92];
const OTHERS = { limit: 31, muted: 90, strong: 1 };

/** Paints where colours are wanted, and else leaves text as it is. */
export function painter(colours: boolean): Paint {
  if (!colours) return (text) => text;
  return (text, ink) => {
    const code = typeof ink === "number" ? SERIES[ink % SERIES.length] : OTHERS[ink];
    return text === "" ? "" : `\u001b[${code}m${text}\u001b[0m`;
  };
}

/** A field of a heat map, from 0 (dark) to 1. */
export function background(text: string, part: number): string {
  const [red, green, blue] = heatRgb(part).map((channel) => Math.round((channel / 255) * 5));
  const cube = 16 + 36 * (red ?? 0) + 6 * (green ?? 0) + (blue ?? 0);
  const ink = heatText(part) === "#ffffff" ? 97 : 30;
  return `\u001b[${ink};48;5;${cube}m${text}\u001b[0m`;
}
