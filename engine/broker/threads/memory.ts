/** A broker's memory, made by its opener, while the journal's thread starts if it has one. */
import { Engine, type EngineIdentity } from "../../../bindings/index.ts";
import { SluiceError } from "../../errors.ts";
import type { JournalStart } from "../durable/journalStart.ts";
import type { Sizes } from "./options.ts";
import { trapped } from "./trap.ts";

/** Rejects with InvalidParameterValue for sizes that don't go together; no thread is left then. */
export async function openEngine(
  sizes: Sizes,
  identity: EngineIdentity,
  starting: JournalStart | undefined,
): Promise<Engine> {
  const besideBytes = starting?.besideBytes ?? 0;
  try {
    return await Engine.open({ ...sizes, besideBytes }, identity, undefined, trapped);
  } catch (error) {
    await starting?.cancel();
    if (!(error instanceof RangeError)) throw error;
    throw new SluiceError("InvalidParameterValue", error.message, { cause: error });
  }
}
