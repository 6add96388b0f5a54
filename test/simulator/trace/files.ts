/** Files of traces for tests: written to a folder of their own, and read as a scenario would have them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTrace } from "../../../engine/simulator/trace/readTrace.ts";
import type { PlayedTrace, TraceRequest } from "../../../engine/simulator/trace/traceRequest.ts";
import { zoneOf } from "../../../engine/simulator/trace/zone.ts";

export const folder = mkdtempSync(join(tmpdir(), "sluice-trace-"));

/** When a test's file is over; another one in the same process makes it again. */
export function removeFolder(): void {
  rmSync(folder, { recursive: true, force: true });
}

let files = 0;

/** The name of a file that holds this. */
export function fileOf(text: string | readonly string[]): string {
  const file = join(folder, `${files++}.txt`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, typeof text === "string" ? text : `${text.join("\n")}\n`);
  return file;
}

/** What is asked of a file where nothing is named. */
export function request(file: string, change: Partial<TraceRequest> = {}): TraceRequest {
  return {
    file,
    format: undefined,
    timeColumn: undefined,
    countColumn: undefined,
    metric: undefined,
    zone: zoneOf("Z") as NonNullable<ReturnType<typeof zoneOf>>,
    bucketSeconds: undefined,
    scale: 1,
    repeats: false,
    isEven: true,
    sorts: false,
    takesGaps: false,
    ...change,
  };
}

export interface Read extends PlayedTrace {
  readonly seconds: readonly number[];
  /** Messages of each row. */
  readonly counts: readonly number[];
}

/** A trace's rows as plain numbers. */
export function read(text: string | readonly string[], change: Partial<TraceRequest> = {}): Read {
  const trace = readTrace(request(fileOf(text), change));
  const until = [...trace.until];
  return {
    ...trace,
    seconds: [...trace.atMs].map((ms) => ms / 1_000),
    counts: until.map((all, row) => all - (until[row - 1] ?? 0)),
  };
}

/** What is wrong with it, without its name. */
export function mistakeOf(
  text: string | readonly string[],
  change: Partial<TraceRequest> = {},
): string {
  const file = fileOf(text);
  try {
    readTrace(request(file, change));
  } catch (error) {
    return (error as Error).message.replace(file, "FILE");
  }
  return "nothing";
}
