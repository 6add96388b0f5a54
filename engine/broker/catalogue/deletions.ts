/**
 * When this thread deleted which queue, where the 60-second rule is on: AWS refuses a queue's name for
 * 60 seconds after its deletion. The opener's also has what a journal knows from before. Own thread only.
 */
import { SluiceError } from "../../errors.ts";
import { protections } from "../../limits.ts";
import type { QueueKey } from "./catalogue.ts";

export class Deletions {
  readonly #isKept: boolean;
  /** By account and name, a slash between them. */
  readonly #atMs = new Map<string, number>();

  constructor(isKept: boolean) {
    this.#isKept = isKept;
  }

  note({ account, name }: QueueKey, now: number): void {
    if (this.#isKept) this.#atMs.set(`${account}/${name}`, now);
  }

  forget(): void {
    this.#atMs.clear();
  }

  /** Throws QueueDeletedRecently while its account may not make a queue of this name. */
  check({ account, name }: QueueKey, now: number): void {
    const key = `${account}/${name}`;
    const deletedAtMs = this.#atMs.get(key);
    if (deletedAtMs === undefined) return;
    if (now - deletedAtMs >= protections.recreateSeconds * 1_000) {
      this.#atMs.delete(key);
      return;
    }
    throw new SluiceError(
      "QueueDeletedRecently",
      `You must wait ${protections.recreateSeconds} seconds after deleting a queue before you ` +
        "can create another with the same name.",
      { queue: name },
    );
  }
}
