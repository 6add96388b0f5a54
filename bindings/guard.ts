/**
 * What becomes of a WebAssembly trap. The engine is not meant to trap; when it does all the same
 * (a bug, a memory that something else wrote into), this thread may hold a lock that others wait
 * for. So every call is guarded: after a trap what the thread held is rebuilt as if it had died,
 * the thread goes on, and the caller is told. The calls that carry messages are written out, since
 * a guard shared by all calls costs each of them; a guard of its own costs nothing.
 */
import type { EngineExports } from "./exports.ts";
import type { Instance } from "./module.ts";

/** What ends a call in its middle: a trap or, in the debug build, an assertion that does not hold. */
const TRAPS = ["RuntimeError", "EngineAssertion"];

/** The engine trapped. Whether the call happened is not known; the queue is whole again. */
export class EngineTrap extends Error {
  override readonly name = "EngineTrap";

  constructor(cause: Error) {
    super(
      `The engine trapped (${cause.message}). Its structures were rebuilt from the messages; ` +
        "whether this call did its work is not known.",
      { cause },
    );
  }
}

type Call = (...values: number[]) => number;

/** The error that a caller gets for a trap. */
export type TrapTeller = (trap: EngineTrap) => Error;

function asItIs(trap: EngineTrap): Error {
  return trap;
}

/** The same exports, for the thread with this number, putting right what a trap leaves. */
export function guard(
  exports: EngineExports,
  thread: number,
  tell: TrapTeller = asItIs,
): EngineExports {
  const recover = (error: unknown): unknown => {
    if (!(error instanceof Error) || !TRAPS.includes(error.name)) return error;
    exports.threadTrapped(thread);
    return tell(new EngineTrap(error));
  };
  const guardedCall = (call: Call): Call => {
    return (...values) => {
      try {
        return call(...values);
      } catch (error) {
        throw recover(error);
      }
    };
  };
  const calls = Object.entries(exports).filter(([, call]) => typeof call === "function");
  const all = Object.fromEntries(calls.map(([name, call]) => [name, guardedCall(call as Call)]));
  return {
    ...(all as unknown as EngineExports),
    send(self, queue, incarnation, count, now) {
      try {
        return exports.send(self, queue, incarnation, count, now);
      } catch (error) {
        throw recover(error);
      }
    },
    receive(self, queue, incarnation, max, visibilityMs, now) {
      try {
        return exports.receive(self, queue, incarnation, max, visibilityMs, now);
      } catch (error) {
        throw recover(error);
      }
    },
    remove(self, queue, incarnation, count, now) {
      try {
        return exports.remove(self, queue, incarnation, count, now);
      } catch (error) {
        throw recover(error);
      }
    },
  };
}

/** An instance whose exports are guarded. */
export function guarded(instance: Instance, thread: number, tell?: TrapTeller): Instance {
  return { ...instance, exports: guard(instance.exports, thread, tell) };
}
