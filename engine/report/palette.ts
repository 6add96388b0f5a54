/**
 * The colours of charts, for light and for dark: one for each name of a series, in order, and around
 * again where there are more names. They differ in lightness as well as in hue, and each has at least
 * three times the contrast to its background that text of that size needs. Pure.
 */

export interface Theme {
  readonly background: string;
  /** Behind a chart, where that is not the page. */
  readonly surface: string;
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  /** Lines for comparison. */
  readonly limit: string;
  readonly series: readonly string[];
}

export const LIGHT: Theme = {
  background: "#f6f7f9",
  surface: "#ffffff",
  text: "#1b2330",
  muted: "#5a6474",
  grid: "#e3e7ed",
  limit: "#b3261e",
  series: ["#2563c9", "#d97706", "#0f8a6d", "#a8368f", "#6b50c4", "#5b7083", "#a86a16", "#0e87a8"],
};

export const DARK: Theme = {
  background: "#12161d",
  surface: "#1a202a",
  text: "#e6eaf0",
  muted: "#9aa6b6",
  grid: "#2c3542",
  limit: "#ff8a7d",
  series: ["#6ea2ff", "#f5a742", "#3ecfa5", "#e57fd0", "#a995ff", "#9fb4c7", "#dcb16a", "#4fc3e3"],
};

/** The theme's colours as properties of CSS: `--text`, `--series-0`, … */
export function properties(theme: Theme): string {
  const { series, ...others } = theme;
  const named = [
    ...Object.entries(others),
    ...series.map((colour, at) => [`series-${at}`, colour]),
  ];
  return named.map(([name, colour]) => `--${name}: ${colour};`).join(" ");
}

/** How lines of the first, second, … run are broken: dashes and gaps. The first is whole. */
export const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [10, 3, 2, 3]];

const HEAT: readonly (readonly [number, number, number])[] = [
  [44, 36, 84],
  [52, 83, 139],
  [33, 145, 140],
  [94, 201, 98],
  [253, 231, 37],
];

function channel(at: number, which: 0 | 1 | 2): number {
  const low = Math.min(HEAT.length - 2, Math.max(0, Math.floor(at)));
  const [from, to] = [HEAT[low]?.[which] ?? 0, HEAT[low + 1]?.[which] ?? 0];
  return Math.round(from + (to - from) * Math.min(1, Math.max(0, at - low)));
}

/** Red, green and blue of a heat map's field, from dark (0) to bright (1), in both themes. */
export function heatRgb(part: number): readonly [number, number, number] {
  const at = part * (HEAT.length - 1);
  return [channel(at, 0), channel(at, 1), channel(at, 2)];
}

export function heatColour(part: number): string {
  return `rgb(${heatRgb(part).join(", ")})`;
}

/** What can be read on it. */
export function heatText(part: number): string {
  return part > 0.55 ? "#10151c" : "#ffffff";
}

export interface Look {
  /** Which colour of a theme's series. */
  readonly colour: number;
  /** Which of the runs. */
  readonly run: number;
}

/** Series of one name share a colour, those of one run a dash. */
export function looksOf(series: readonly { name: string; run?: string }[]): Look[] {
  const names = [...new Set(series.map(({ name }) => name))];
  const runs = [...new Set(series.map(({ run }) => run))];
  return series.map(({ name, run }) => ({
    colour: names.indexOf(name) % LIGHT.series.length,
    run: runs.indexOf(run) % DASHES.length,
  }));
}
