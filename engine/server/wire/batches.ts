/**
 * What all batch actions have in common: the checks that fail a whole batch, and the answer that
 * tells entry by entry what became of it. A batch is at most ten entries.
 *
 * Whole-batch checks, in AWS's order: no entries, more than ten, a bad id, an id twice, too many
 * bytes (sends only, by the action). Everything else fails its own entry and leaves the others.
 */

import { quoted } from "../../broker/described/quoted.ts";
import { errorShape, SluiceError } from "../../errors.ts";
import { batches } from "../../limits.ts";
import type { BatchResult } from "../../types.ts";
import type { Answer } from "./context.ts";
import { checkRanges, checkRequired, type Input, type Loose, type Members } from "./schema.ts";

/**
 * What a batch action of this name takes and answers: in the query protocol its entries are called
 * `NameRequestEntry`, its successes `NameResultEntry`. `success`: what a success shows besides Id.
 */
export function batchWire<const M extends Members>(name: string, entry: M, success: Members = {}) {
  const id = { Id: { type: "string" } } as const;
  return {
    members: {
      Entries: {
        type: "list",
        of: { type: "structure", members: { ...entry, ...id } },
        each: `${name}RequestEntry`,
        max: batches.maxEntries,
      },
    },
    result: {
      Successful: {
        type: "list",
        of: { type: "structure", members: { ...id, ...success } },
        each: `${name}ResultEntry`,
      },
      Failed: {
        type: "list",
        of: { type: "structure", members: failure },
        each: "BatchResultErrorEntry",
      },
    },
  } as const;
}

const failure = {
  Id: { type: "string" },
  SenderFault: { type: "boolean" },
  Code: { type: "string" },
  Message: { type: "string" },
} as const;

interface Identified {
  readonly Id?: string | undefined;
}

/** Throws for what is wrong with the batch as a whole; absent entries are none. */
export function checkBatch<E extends Identified>(entries: readonly E[] | undefined): readonly E[] {
  if (entries === undefined || entries.length === 0) {
    throw new SluiceError("EmptyBatchRequest", "There should be at least one entry in the batch.");
  }
  if (entries.length > batches.maxEntries) {
    throw new SluiceError(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are ${batches.maxEntries}. ` +
        `You have sent ${entries.length}.`,
    );
  }
  const ids = new Set<string>();
  for (const { Id = "" } of entries) {
    if (!batches.entryIdPattern.test(Id)) {
      throw new SluiceError(
        "InvalidBatchEntryId",
        `A batch entry id has 1 to 80 letters, digits, hyphens and underscores; ${quoted(Id)} is none.`,
      );
    }
    if (ids.has(Id)) throw new SluiceError("BatchEntryIdsNotDistinct", `Id ${Id} repeated.`);
    ids.add(Id);
  }
  return entries;
}

/** One batch action: how an entry becomes work, how the work is done, how a success is shown. */
export interface BatchPlan<M extends Members, P, T> {
  readonly members: M;
  /** Throws a SluiceError that fails this entry alone. */
  readonly prepare: (entry: Input<M>) => P;
  readonly apply: (prepared: readonly P[]) => Promise<BatchResult<T>>;
  /** What Successful shows of an entry, besides its Id. */
  readonly show?: (value: T, prepared: P) => object;
}

/** Runs the plan over entries that passed `checkBatch`; results stand in the entries' order. */
export async function runBatch<M extends Members, P, T>(
  entries: readonly Loose[],
  plan: BatchPlan<M, P, T>,
): Promise<Answer> {
  const answer = new BatchAnswer(entries);
  const prepared: P[] = [];
  const positions: number[] = [];
  for (let position = 0; position < entries.length; position++) {
    try {
      const entry = entries[position] as Loose;
      checkRequired(plan.members, entry);
      checkRanges(plan.members, entry);
      prepared.push(plan.prepare(entry as Input<M>));
      positions.push(position);
    } catch (error) {
      answer.fail(position, error);
    }
  }
  if (prepared.length > 0) {
    const { successful, failed } = await plan.apply(prepared);
    for (const { index, value } of successful) {
      const shown = plan.show?.(value, prepared[index] as P);
      answer.succeed(positions[index] as number, shown);
    }
    for (const { index, error } of failed) answer.fail(positions[index] as number, error);
  }
  return answer.toWire();
}

/** Collects results by position; an empty list is left out of the answer, as AWS does. */
class BatchAnswer {
  readonly #entries: readonly Identified[];
  readonly #successful: object[] = [];
  readonly #failed: object[] = [];

  constructor(entries: readonly Identified[]) {
    this.#entries = entries;
  }

  succeed(position: number, shown: object | undefined): void {
    this.#successful[position] = { Id: this.#entries[position]?.Id, ...shown };
  }

  /** Anything but a SluiceError is a fault of this program, and fails the whole request. */
  fail(position: number, error: unknown): void {
    if (!(error instanceof SluiceError)) throw error;
    this.#failed[position] = {
      Id: this.#entries[position]?.Id,
      SenderFault: errorShape(error.code).sender,
      Code: error.code,
      Message: error.message,
    };
  }

  /** `filter` skips the positions that have no result of the kind. */
  toWire(): Answer {
    const successful = this.#successful.filter(() => true);
    const failed = this.#failed.filter(() => true);
    return {
      ...(successful.length > 0 && { Successful: successful }),
      ...(failed.length > 0 && { Failed: failed }),
    };
  }
}
