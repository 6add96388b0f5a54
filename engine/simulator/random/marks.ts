/** What messages are like: how large, and of which group. Each has a stream of its own. */
import type { PlannedGroups, PlannedSizes } from "../scenario/plan.ts";
import { Choice } from "./choice.ts";
import { Law } from "./law.ts";
import { power } from "./math.ts";
import type { Stream } from "./stream.ts";
import type { TraceRows } from "./traceRows.ts";

/** Bytes of bodies. */
export class Sizes {
  readonly #planned: PlannedSizes;
  readonly #stream: Stream;
  readonly #choice: Choice | undefined;
  readonly #law: Law | undefined;
  readonly #own: TraceRows | undefined;

  /** @param own the rows by which the messages come, where their sizes are of the same file. */
  constructor(planned: PlannedSizes, stream: Stream, own?: TraceRows) {
    this.#planned = planned;
    this.#own = own;
    this.#stream = stream;
    this.#choice = planned.kind === "empirical" ? new Choice(planned.weights) : undefined;
    this.#law =
      planned.kind === "lognormal"
        ? new Law({ kind: "lognormal", meanSeconds: planned.meanBytes, cv: planned.cv }, stream)
        : undefined;
  }

  draw(): number {
    const planned = this.#planned;
    switch (planned.kind) {
      case "fixed":
        return planned.bodyBytes;
      case "uniform":
        return planned.minBytes + this.#stream.below(planned.maxBytes - planned.minBytes + 1);
      case "empirical":
        return planned.bytes[(this.#choice as Choice).draw(this.#stream)] as number;
      case "trace": {
        const { bytes, maxBytes } = planned;
        const row = this.#own?.next() ?? this.#stream.below(bytes.length);
        return Math.min(maxBytes, Math.max(1, Math.round(bytes[row] as number)));
      }
      case "lognormal": {
        // The law counts seconds and draws milliseconds.
        const bytes = Math.round((this.#law as Law).draw() / 1_000);
        return Math.min(planned.maxBytes, Math.max(1, bytes));
      }
    }
  }
}

/** Numbers of groups, from 0 on. */
export class Groups {
  readonly #planned: PlannedGroups;
  readonly #stream: Stream;
  readonly #choice: Choice | undefined;

  constructor(planned: PlannedGroups, stream: Stream) {
    this.#planned = planned;
    this.#stream = stream;
    this.#choice = planned.kind === "zipf" ? new Choice(zipfWeights(planned)) : undefined;
  }

  /** @param own the number of a group that no other message has. */
  draw(own: number): number {
    const planned = this.#planned;
    switch (planned.kind) {
      case "uniform":
        return this.#stream.below(planned.count);
      case "zipf":
        return (this.#choice as Choice).draw(this.#stream);
      case "hot":
        return this.#hot(planned.count, planned.share);
      default:
        return own;
    }
  }

  #hot(count: number, share: number): number {
    if (count === 1 || this.#stream.double() < share) return 0;
    return 1 + this.#stream.below(count - 1);
  }
}

function zipfWeights({ count, exponent }: { count: number; exponent: number }): Float64Array {
  return Float64Array.from({ length: count }, (_, index) => power(index + 1, -exponent));
}
