/**
 * Rows of a trace made ready to be played: in the order of time, their messages counted, their gaps
 * looked at. What is wrong is told with the line of the file.
 */
import { sharedNumbers } from "../../broker/messages/sharedNumbers.ts";
import type { Rows } from "./rows.ts";
import { TraceError } from "./traceError.ts";
import type { PlayedTrace, TraceRequest } from "./traceRequest.ts";

/** A row so many widths behind the one before it leaves a gap. */
const GAP = 1.5;
const MS = 1_000;

export function played(rows: Rows, request: TraceRequest, widthMs?: number): PlayedTrace {
  const { file, length } = rows;
  if (length === 0) throw new TraceError(file, 0, "It has no rows.");
  const order = orderOf(rows, request);
  const at = (index: number): number => rows.atMs.at(order?.[index] ?? index);
  const line = (index: number): number => rows.lines.at(order?.[index] ?? index);
  const own = request.bucketSeconds === undefined ? widthMs : request.bucketSeconds * MS;
  const width = rows.isBuckets ? (own ?? usualStep(length, at, file)) : (own ?? 0);
  if (rows.isBuckets && !request.takesGaps) refuseGaps(length, at, line, width, file);
  const [atMs, until] = [sharedNumbers(length), sharedNumbers(length)];
  let sum = 0;
  for (let index = 0; index < length; index++) {
    sum += rows.isBuckets ? rows.counts.at(order?.[index] ?? index) : 1;
    atMs[index] = at(index) - at(0);
    until[index] = Math.round(sum * request.scale);
  }
  if (until[length - 1] === 0)
    throw new TraceError(file, 0, "It brings no message: its counts are 0.");
  const spanMs = spanOf(atMs, width);
  if (request.repeats && spanMs === 0) {
    const sentence = "All of it is one moment, which can't be repeated; give it bucketSeconds.";
    throw new TraceError(file, 0, sentence);
  }
  const places = placesOf(rows, order);
  const { isEven, repeats } = request;
  return { atMs, until, places, widthMs: width, isEven, spanMs, repeats };
}

/** Rows by time; undefined where they are in that order. */
function orderOf(rows: Rows, { sorts }: TraceRequest): Uint32Array | undefined {
  const { file, length } = rows;
  const { values } = rows.atMs;
  let [isRising, isFalling, wrong] = [true, length > 1, 0];
  for (let index = 1; index < length; index++) {
    const [last, next] = [values[index - 1] as number, values[index] as number];
    if (next < last && isRising) [isRising, wrong] = [false, index];
    if (next > last) isFalling = false;
  }
  if (isRising) return undefined;
  if (!sorts && !isFalling) {
    const sentence =
      `Its time is before that of line ${rows.lines.at(wrong - 1)}; ` +
      "where rows stand in no order, order: sort puts them in that of time.";
    throw new TraceError(file, rows.lines.at(wrong), sentence);
  }
  const order = Uint32Array.from({ length }, (_, index) => index);
  if (isFalling) return order.reverse();
  return order.sort(
    (one, other) => (values[one] as number) - (values[other] as number) || one - other,
  );
}

type At = (index: number) => number;

/** How far rows lie apart, most of them. */
function usualStep(length: number, at: At, file: string): number {
  const steps = new Map<number, number>();
  for (let index = 1; index < length; index++) {
    const step = at(index) - at(index - 1);
    steps.set(step, (steps.get(step) ?? 0) + 1);
  }
  let [usual, most] = [0, 0];
  for (const [step, count] of steps) {
    if (step > 0 && (count > most || (count === most && step < usual)))
      [usual, most] = [step, count];
  }
  if (usual > 0) return usual;
  const sentence = "How long its buckets are can't be seen of one; give it bucketSeconds.";
  throw new TraceError(file, 0, sentence);
}

function refuseGaps(length: number, at: At, line: At, width: number, file: string): void {
  for (let index = 1; index < length; index++) {
    const step = at(index) - at(index - 1);
    if (step <= width * GAP) continue;
    const sentence =
      `${step / MS} seconds lie between this row and the one before it, and ${width / MS} between most; ` +
      "where nothing came in between, say gaps: empty.";
    throw new TraceError(file, line(index), sentence);
  }
}

/** Buckets end with the last one; moments, as far behind the last as they lie apart on average. */
function spanOf(atMs: Float64Array, width: number): number {
  const last = atMs.at(-1) as number;
  if (width > 0) return last + width;
  return atMs.length > 1 ? (last * atMs.length) / (atMs.length - 1) : 0;
}

/** Undefined where row `i` is the file's row `i`. */
function placesOf(rows: Rows, order: Uint32Array | undefined): Float64Array | undefined {
  const { length } = rows;
  if (order === undefined && rows.places.at(length - 1) === length - 1) return undefined;
  const places = sharedNumbers(length);
  for (let index = 0; index < length; index++)
    places[index] = rows.places.at(order?.[index] ?? index);
  return places;
}
