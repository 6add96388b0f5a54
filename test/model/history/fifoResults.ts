/**
 * What a section of a FIFO shard has left in its thread's record, as an operation of the history. All
 * of it is written under the shard's lock, so it is there whole once the section has happened; whoever
 * knows what was asked (a `Begun`) can read the result, also of a thread that has died since.
 */
import * as layout from "../../../assembly/layout.ts";
import {
  ATTEMPT,
  CLAIM,
  CLAIM_ATTEMPT,
  CLAIM_ON,
  COMMIT_FIFO,
  HIDE,
  type Operation,
  REMOVE,
} from "./operations.ts";
import type { Receipt, Sections } from "./sections.ts";

/** A section that a thread is about to make: what is known of its operation before. */
export interface Begun {
  readonly kind: number;
  readonly first: number;
  readonly second: number;
  /** How many messages a receive has already: the section's stand behind those. */
  readonly from: number;
  /** COMMIT_FIFO group, id · REMOVE sequence, receive count · HIDE sequence, receive count,
   * visibilityMs, the due time that the held record knew · CLAIM_ATTEMPT the attempt and 0 · CLAIM_ON sequence, receive count of the message
   * that was taken last · of others none. */
  readonly items: readonly number[];
}

/** Numbers that `items` has for each handle: what was asked, behind which the result belongs. */
const ASKED = new Map([
  [REMOVE, 2],
  [HIDE, 4],
]);

export class Results {
  readonly #u32: Uint32Array;
  readonly #f64: Float64Array;
  readonly #area: number;

  constructor(sections: Sections, thread: number) {
    this.#u32 = sections.words;
    this.#f64 = sections.doubles;
    this.#area = sections.header(layout.HEADER_THREADS_BASE) + thread * layout.THREAD_BYTES;
  }

  /** Number of the last section; 0: none since `clear`. */
  get operation(): number {
    return this.#f64[(this.#area + layout.THREAD_OUT_OPERATION) >> 3] as number;
  }

  /** To be called before a section, so that `operation` says whether it has happened. */
  clear(): void {
    this.#f64[(this.#area + layout.THREAD_OUT_OPERATION) >> 3] = 0;
  }

  /** What the last section answered: a number of messages or a status below 0. */
  get status(): number {
    return (this.#u32[(this.#area + layout.THREAD_OUT_COUNT) >> 2] as number) | 0;
  }

  /** The operation that was asked for with `begun`, now that its section has happened. */
  finish(begun: Begun): Operation {
    const { operation, status } = this;
    const now = this.#f64[(this.#area + layout.THREAD_OUT_NOW) >> 3] as number;
    const { kind, first, second } = begun;
    return { kind, operation, now, first, second, ...this.#answer(begun, status) };
  }

  #answer({ kind, from, items }: Begun, status: number): Pick<Operation, "status" | "items"> {
    if (kind === COMMIT_FIFO) return { status, items: this.#sent(items, status) };
    if (kind === CLAIM || kind === CLAIM_ATTEMPT || kind === CLAIM_ON) {
      const dropped = this.#u32[(this.#area + layout.THREAD_OUT_DROPPED) >> 2] as number;
      const taken = [...items, ...this.#taken(status, from)];
      return { status: status < 0 ? status : status + dropped, items: taken };
    }
    if (kind === ATTEMPT) return { status, items: this.#taken(status, from) };
    const asked = ASKED.get(kind);
    if (asked !== undefined) return { status, items: this.#settled(items, asked) };
    const sequences = (this.#area + layout.THREAD_OUT_SEQUENCES) >> 3;
    return {
      status: 0,
      items: Array.from(this.#f64.subarray(sequences, sequences + Math.max(0, status))),
    };
  }

  #longAt(address: number): number {
    const high = this.#u32[(address + 4) >> 2] as number;
    return (this.#u32[address >> 2] as number) + high * 2 ** 32;
  }

  #sent(asked: readonly number[], status: number): number[] {
    return this.sequences(Math.max(0, status)).flatMap((sequence, index) => [
      ...asked.slice(index * 2, index * 2 + 2),
      sequence,
      this.#longAt(this.#send(index) + layout.SEND_BIRTH),
    ]);
  }

  /** Of the messages that were sent; a duplicate's is its original's. */
  sequences(count: number): number[] {
    return Array.from({ length: count }, (_, index) =>
      this.#longAt(this.#send(index) + layout.SEND_SEQUENCE),
    );
  }

  #send(index: number): number {
    return this.#area + layout.THREAD_SENDS + index * layout.SEND_BYTES;
  }

  #taken(status: number, from: number): number[] {
    return this.receipts(status, from).flatMap(({ sequence, count }) => [sequence, count]);
  }

  /** Of so many messages that the last receive brought, behind the first `from`. */
  receipts(claimed: number, from = 0): Receipt[] {
    return Array.from({ length: Math.max(0, claimed) }, (_, index) => {
      const at = this.#area + layout.THREAD_RECEIVES + (from + index) * layout.RECEIVE_BYTES;
      return {
        slot: this.#u32[(at + layout.RECEIVE_SLOT) >> 2] as number,
        count: this.#u32[(at + layout.RECEIVE_COUNT) >> 2] as number,
        sequence: this.#longAt(at + layout.RECEIVE_SEQUENCE),
      };
    });
  }

  #settled(asked: readonly number[], width: number): number[] {
    return Array.from({ length: asked.length / width }, (_, index) => [
      ...asked.slice(index * width, (index + 1) * width),
      this.result(index),
    ]).flat();
  }

  /** The RESULT code of the so-manieth handle. */
  result(index: number): number {
    const at = this.#area + layout.THREAD_HANDLES + index * layout.HANDLE_BYTES;
    return this.#u32[(at + layout.HANDLE_RESULT) >> 2] as number;
  }
}
