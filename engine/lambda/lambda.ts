/**
 * `lambda`: a queue as the event source of a Lambda-style handler, on the threads of a consumer. The
 * opener's thread; what it returns is the consumer, with its events, stats and stop.
 *
 * @example
 * const consumer = lambda(queue, new URL("./handler.mjs", import.meta.url), {
 *   functionResponseTypes: ["ReportBatchItemFailures"],
 * });
 */
import { checkFile, consumeBy } from "../consumer/consume.ts";
import type { Consumer } from "../consumer/types.ts";
import type { Queue } from "../types.ts";
import { functionModule } from "./functionModule.ts";
import { lambdaSettingsOf } from "./options.ts";
import type { LambdaOptions } from "./types.ts";

/** Worker threads run compiled files only; run from sources, that is the build beside them. */
function threadFile(): URL {
  const isSource = import.meta.url.endsWith(".ts");
  const file = isSource ? "../../dist/engine/lambda/functionThread.js" : "./functionThread.js";
  return new URL(file, import.meta.url);
}

/** A module of this thread: loaded when the first place needs it. */
function inlineModule(href: string, inline: true | (() => Promise<object>)) {
  const load = inline === true ? undefined : inline;
  return async (): Promise<object> => functionModule(load ?? (() => import(href)));
}

/**
 * Begins to call the function `handler` of the module `handlerFile` with events of the queue's messages,
 * as AWS Lambda does: `(event, context)`. A batch whose call answers is deleted; one whose call throws
 * or takes longer than `timeout` comes back when the queue's visibility timeout is over.
 *
 * Throws InvalidParameterValue for options that can't be, UnsupportedOperation in a thread that did
 * not open the broker. What is wrong with the module is told by `ready` and the event `error`.
 */
export function lambda(queue: Queue, handlerFile: URL, options: LambdaOptions = {}): Consumer {
  checkFile(handlerFile);
  const { consumer } = lambdaSettingsOf(queue, handlerFile, options);
  const { inline = false } = options;
  if (inline === false) return consumeBy(queue, threadFile(), consumer);
  const given = { ...consumer.given, inline: inlineModule(handlerFile.href, inline) };
  return consumeBy(queue, handlerFile, { ...consumer, given });
}
