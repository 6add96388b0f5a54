/** A result as tables: what all rows have in common stands above, the rest in each row. */
import type { Table } from "../../engine/report/table.ts";
import { type Case, caseText, type Environment, type Row } from "./schema.ts";

/** The keys whose value is the same in all rows. */
export function commonKeys(rows: readonly Row[]): (keyof Case)[] {
  const [first] = rows;
  if (first === undefined || rows.length === 1) return [];
  const keys = Object.keys(first.case) as (keyof Case)[];
  return keys.filter((key) => rows.every((row) => row.case[key] === first.case[key]));
}

function has(rows: readonly Row[], key: keyof Row): boolean {
  return rows.some((row) => row[key] !== undefined);
}

function noteOf({ throttled, isShort, isWarm, requested }: Row): string {
  const words = [
    throttled !== undefined && `${throttled.toLocaleString("en")} calls refused`,
    isShort === true && `short of the ${Math.round(requested ?? 0)} asked for`,
    isWarm === false && "never flat",
  ];
  return words.filter((word) => word !== false).join(", ");
}

interface Extra {
  readonly label: string;
  readonly key: keyof Row;
  readonly unit?: string;
}

const EXTRAS: readonly Extra[] = [
  { label: "asked for", key: "requested" },
  { label: "came", key: "achieved" },
  { label: "CPU, ns/message", key: "cpuNsPerMessage" },
  { label: "GC, ns/message", key: "gcNsPerMessage" },
  { label: "resident", key: "residentBytes", unit: "bytes" },
  { label: "rate, slope a minute", key: "slopePerMinute" },
  { label: "resident, slope a minute", key: "residentSlopePerMinute", unit: "bytes" },
];

/** Four digits are more than any of these figures is good for. */
function rounded(value: number): number {
  return value === 0 || !Number.isFinite(value) ? value : Number(value.toPrecision(4));
}

/** One table a unit. */
export function tablesOf(rows: readonly Row[]): Table[] {
  const common = commonKeys(rows);
  const units = [...new Set(rows.map(({ unit }) => unit))];
  return units.map((unit) => {
    const own = rows.filter((row) => row.unit === unit);
    if (own.every((row) => row.case.percentile !== undefined)) return percentilesTable(own, common);
    const extras = EXTRAS.filter(({ key }) => has(own, key));
    const hasNotes = own.some((row) => noteOf(row) !== "");
    return {
      columns: [
        { label: unit },
        ...["median", "low", "high", "max"].map((label) => ({ label })),
        ...extras.map(({ label, unit: shown }) => ({ label, ...(shown && { unit: shown }) })),
        ...(hasNotes ? [{ label: "" }] : []),
      ],
      rows: own.map((row) => [
        caseText(row.case, common),
        ...[row.median, row.low, row.high, row.max].map(rounded),
        ...extras.map(({ key }) => {
          const value = row[key];
          return typeof value === "number" ? rounded(value) : null;
        }),
        ...(hasNotes ? [noteOf(row)] : []),
      ]),
    };
  });
}

/** A row for each load, a column for each percentile. */
function percentilesTable(rows: readonly Row[], common: readonly (keyof Case)[]): Table {
  const nameOf = (row: Row) => caseText(row.case, [...common, "percentile"]);
  const names = [...new Set(rows.map(nameOf))];
  const percentiles = [...new Set(rows.map((row) => row.case.percentile ?? 0))];
  return {
    columns: [
      { label: rows[0]?.unit ?? "" },
      ...percentiles.map((percentile) => ({
        label: percentile === 100 ? "most" : `p${percentile}`,
      })),
      { label: "" },
    ],
    rows: names.map((name) => {
      const own = rows.filter((row) => nameOf(row) === name);
      const at = (percentile: number) => own.find((row) => row.case.percentile === percentile);
      const [first] = own as [Row];
      return [
        name,
        ...percentiles.map((percentile) => {
          const row = at(percentile);
          if (row === undefined) return null;
          // The greatest of all windows, where the others are medians of them.
          return rounded(percentile === 100 ? row.max : row.median);
        }),
        noteOf(first),
      ];
    }),
  };
}

/** What all rows of a suite have in common, in words. */
export function captionOf(rows: readonly Row[]): string {
  const [first] = rows;
  if (first === undefined) return "";
  const common = commonKeys(rows);
  const others = (Object.keys(first.case) as (keyof Case)[]).filter((key) => !common.includes(key));
  const shared = caseText(first.case, others);
  return `${first.suite}${shared === "" ? "" : `: ${shared}`}; durability: ${first.case.durability}`;
}

export function environmentPairs(environment: Environment): (readonly [string, string])[] {
  const { jitterMs } = environment;
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  const dirty = environment.isDirty === true ? ", with changes" : "";
  return [
    ["Processor", `${environment.processor}, ${environment.cores} cores`],
    ["Cores", environment.sharedCores],
    ["System", `${environment.os}, ${Math.round(environment.memoryBytes / 2 ** 30)} GiB`],
    ["Node", `${environment.node} (V8 ${environment.v8})`],
    ["Sluice", `${environment.sluice}, commit ${environment.commit}${dirty}`],
    [
      "Load",
      `${environment.loadBefore.toFixed(2)} before, ${environment.loadAfter.toFixed(2)} after`,
    ],
    [
      "Jitter of a thread that only sleeps",
      `half of its wakings ${ms(jitterMs.p50)} late, p99 ${ms(jitterMs.p99)}, ` +
        `p99.9 ${ms(jitterMs.p999)}, most ${ms(jitterMs.max)}`,
    ],
    ["Measured", `${environment.measuredAt}, ${Math.round(environment.seconds)} s`],
  ];
}

/** Two lines: what it ran on, and how quiet that was. */
export function environmentText(environment: Environment): string {
  const pairs = new Map(environmentPairs(environment));
  const at = (name: string) => pairs.get(name) ?? "";
  const isBusy = environment.loadBefore > 0.5;
  return [
    `${at("Processor")}; Node ${environment.node}; ${at("Sluice")}`,
    `Load ${at("Load")}${isBusy ? " (the machine was not quiet: trust ratios only)" : ""}; ` +
      `jitter p99 ${environment.jitterMs.p99.toFixed(1)} ms, most ${environment.jitterMs.max.toFixed(1)} ms`,
    `Cores: ${environment.sharedCores}`,
  ].join("\n");
}
