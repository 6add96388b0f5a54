/** What is asked of a trace's file: the scenario's fields of trace.ts, the file's name resolved. Types only. */
import type { ColumnName, TraceFormat } from "../scenario/trace.ts";
import type { Zone } from "./zone.ts";

export interface TraceRequest {
  readonly file: string;
  readonly format: TraceFormat | undefined;
  readonly timeColumn: ColumnName | undefined;
  readonly countColumn: ColumnName | undefined;
  readonly metric: string | undefined;
  /** Of times that name none. */
  readonly zone: Zone;
  readonly bucketSeconds: number | undefined;
  readonly scale: number;
  readonly repeats: boolean;
  readonly isEven: boolean;
  readonly sorts: boolean;
  readonly takesGaps: boolean;
}

/** A trace as a run plays it: rows in the order of time, of messages that were counted already. */
export interface PlayedTrace {
  /** From the first row on. */
  readonly atMs: Float64Array;
  /** How many messages there are up to the end of each row; whole numbers that never fall. */
  readonly until: Float64Array;
  /** Which row of the file each is; undefined: they are in the file's order, all of them. */
  readonly places: Float64Array | undefined;
  /** Over how long the messages of a row are spread, at the most to the next row; 0: they come at once. */
  readonly widthMs: number;
  readonly isEven: boolean;
  /** From its beginning to its end: when it would begin again. */
  readonly spanMs: number;
  readonly repeats: boolean;
}
