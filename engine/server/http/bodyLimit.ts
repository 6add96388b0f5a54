/** How much a request's body may have, and what more of it is refused with. Pure. */
import { SluiceError } from "../../errors.ts";

/**
 * Bytes of a body. A batch of 1 MiB may be six times that on the way: JSON may write every letter
 * as an escape, `\u0041`, and forms write a byte as three characters. The rest is for the names.
 */
export const bodyBytesMax = 7 * 1_048_576;

export function bodyTooLarge(): SluiceError {
  return new SluiceError("RequestEntityTooLarge", `A request body may have ${bodyBytesMax} bytes.`);
}
