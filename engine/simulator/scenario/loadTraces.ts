/**
 * Reads the files that a scenario names, wherever in it they stand: what is called `trace` and has a
 * `file`. Called by readScenario when the scenario is right as such; what is wrong with a file is a
 * mistake of the field that names it. What was read is found again by the map in the scenario.
 */
import { resolve } from "node:path";
import { readColumn, readTrace } from "../trace/readTrace.ts";
import { TraceError } from "../trace/traceError.ts";
import type { PlayedTrace, TraceRequest } from "../trace/traceRequest.ts";
import { type Zone, zoneOf } from "../trace/zone.ts";
import type { Tell } from "./rule.ts";
import type { Trace, TraceLaw, TraceSizes } from "./trace.ts";
import type { Scenario } from "./types.ts";

type ColumnTrace = TraceLaw["trace"] | TraceSizes["trace"];

/** Of a column: its numbers, in seconds or bytes. */
export interface LoadedColumn {
  readonly file: string;
  readonly values: Float64Array;
  readonly mean: number;
}

export interface LoadedTrace extends PlayedTrace {
  readonly file: string;
}

const loadedTraces = new WeakMap<Trace, LoadedTrace>();
const loadedColumns = new WeakMap<ColumnTrace, LoadedColumn>();

/** What was read, by all that says what to read. */
export type KnownFiles = Map<string, LoadedTrace | LoadedColumn>;

interface Loading {
  /** What names of files start from. */
  readonly folder: string;
  readonly known: KnownFiles;
  readonly tell: Tell;
}

export function loadTraces(scenario: Scenario, { folder, known, tell }: Loading): void {
  let isWhole = true;
  for (const { path, trace } of tracesIn(scenario, [])) {
    try {
      const file = resolve(folder, trace.file);
      const key = JSON.stringify([file, trace]);
      const before = known.get(key);
      const loaded =
        before ?? ("column" in trace ? columnOf(trace, file) : traceOf(trace, file, path, tell));
      if (loaded !== undefined) keep(trace, key, loaded, known);
    } catch (error) {
      if (!(error instanceof TraceError)) throw error;
      tell([...path, "file"], error.message);
    }
    isWhole &&= loadedTraces.has(trace as Trace) || loadedColumns.has(trace as ColumnTrace);
  }
  if (isWhole) ruleTraceEnds(scenario, tell);
}

function keep(
  trace: Trace | ColumnTrace,
  key: string,
  loaded: LoadedTrace | LoadedColumn,
  known: KnownFiles,
): void {
  known.set(key, loaded);
  if ("column" in trace) loadedColumns.set(trace, loaded as LoadedColumn);
  else loadedTraces.set(trace, loaded as LoadedTrace);
}

/** Undefined where the mistake has been told. */
function traceOf(
  trace: Trace,
  file: string,
  path: readonly string[],
  tell: Tell,
): LoadedTrace | undefined {
  const zone = zoneOf(trace.timeZone ?? "Z");
  if (zone !== undefined) return { ...readTrace(requestOf(trace, file, zone)), file };
  tell([...path, "timeZone"], `It is an offset, as +02:00, or a name, as Europe/Berlin.`);
  return undefined;
}

function requestOf(trace: Trace, file: string, zone: Zone): TraceRequest {
  return {
    file,
    format: trace.format,
    timeColumn: trace.timeColumn,
    countColumn: trace.countColumn,
    metric: trace.metric,
    zone,
    bucketSeconds: trace.bucketSeconds,
    scale: trace.scale ?? 1,
    repeats: trace.repeat ?? false,
    isEven: trace.spacing === "even",
    sorts: trace.order === "sort",
    takesGaps: trace.gaps === "empty",
  };
}

function columnOf(trace: ColumnTrace, file: string): LoadedColumn {
  const scale =
    ("secondsPerUnit" in trace ? trace.secondsPerUnit : undefined) ??
    ("bytesPerUnit" in trace ? trace.bytesPerUnit : undefined) ??
    1;
  const values = readColumn(file, trace.column, scale);
  let sum = 0;
  for (const value of values) sum += value;
  return { file, values, mean: sum / values.length };
}

/** A replication ends that ends with its messages: its traces bring so many. */
function ruleTraceEnds({ horizon, producers }: Scenario, tell: Tell): void {
  const { messages, seconds } = horizon;
  const traces = Object.values(producers ?? {}).map(({ arrivals }) =>
    "trace" in arrivals ? arrivals.trace : undefined,
  );
  if (messages === undefined || seconds !== undefined || traces.length === 0) return;
  let [total, ends] = [0, 0];
  for (const trace of traces) {
    if (trace === undefined || trace.repeat === true) return;
    const { until, spanMs } = loadedTrace(trace);
    total += until.at(-1) as number;
    ends = Math.max(ends, spanMs / 1_000);
  }
  if (total >= messages) return;
  const sentence = `Its traces bring ${total} messages and end after ${ends} seconds; give it seconds as well.`;
  tell(["horizon", "messages"], sentence);
}

interface FoundTrace {
  readonly path: readonly string[];
  readonly trace: Trace | ColumnTrace;
}

function* tracesIn(value: unknown, path: readonly string[]): Generator<FoundTrace> {
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    const own = [...path, name];
    const isTrace = name === "trace" && typeof inner === "object" && inner !== null;
    if (isTrace && typeof inner.file === "string") yield { path: own, trace: inner };
    else yield* tracesIn(inner, own);
  }
}

/** What was read of arrivals. */
export function loadedTrace(trace: Trace): LoadedTrace {
  const loaded = loadedTraces.get(trace);
  if (loaded === undefined) throw new Error(`The trace ${trace.file} was not read.`);
  return loaded;
}

/** What was read of a column. */
export function loadedColumn(trace: ColumnTrace): LoadedColumn {
  const loaded = loadedColumns.get(trace);
  if (loaded === undefined) throw new Error(`The trace ${trace.file} was not read.`);
  return loaded;
}
