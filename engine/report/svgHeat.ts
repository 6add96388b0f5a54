/** The fields of a heat map in an SVG file, and the ramp of its colours. Pure. */
import type { HeatChart } from "./chart.ts";
import { heatColour, heatText } from "./palette.ts";
import { heatScale, place } from "./scale.ts";
import { CHARACTER_PX, type Frame, round, text } from "./svgText.ts";
import { axisTitle, bare } from "./words.ts";

const RAMP_STEPS = 24;
const STEP_PX = 5;

/** Names the values, from the least to the greatest. */
export function heatRamp(chart: HeatChart, left: number, y: number) {
  const { min, max, unit } = heatScale(chart);
  const label = `${axisTitle(chart.cells.value.label, unit)}: ${bare(min, unit)}`;
  const start = left + label.length * CHARACTER_PX + 10;
  let marks = text(label, left, y, {});
  for (let step = 0; step < RAMP_STEPS; step++) {
    const colour = heatColour(step / (RAMP_STEPS - 1));
    marks += `<rect x="${round(start + step * STEP_PX)}" y="${y - 10}" width="${STEP_PX + 0.5}" height="12" fill="${colour}"/>\n`;
  }
  marks += text(bare(max, unit), start + RAMP_STEPS * STEP_PX + 10, y, {});
  return { marks, endPx: y };
}

/** `rows`: the names left of the fields, as they are shown. The first row stands at the bottom. */
export function heatMarks(chart: HeatChart, frame: Frame, rows: readonly string[]): string {
  const { values, value } = chart.cells;
  const scale = heatScale(chart);
  const height = (frame.bottom - frame.top) / Math.max(1, rows.length);
  const marks = values.map((row, index) => {
    const top = frame.bottom - (index + 1) * height;
    const width = (frame.right - frame.left) / Math.max(1, row.length);
    const name = text(rows[index] ?? "", frame.left - 8, top + height / 2 + 4, {
      class: "muted",
      "text-anchor": "end",
    });
    const fields = row.map((cell, column) => {
      const left = frame.left + column * width;
      const part = cell === null ? 0 : place(scale, cell);
      const fill = cell === null ? "var(--grid)" : heatColour(part);
      const field = `<rect x="${round(left + 1)}" y="${round(top + 1)}" width="${round(width - 2)}" height="${round(height - 2)}" fill="${fill}"/>\n`;
      const words = cell === null ? "" : bare(cell, value.unit);
      if (words === "" || words.length * CHARACTER_PX + 6 > width || height < 16) return field;
      const style = { "text-anchor": "middle", style: `fill:${heatText(part)}` };
      return field + text(words, left + width / 2, top + height / 2 + 4, style);
    });
    return name + fields.join("");
  });
  return marks.join("");
}
