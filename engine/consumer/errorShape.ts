/**
 * Errors on their way from one thread to another. A structured clone keeps message and stack but
 * drops the name of a class of one's own, `code`, and what `cause` had of them. Pure.
 */

import { types } from "node:util";

/** An error as plain data. */
export interface ErrorShape {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
  readonly cause: ErrorShape | undefined;
}

/** Causes of causes beyond this are left out: somebody made a circle. */
const CAUSES_MAX = 8;

/** Whatever was thrown, as data; what is no error, or can't be read, becomes one. Never throws. */
export function shapeOf(thrown: unknown, depth = 0): ErrorShape {
  try {
    if (isError(thrown)) return read(thrown, depth);
    return plain(`Something that is no Error was thrown: ${textOf(thrown)}`);
  } catch {
    return plain(`Something was thrown that can't be read: a value of type ${typeof thrown}`);
  }
}

function plain(message: string): ErrorShape {
  return { name: "Error", message, stack: undefined, code: undefined, cause: undefined };
}

/** Also of another realm, as under test runners that give each file its own. */
function isError(thrown: unknown): thrown is Error {
  return types.isNativeError(thrown) || thrown instanceof Error;
}

function read(thrown: Error, depth: number): ErrorShape {
  const { name, message, stack, cause } = thrown;
  const code: unknown = "code" in thrown ? thrown.code : undefined;
  const hasCause = cause !== undefined && depth < CAUSES_MAX;
  return {
    name: String(name),
    message: String(message),
    stack: stack === undefined ? undefined : String(stack),
    code: code === undefined ? undefined : String(code),
    cause: hasCause ? shapeOf(cause, depth + 1) : undefined,
  };
}

function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return `a value of type ${typeof thrown}`;
  }
}

/** The error again, with the stack that it had where it was thrown. */
export function errorOf({ name, message, stack, code, cause }: ErrorShape): Error {
  const error = new Error(message, cause === undefined ? undefined : { cause: errorOf(cause) });
  Object.defineProperty(error, "name", { value: name, configurable: true, writable: true });
  if (stack !== undefined) {
    Object.defineProperty(error, "stack", { value: stack, configurable: true, writable: true });
  }
  if (code !== undefined) Object.defineProperty(error, "code", { value: code, enumerable: true });
  return error;
}
