/**
 * What tells a memory from others and outlives it where there is a journal: the secret and the epoch
 * under which receipt handles and message ids are made, and how many queues and messages there were.
 * Written when the memory is made, and once more by the journal's thread before anybody is served; read
 * by any thread.
 */
import {
  HEADER,
  HEADER_BIRTHS,
  HEADER_EPOCH,
  HEADER_HASH_VERSION,
  HEADER_INCARNATIONS,
  HEADER_SECRET,
  HEADER_SECRET_BYTES,
} from "../assembly/layout.ts";
import type { EngineIdentity } from "./shapes.ts";
import type { Views } from "./views.ts";

/** Bytes that a secret has. */
export const SECRET_BYTES = HEADER_SECRET_BYTES;
const SECRET = HEADER + HEADER_SECRET;
const EPOCH = (HEADER + HEADER_EPOCH) >> 2;
const INCARNATIONS = (HEADER + HEADER_INCARNATIONS) >> 2;
const BIRTHS = (HEADER + HEADER_BIRTHS) >> 2;

export class Identity {
  readonly #views: Views;

  constructor(views: Views) {
    this.#views = views;
  }

  /** A copy. */
  get secret(): Uint8Array {
    return Uint8Array.from(this.#views.bytes.subarray(SECRET, SECRET + SECRET_BYTES));
  }

  get epoch(): number {
    return this.#views.u32[EPOCH] as number;
  }

  /** Version of the hash that group and deduplication ids are stored under. */
  get hashVersion(): number {
    return this.#views.header(HEADER_HASH_VERSION);
  }

  adopt({ secret, epoch }: Pick<EngineIdentity, "secret" | "epoch">): void {
    this.#views.bytes.set(secret.subarray(0, SECRET_BYTES), SECRET);
    this.#views.u32[EPOCH] = epoch;
  }

  /** The greatest incarnation that a queue was given. */
  get incarnations(): number {
    return Atomics.load(this.#views.u32, INCARNATIONS);
  }

  set incarnations(count: number) {
    Atomics.store(this.#views.u32, INCARNATIONS, count);
  }

  /** A number that no message's birth is above; exact below 2^53. */
  get births(): number {
    const { u32 } = this.#views;
    const high = Atomics.load(u32, BIRTHS + 1);
    const low = Atomics.load(u32, BIRTHS);
    // The high word rises once in four billion messages: then the low one has just begun anew.
    const isTorn = Atomics.load(u32, BIRTHS + 1) !== high;
    return isTorn ? (high + 2) * 2 ** 32 : high * 2 ** 32 + low;
  }
}
