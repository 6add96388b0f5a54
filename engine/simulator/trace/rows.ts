/**
 * The rows of a trace as its file has them, whatever its format: a time and, of buckets, a count. In the
 * file's order; order.ts puts them in that of time.
 */
import { Column } from "./column.ts";
import { TraceError } from "./traceError.ts";

/** Some hundred megabytes. */
export const ROWS_MAX = 10_000_000;

export class Rows {
  readonly file: string;
  readonly isBuckets: boolean;
  readonly atMs = new Column();
  /** Of buckets. */
  readonly counts = new Column();
  /** Where they stand in the file, in lines and in rows of data. */
  readonly lines = new Column();
  readonly places = new Column();

  constructor(file: string, isBuckets: boolean) {
    this.file = file;
    this.isBuckets = isBuckets;
  }

  get length(): number {
    return this.atMs.length;
  }

  push(atMs: number, count: number, line: number, place: number): void {
    if (this.length === ROWS_MAX) {
      throw new TraceError(
        this.file,
        line,
        `A trace has at most ${ROWS_MAX} rows; take a part of it.`,
      );
    }
    this.atMs.push(atMs);
    if (this.isBuckets) this.counts.push(count);
    this.lines.push(line);
    this.places.push(place);
  }
}
