/**
 * What a file says of arrivals, times and sizes, in a scenario. Types only; types.ts says what they are made
 * into.
 */
import type { PositiveSeconds, Spacing } from "./measures.ts";

/**
 * What a file is: rows of one moment each, rows of a time and a count, what `aws cloudwatch
 * get-metric-data` prints, an export of the CloudWatch console, or a web server's access log (Common Log
 * Format).
 */
export type TraceFormat =
  | "timestamps"
  | "buckets"
  | "cloudWatchJson"
  | "cloudWatchCsv"
  | "accessLog";

/**
 * More than nothing.
 * @exclusiveMinimum 0
 * @maximum 1000000000
 */
export type Factor = number;

/**
 * @asType integer
 * @minimum 1
 * @maximum 10000
 */
export type ColumnNumber = number;

/** A column of a file, by its name, or by its number from 1 on. */
export type ColumnName = ColumnNumber | string;

/** Arrivals that were measured. A run begins with the first. */
export interface Trace {
  /** The file's name, as seen from the scenario's own. */
  file: string;
  /** Default: it is seen by the file's beginning. */
  format?: TraceFormat;
  /** The column of the times. Default: timestamp, time, or the first. */
  timeColumn?: ColumnName;
  /** The column of the counts. Default: count, value, or the only other one. */
  countColumn?: ColumnName;
  /** Of CloudWatch's JSON: the Id or the Label of the metric, where there are several. */
  metric?: string;
  /** Of times that name none: an offset (`+02:00`), or a name (`Europe/Berlin`). Default UTC. */
  timeZone?: string;
  /** How long a row's messages are spread. Default: buckets, as far as rows lie apart; moments, not at all; a log, a second. */
  bucketSeconds?: PositiveSeconds;
  /** How messages lie in a bucket. Default random. */
  spacing?: Spacing;
  /** Messages of the run for each of the file. Default 1. */
  scale?: Factor;
  /** True where it begins again when it is over. Default false: nothing comes then. */
  repeat?: boolean;
  /** What a missing bucket is: a mistake, or one in which nothing came. Default refuse. */
  gaps?: "refuse" | "empty";
  /** What a row is that is earlier than the one before it. Default refuse; logs and CloudWatch's JSON are sorted. */
  order?: "refuse" | "sort";
}

/** When a file says that they came. */
export interface TraceArrivals {
  trace: Trace;
}

/**
 * Times of a file's column. A message that came by a row of the same file takes that row's, and so do
 * those that consumers send on of it; any other takes that of a row at random.
 */
export interface TraceLaw {
  trace: {
    /** The file's name, as seen from the scenario's own. */
    file: string;
    column: ColumnName;
    /** What 1 in the column stands for. Default 1. */
    secondsPerUnit?: Factor;
  };
}

/**
 * Sizes of a file's column, cut at 1 byte and at what the queue takes. A message that came by a row of the
 * same file takes that row's; any other takes that of a row at random.
 */
export interface TraceSizes {
  trace: {
    /** The file's name, as seen from the scenario's own. */
    file: string;
    column: ColumnName;
    /** What 1 in the column stands for. Default 1. */
    bytesPerUnit?: Factor;
  };
}
