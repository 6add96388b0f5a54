/** A comparison as a table, as charts in which both runs lie over each other, and as its page. Pure. */
import type { Chart } from "../../report/chart.ts";
import type { PageContent, Section } from "../../report/content.ts";
import { overlay } from "../../report/overlay.ts";
import type { Cell, Table } from "../../report/table.ts";
import { bare } from "../../report/words.ts";
import { shownNumber } from "../questions/figures.ts";
import type { Comparison, Difference } from "../questions/types.ts";
import { reportSections } from "./reportPage.ts";

export function compareTable({ a, b, differences }: Comparison): Table {
  const right = { align: "right" } as const;
  return {
    caption: "Means over the runs (all intervals together hold in 95 of 100 comparisons)",
    columns: [
      { label: "" },
      { label: a, ...right },
      { label: b, ...right },
      { label: "difference", ...right },
      { label: "±", ...right },
      { label: "%", ...right },
      { label: "" },
    ],
    rows: differences.map((one): Cell[] => [
      one.label,
      cell(one.a, one),
      cell(one.b, one),
      cell(one.difference, one),
      cell(one.jointHalfWidth, one),
      percentOf(one),
      wordOf(one),
    ]),
  };
}

function cell(value: number | null, one: Difference): Cell {
  const shown = shownNumber(value, one);
  return shown === null ? null : bare(Number(shown.toPrecision(4)), one.unit, "full");
}

function percentOf({ a, difference }: Difference): Cell {
  if (a === null || a === 0 || difference === null) return null;
  const percent = (100 * difference) / Math.abs(a);
  return `${percent > 0 ? "+" : ""}${percent.toFixed(1)}`;
}

function wordOf({ less, better }: Difference): string {
  if (less === null) return "no difference to be seen";
  if (better !== null) return better === "b" ? "better" : "worse";
  return less === "b" ? "less" : "more";
}

/** Each chart of the two results, one over the other. */
export function compareSections(comparison: Comparison): Section[] {
  const { a, b, results } = comparison;
  const [ofA, ofB] = [reportSections(results.a), reportSections(results.b)];
  return ofA.flatMap(({ heading, charts = [] }) => {
    const other = ofB.find((section) => section.heading === heading)?.charts ?? [];
    if (charts.length === 0) return [];
    return [
      {
        heading,
        charts: overlay([
          { name: a, charts },
          { name: b, charts: other },
        ]),
      },
    ];
  });
}

export function compareCharts(comparison: Comparison): Chart[] {
  return compareSections(comparison).flatMap(({ charts = [] }) => charts);
}

/** What `page` of engine/report makes a page of. */
export function compareContent(comparison: Comparison): PageContent {
  const { a, b, seed, replications, isComplete, verdict } = comparison;
  return {
    title: `${b} against ${a}`,
    lead: verdict,
    environment: [
      ["runs of each", String(replications)],
      ["seed of both", String(seed)],
      ["complete", isComplete ? "yes" : "no, it was interrupted"],
    ],
    sections: [
      { heading: "Differences", table: compareTable(comparison) },
      ...compareSections(comparison),
    ],
    data: comparison,
  };
}
