/**
 * Bytes that somebody else owns: a Uint8Array of a class of its own may answer anything for `length`,
 * another thread may write into it, its buffer may be resized or moved away. So it is known by what it
 * is and not by its class, measured by what it has and not by what it says, and copied where it is
 * needed twice. None of these runs a line of the owner's code. Pure.
 */
import { types } from "node:util";

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;
const lengthOf = Object.getOwnPropertyDescriptor(typedArray, "length")?.get as () => number;

/** False for a Proxy of one: what it holds can't be known without running its code. */
export const isBytes: (value: unknown) => value is Uint8Array = types.isUint8Array;

/** How many bytes; 0 once the buffer was moved away, or shrunk to before the end. */
export function sizeOf(bytes: Uint8Array): number {
  return Reflect.apply(lengthOf, bytes, []);
}

/** The same bytes in memory of their own. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
