/**
 * When this thread deleted which queue, where the 60-second rule is on: AWS refuses a queue's name for
 * 60 seconds after its deletion. Own thread only.
 */
import { SluiceError } from "../../errors.ts";
import { protections } from "../../limits.ts";

export class Deletions {
  readonly #isKept: boolean;
  readonly #atMs = new Map<string, number>();

  constructor(isKept: boolean) {
    this.#isKept = isKept;
  }

  note(name: string, now: number): void {
    if (this.#isKept) this.#atMs.set(name, now);
  }

  /** Throws QueueDeletedRecently while a queue of this name may not be made. */
  check(name: string, now: number): void {
    const deletedAtMs = this.#atMs.get(name);
    if (deletedAtMs === undefined) return;
    if (now - deletedAtMs >= protections.recreateSeconds * 1_000) {
      this.#atMs.delete(name);
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
