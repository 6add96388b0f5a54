/**
 * A report with a chart of every kind, scale and mark, and with names that try to break out of what they
 * are written into.
 */
import type { Chart, HeatChart, PlotChart } from "../../engine/report/chart.ts";
import type { PageContent } from "../../engine/report/content.ts";
import { overlay } from "../../engine/report/overlay.ts";
import type { Table } from "../../engine/report/table.ts";

/** What a queue may be called, as far as a report knows. */
export const HOSTILE = `</script><script>window.broken = 1</script><!-- "'&\\ | \`_*`;

export const throughput: PlotChart = {
  kind: "bars",
  title: "Messages a second, received and deleted",
  note: "Median of five processes; whiskers are the 95 % interval of the median.",
  x: { label: "Case" },
  y: { label: "Throughput", unit: "messages/s", scale: "log" },
  series: [
    {
      name: "Quotas off",
      x: ["Standard", "FIFO", "FIFO, high throughput"],
      y: [4_120_000, 912_000, 930_000],
      low: [4_020_000, 880_000, 800_000],
      high: [4_190_000, 931_000, 1_000_000],
    },
    {
      name: "Quotas of AWS",
      x: ["FIFO", "Standard"],
      y: [2_998, 4_050_000],
      low: [2_990, 3_900_000],
      high: [3_003, 4_100_000],
    },
  ],
  lines: [
    { label: "FIFO, batches of ten", value: 3_000 },
    { label: "FIFO, one a call", value: 300 },
  ],
};

export const plain: PlotChart = {
  kind: "bars",
  title: "Processor time a message",
  x: { label: "Body" },
  y: { label: "Time", unit: "ns" },
  series: [{ name: "Standard", x: ["64 B", "1 KiB", "64 KiB"], y: [212, 260, null] }],
};

export const percentiles: PlotChart = {
  kind: "line",
  title: "Latency by percentile",
  note: "From the scheduled time, at half of what was sustained.",
  x: { label: "Percentile", scale: "percentile" },
  y: { label: "Latency", unit: "ms", scale: "log" },
  series: [
    { name: "Standard", x: [50, 90, 99, 99.9, 99.99, 100], y: [0.021, 0.04, 0.3, 1.2, 6.5, 11] },
    { name: "FIFO", x: [50, 90, 99, 99.9, 100], y: [0.06, 0.09, 0.8, 4.2, 32] },
  ],
};

/** A day of a queue, a value every five minutes; the day's middle has no value. */
function day(name: string, scale: number, shift: number) {
  const x = Array.from({ length: 289 }, (_, index) => index * 300);
  const y = x.map((seconds, index) =>
    index > 140 && index < 150
      ? null
      : Math.round(scale * (1 + Math.sin((seconds / 86_400) * 2 * Math.PI + shift) ** 3)),
  );
  return { name, x, y };
}

export const depth: PlotChart = {
  kind: "line",
  title: "ApproximateNumberOfMessagesVisible",
  x: { label: "Simulated time", scale: "time" },
  y: { label: "Depth", unit: "messages" },
  series: [day("work", 12_000, 0), day(HOSTILE, 4_000, 2)],
  lines: [{ label: "alarm", value: 20_000 }],
};

export const banded: PlotChart = {
  kind: "line",
  title: "Latency against load",
  x: { label: "Load", unit: "%" },
  y: { label: "p99 latency", unit: "ms" },
  series: [
    {
      name: "work",
      x: [10, 25, 50, 75, 90, 95],
      y: [0.3, 0.4, 0.7, 1.9, 6.2, 14],
      low: [0.2, 0.3, 0.6, 1.5, 5.1, 10],
      high: [0.4, 0.5, 0.9, 2.4, 7.9, 19],
    },
  ],
};

export const dated: PlotChart = {
  kind: "line",
  title: "Requests of a real day",
  x: { label: "Time", scale: "date" },
  y: { label: "Requests", unit: "requests/s" },
  series: [
    {
      name: "trace",
      x: [1_764_374_400, 1_764_396_000, 1_764_417_600, 1_764_460_800],
      y: [3, 80, 310, 12],
    },
  ],
};

export const backlog: PlotChart = {
  kind: "line",
  title: "Cost against backlog",
  x: { label: "Backlog", unit: "messages", scale: "log" },
  y: { label: "Cost", unit: "ns" },
  series: [{ name: "FIFO", x: [1, 1_000, 100_000, 1_000_000], y: [850, 870, 990, 1_380] }],
};

export const cells: HeatChart = {
  kind: "heat",
  title: "Wait by consumers and visibility timeout",
  note: "Mean wait; darker is better.",
  x: { label: "Consumers" },
  y: { label: "Visibility timeout (s)" },
  cells: {
    x: [2, 4, 6, 8, 10],
    y: [10, 30, 60],
    values: [
      [41, 12.5, 3, 0.4, 0.1],
      [38, 9, 2.1, 0.2, null],
      [37, 8.8, 2, 0.2, 0.05],
    ],
    value: { label: "Mean wait", unit: "s", scale: "log" },
  },
};

export const table: Table = {
  caption: "What was measured",
  columns: [
    { label: "Case" },
    { label: "Throughput", unit: "messages/s" },
    { label: "p99", unit: "ms" },
  ],
  rows: [
    ["Standard", 4_120_000, 0.3],
    [HOSTILE, 912_000, null],
  ],
};

function faster(chart: PlotChart): PlotChart {
  const more = (value: number | null) => (value === null ? null : value * 1.25);
  const series = chart.series.map(({ name, x, y }) => ({ name, x, y: y.map(more) }));
  return { ...chart, series };
}

export const compared: readonly Chart[] = overlay([
  { name: "before", charts: [depth, plain] },
  { name: "after", charts: [faster(depth), faster(plain)] },
]);

export const sample: PageContent = {
  title: "Standard and FIFO on this machine",
  lead: "Standard takes 4.1 million messages a second, FIFO 0.9 million; under AWS's quotas FIFO stops at 300 and 3,000.",
  environment: [
    ["Processor", "Intel Xeon, 2 cores, shared by producers and consumers"],
    ["Node", "20.20.2"],
    ["Commit", "b1b366d"],
    ["Load before and after", "0.31, 1.92"],
    ["Queue", HOSTILE],
  ],
  sections: [
    { heading: "Throughput", charts: [throughput, plain], table },
    {
      heading: "Latency",
      text: "Latency is measured from the time at which a message should have been sent.",
      charts: [percentiles, banded, backlog],
    },
    { heading: "A day", charts: [depth, dated, cells] },
    {
      heading: "Two runs",
      charts: compared.map((chart) => ({ ...chart, title: `${chart.title}, compared` })),
    },
  ],
  data: { rows: [{ name: HOSTILE, median: 4_120_000 }] },
};

export const allCharts: readonly Chart[] = sample.sections.flatMap(({ charts = [] }) => charts);
