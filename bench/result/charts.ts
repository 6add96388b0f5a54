/** The charts of a result: what to plot of each suite, as the data that engine/report draws. */
import type { Chart, PlotChart, Series } from "../../engine/report/chart.ts";
import { bytesText, type Case, caseText, type QueueType, type Row, type Unit } from "./schema.ts";
import { commonKeys } from "./tables.ts";

/** Calls a second of an action on a FIFO queue, and messages where each call brings ten. */
const AWS_CALLS = 300;
const AWS_MESSAGES = 3_000;

/** What an axis of values is called. */
const AXES: Readonly<Record<Unit, string>> = {
  "messages/s": "rate",
  "calls/s": "rate",
  "ns/message": "time",
  ms: "time",
};

/** How a transport's name begins where producers and consumers are threads that don't wait for promises. */
const THREADS_APART = "cross-thread sync text";

const TYPES: readonly QueueType[] = ["standard", "fifo", "fifoHighThroughput"];

type Names = (row: Row) => string;

/** Rows as series, their places on the x axis in the order in which they come. */
function seriesOf<X extends number | string>(
  rows: readonly Row[],
  nameOf: Names,
  xOf: (row: Row) => X,
): Series[] {
  const names = [...new Set(rows.map(nameOf))];
  const all = [...new Set(rows.map(xOf))];
  return names.map((name) => {
    const own = new Map(rows.filter((row) => nameOf(row) === name).map((row) => [xOf(row), row]));
    const at = (key: "median" | "low" | "high") => all.map((x) => own.get(x)?.[key] ?? null);
    return { name, x: all, y: at("median"), low: at("low"), high: at("high") };
  });
}

function ofUnit(rows: readonly Row[], unit: Unit): Row[] {
  return rows.filter((row) => row.unit === unit);
}

function bars(
  title: string,
  label: string,
  rows: readonly Row[],
  name: Names,
  x: Names,
): PlotChart {
  const [{ unit }] = rows as [Row];
  return {
    kind: "bars",
    title,
    x: { label },
    y: { label: AXES[unit], unit, scale: isWide(rows) ? "log" : "linear" },
    series: seriesOf(rows, name, x),
  };
}

/** So far apart that the small ones would not be seen. */
function isWide(rows: readonly Row[]): boolean {
  const values = rows.map(({ median }) => median);
  return Math.min(...values) > 0 && Math.max(...values) > 30 * Math.min(...values);
}

function textBut(rows: readonly Row[], ...keys: (keyof Case)[]): Names {
  const common = commonKeys(rows);
  return (row) => caseText(row.case, [...common, ...keys]) || row.suite;
}

const batchOf: Names = ({ case: one }) => `batch ${one.batch ?? 1}`;

function typesCharts(rows: readonly Row[]): Chart[] {
  // Whatever came first: by type, without quotas before with them, tens before ones.
  const rank = ({ case: { type, quotas, batch = 1 } }: Row) =>
    100 * TYPES.indexOf(type) + (quotas === "aws" ? 50 : 0) - batch;
  const rates = ofUnit(rows, "messages/s").sort((one, other) => rank(one) - rank(other));
  const free = ({ case: one }: Row) => (one.quotas === "aws" ? "AWS's quotas" : "no quotas");
  const chart = bars(
    "Messages a second, by type of queue",
    "type of queue",
    rates,
    (row) => `${batchOf(row)}, ${free(row)}`,
    ({ case: { type } }) => caseText({ type } as Case),
  );
  const lines = [
    { label: "AWS, by ones", value: AWS_CALLS },
    { label: "AWS, by tens", value: AWS_MESSAGES },
  ];
  return [{ ...chart, lines, note: "Received and deleted, each once. The scale is logarithmic." }];
}

function messagesCharts(rows: readonly Row[]): Chart[] {
  const name: Names = (row) => `${row.case.transport}, ${batchOf(row)}`;
  const size: Names = ({ case: one }) => bytesText(one.bodyBytes ?? 0);
  return [
    bars(
      "Time a message takes, by its size",
      "size of the body",
      ofUnit(rows, "ns/message"),
      name,
      size,
    ),
  ];
}

