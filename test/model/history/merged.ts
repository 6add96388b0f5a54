/** Several threads' histories of one queue as one. */
import { type Operation, Reader } from "./operations.ts";

/** The operations in the order of their numbers. */
export function* merged(histories: readonly Float64Array[]): Generator<Operation> {
  const readers = histories.map((numbers) => new Reader(numbers));
  for (;;) {
    let first: Reader | undefined;
    for (const reader of readers) {
      if (reader.isDone) continue;
      if (first === undefined || reader.operation < first.operation) first = reader;
    }
    if (first === undefined) return;
    yield first.read();
  }
}
