/**
 * Loads a handler's module and says which kind of handler it has. Runs in the thread that will call
 * it. Every way in which a module can't be used is one error with a sentence that names the file.
 */
import { SluiceError } from "../errors.ts";
import type { BatchHandler, Handler, HandlerContext, HandlerModule, SyncHandler } from "./types.ts";
import type { LoopEnd, Work } from "./work.ts";

export type LoadedHandler = {
  readonly setup: (context: HandlerContext) => void | Promise<void>;
  readonly close: (context: HandlerContext) => void | Promise<void>;
} & (
  | { readonly kind: "each"; readonly handle: Handler }
  | { readonly kind: "batch"; readonly handle: BatchHandler }
  | { readonly kind: "sync"; readonly handle: SyncHandler }
  | { readonly kind: "own"; readonly handle: OwnLoop }
);

/** A module of this package's that brings its own loop; no program's module does. */
export type OwnLoop = (work: Work) => Promise<LoopEnd>;

export interface OwnModule {
  readonly setup: (context: HandlerContext) => Promise<void>;
  readonly loop: OwnLoop;
}

const HANDLERS = ["default", "handleBatch", "handleSync"] as const;

function nothing(): void {}

export type Load = (() => Promise<object>) | undefined;

/** @param load imports the module: only the caller can, under a test runner. */
export async function loadHandler(href: string, load?: Load): Promise<LoadedHandler> {
  return handlerOf(href, insideOf(await loadModule(href, load)));
}

/** The module of another face of the same threads. */
export async function loadOwn(href: string, load?: Load): Promise<LoadedHandler> {
  const { setup, loop } = (await loadModule(href, load)) as OwnModule;
  return { setup, close: nothing, kind: "own", handle: loop };
}

/** A program's module; throws InvalidParameterValue, with a sentence that names the file. */
export async function loadModule(href: string, load?: Load): Promise<object> {
  let loaded: object;
  try {
    loaded = await (load === undefined ? import(href) : load());
  } catch (error) {
    throw unusable(href, reasonOf(href, error), error);
  }
  if (typeof loaded !== "object" || loaded === null) {
    throw unusable(href, `its import brought no module, but ${String(loaded)}.`);
  }
  return loaded;
}

/** Of a CommonJS module what it exports: Node puts all of that into `default`, too. */
function insideOf(loaded: HandlerModule): HandlerModule {
  const inside: unknown = loaded.default;
  if (typeof inside !== "object" || inside === null) return loaded;
  return HANDLERS.some((name) => name in inside) ? inside : loaded;
}

export function unusable(href: string, reason: string, cause?: unknown): SluiceError {
  const text = `The handler's module ${href} can't be used: ${reason}`;
  return new SluiceError("InvalidParameterValue", text, cause === undefined ? {} : { cause });
}

function reasonOf(href: string, error: unknown): string {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ERR_UNKNOWN_FILE_EXTENSION" && /\.[cm]?tsx?$/.test(new URL(href).pathname)) {
    return (
      `it is TypeScript, which Node ${process.versions.node} does not run by itself. Compile it, ` +
      "or register a loader by execArgv (docs/CONSUMERS.md), or use Node 22.18 or newer."
    );
  }
  return `it failed to load. ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
}

function handlerOf(href: string, loaded: HandlerModule): LoadedHandler {
  const has = HANDLERS.filter((name) => loaded[name] !== undefined);
  const [first, ...others] = has;
  if (first === undefined) {
    const names = Object.keys(loaded).join(", ") || "nothing";
    throw unusable(href, `it exports ${names}, and none of ${HANDLERS.join(", ")}.`);
  }
  if (others.length > 0) {
    throw unusable(href, `it exports ${has.join(" and ")}; a module has one of them.`);
  }
  for (const name of [first, "setup", "close"] as const) {
    const value: unknown = loaded[name];
    if (value === undefined || typeof value === "function") continue;
    throw unusable(href, `its export ${name} is no function, but of type ${typeof value}.`);
  }
  const { setup = nothing, close = nothing } = loaded;
  switch (first) {
    case "default":
      return { setup, close, kind: "each", handle: loaded.default as Handler };
    case "handleBatch":
      return { setup, close, kind: "batch", handle: loaded.handleBatch as BatchHandler };
    default:
      return { setup, close, kind: "sync", handle: loaded.handleSync as SyncHandler };
  }
}