function latencyCharts(rows: readonly Row[]): Chart[] {
  const own = ofUnit(rows, "ms").filter(({ case: one }) => one.percentile !== undefined);
  const percentile = (row: Row) => row.case.percentile ?? 0;
  const load = (row: Row) => Number(row.case.load);
  const shown = own.filter((row) => [50, 99, 99.9, 100].includes(percentile(row)));
  const y = { label: "latency", unit: "ms", scale: "log" } as const;
  return [
    {
      kind: "line",
      title: "Latency, by percentile",
      note: "From the moment at which a message was to be sent until it was handled.",
      x: { label: "percentile", scale: "percentile" },
      y,
      series: seriesOf(
        own,
        ({ case: { type, load: at } }) => caseText({ type, load: at } as Case),
        percentile,
      ),
    },
    {
      kind: "line",
      title: "Latency, by load",
      x: { label: "percent of what was sustained", unit: "%" },
      y,
      series: seriesOf(
        shown,
        (row) => caseText({ type: row.case.type, percentile: percentile(row) } as Case),
        load,
      ),
    },
  ];
}

function backlogCharts(rows: readonly Row[]): Chart[] {
  const own = ofUnit(rows, "ns/message");
  const backlog: Names = ({ case: one }) => (one.backlog ?? 0).toLocaleString("en");
  return [
    bars(
      "Time a message takes, by backlog",
      "messages waiting",
      own,
      textBut(own, "backlog"),
      backlog,
    ),
  ];
}

/** A chart an action: a group of bars a number of connections. */
function serverCharts(rows: readonly Row[]): Chart[] {
  const actions = [...new Set(rows.map(({ case: one }) => String(one.load)))];
  return actions.map((action) =>
    bars(
      `Calls a second: ${action}`,
      "connections",
      rows.filter(({ case: one }) => one.load === action),
      (row) => `${String(row.case.transport).replace("http, ", "")}, ${batchOf(row)}`,
      ({ case: { producers = 1 } }) => String(producers),
    ),
  );
}

/** What differs is the handler, or the number of consumers, or that of producers: a chart each. */
function consumersCharts(rows: readonly Row[]): Chart[] {
  const own = ofUnit(rows, "messages/s");
  const base = ({ consumers, producers, handler, transport }: Case) =>
    consumers === 1 && producers === 1 && handler === "handleSync" && transport === THREADS_APART;
  const among = (test: (one: Case) => boolean) =>
    own.filter(({ case: one }) => test(one) || base(one));
  const typeOf: Names = ({ case: { type } }) => caseText({ type } as Case);
  const title = "Messages a second, by";
  return [
    bars(
      `${title} handler`,
      "handler",
      among(({ consumers, producers }) => consumers === 1 && producers === 1),
      ({ case: { transport } }) => String(transport),
      ({ case: { handler } }) => caseText({ handler } as Case),
    ),
    bars(
      `${title} consumer threads`,
      "consumer threads",
      among(({ consumers = 1 }) => consumers > 1),
      typeOf,
      ({ case: one }) => String(one.consumers),
    ),
    bars(
      `${title} producer threads`,
      "producer threads",
      among(({ producers = 1 }) => producers > 1),
      typeOf,
      ({ case: one }) => String(one.producers),
    ),
  ];
}

/** Any other suite: a bar a case. */
function plainCharts(rows: readonly Row[]): Chart[] {
  return [...new Set(rows.map(({ unit }) => unit))].map((unit) => {
    const own = ofUnit(rows, unit);
    return bars(unit, "case", own, () => unit, textBut(own));
  });
}

const CHARTS: ReadonlyMap<string, (rows: readonly Row[]) => Chart[]> = new Map([
  ["types", typesCharts],
  ["messages", messagesCharts],
  ["server", serverCharts],
  ["consumers", consumersCharts],
  ["latency", latencyCharts],
  ["backlog", backlogCharts],
]);

/** The charts of one suite's rows, of which there are some. */
export function chartsOf(rows: readonly Row[]): Chart[] {
  const [first] = rows;
  return first === undefined ? [] : (CHARTS.get(first.suite) ?? plainCharts)(rows);
}
