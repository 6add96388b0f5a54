/**
 * `consume`: parallel consumers of a queue, on threads that share its memory. The opener's thread.
 *
 * @example
 * const consumer = consume(queue, new URL("./handler.js", import.meta.url), { threads: 4 });
 * await consumer.ready;
 * consumer.on("failed", (messageId, error) => console.error(messageId, error));
 * // later
 * await consumer.stop();
 */
import { Broker } from "../broker/broker.ts";
import { SluiceError } from "../errors.ts";
import type { Queue } from "../types.ts";
import { QueueConsumer } from "./consumer.ts";
import { invalid, type Settings, settingsOf } from "./options.ts";
import type { ConsumeOptions, Consumer } from "./types.ts";

/** What can't be copied would end every thread that is given it. */
function checkData(data: unknown): void {
  try {
    structuredClone(data);
  } catch (error) {
    throw invalid(`data can't be handed to a thread: ${(error as Error).message}`);
  }
}

/**
 * Begins to consume `queue`. `handlerFile` is the URL of a module that exports one of: default
 * `(message, context)`, `handleBatch(messages, context)`, `handleSync(batch, context)`; and, if it
 * likes, `setup(context)` and `close(context)`, run once a thread.
 *
 * Throws InvalidParameterValue for options that can't be, UnsupportedOperation in a thread that did
 * not open the broker. What is wrong with the module is told by `ready` and the event `error`.
 */
export function consume(queue: Queue, handlerFile: URL, options: ConsumeOptions = {}): Consumer {
  checkFile(handlerFile);
  return consumeBy(queue, handlerFile, settingsOf(options));
}

/** Throws InvalidParameterValue for what is no URL. */
export function checkFile(handlerFile: unknown): void {
  if (handlerFile instanceof URL) return;
  throw invalid(
    `The handler's module is named by a URL, as new URL("./handler.js", import.meta.url), ` +
      `not by ${String(handlerFile)}.`,
  );
}

/** As `consume`, with options that were checked: for other faces of the same threads (engine/lambda). */
export function consumeBy(queue: Queue, handlerFile: URL, settings: Settings): Consumer {
  const { given } = settings;
  const isInline = (given.inline ?? false) !== false;
  if (!isInline && !Broker.of(queue).isOpener) {
    throw new SluiceError(
      "UnsupportedOperation",
      "Pools are made by the thread that opened the broker; here, consume with inline: true.",
      { queue: queue.name },
    );
  }
  if (!isInline) checkData(given.data);
  return new QueueConsumer(queue, handlerFile, settings);
}
