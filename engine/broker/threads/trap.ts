/**
 * What a caller is told whose call trapped inside the engine: a bug of ours, or memory that something
 * else wrote into. The call may have happened or not; the broker goes on (bindings/guard.ts).
 */
import { EngineTrap } from "../../../bindings/index.ts";
import { SluiceError } from "../../errors.ts";

export { EngineTrap };

/** The trap is its cause. */
export function trapped(trap: EngineTrap): SluiceError {
  return new SluiceError("InternalFailure", trap.message, { cause: trap });
}
