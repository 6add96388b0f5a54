/**
 * The module that a function's threads run as their handler: it loads the program's module, finds the
 * function in it, and calls it by the loop beside this. Runs in the thread of the function; what is wrong
 * with the module is one sentence that names the file.
 * Sources: Lambda Developer Guide, "Define Lambda function handler in Node.js"; that runtimes from
 * Node.js 24 on call no handler with a callback: the same page.
 */
import { loadModule, type OwnModule, unusable } from "../consumer/handlerModule.ts";
import { type FunctionSettings, Invoker } from "./invocation.ts";
import { InvocationLoop, type LoopSettings } from "./invocationLoop.ts";
import type { LambdaHandler } from "./types.ts";

/** What a thread is given of the function. */
export interface FunctionData extends FunctionSettings, LoopSettings {
  /** The program's module. */
  readonly href: string;
  /** The export that is called; dots lead into it. */
  readonly handler: string;
  /** The program's own. */
  readonly data: unknown;
}

/** The parameters of a handler that takes a callback. */
const WITH_CALLBACK = 3;

function memberOf(object: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((from, name) => {
    const isObject = typeof from === "object" || typeof from === "function";
    return isObject && from !== null ? (from as Record<string, unknown>)[name] : undefined;
  }, object);
}

/** The function of a module; of a CommonJS module Node puts all exports into `default`, too. */
function handlerOf(href: string, name: string, loaded: object): LambdaHandler {
  const found = memberOf(loaded, name) ?? memberOf(memberOf(loaded, "default"), name);
  if (found === undefined) {
    const names = Object.keys(loaded).join(", ") || "nothing";
    throw unusable(href, `it exports ${names}, and no ${name}.`);
  }
  if (typeof found !== "function") {
    throw unusable(href, `its export ${name} is no function, but of type ${typeof found}.`);
  }
  if (found.length >= WITH_CALLBACK) {
    throw unusable(
      href,
      `its function ${name} takes a callback, which Lambda's runtimes from Node.js 24 on don't ` +
        "give. Make it async (event, context) => answer.",
    );
  }
  return found as LambdaHandler;
}

/** @param load imports the program's module, where only the caller can. */
export function functionModule(load?: () => Promise<object>): OwnModule {
  let handler: LambdaHandler | undefined;
  return {
    async setup({ data }) {
      const { href, handler: name } = data as FunctionData;
      handler = handlerOf(href, name, await loadModule(href, load));
    },
    loop(work) {
      if (handler === undefined) throw new Error("A function's loop begins after its setup.");
      const settings = work.context.data as FunctionData;
      const sluice = { ...work.context, data: settings.data };
      return new InvocationLoop(work, new Invoker(handler, settings, sluice), settings).run();
    },
  };
}
