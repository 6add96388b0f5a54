/** What the tests of consumers share: counters in shared memory, and waiting for what is to come. */
import { once } from "node:events";
import { expect } from "vitest";
import type { ConsumeOptions, Consumer } from "../../engine/index.ts";
import { Broker, consume, type HandlerModule, type Queue } from "../../engine/index.ts";
import { patience } from "../support/patience.ts";

/** A handler's module beside this file. */
export function handler(name: string): URL {
  return new URL(`./handlers/${name}`, import.meta.url);
}

export function words(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(length * 4));
}

/** The numbers 0 to length - 1 that were not counted exactly once. */
export function notOnce(seen: Int32Array): number[] {
  return [...seen.keys()].filter((index) => seen[index] !== 1);
}

/** Resolves with what the event brings; rejects when the consumer gives up before. */
export function event(consumer: Consumer, name: string): Promise<unknown[]> {
  return once(consumer, name, { signal: AbortSignal.timeout(patience()) });
}

/** Waits until `look` answers true; no time is asserted, only that it comes. */
export async function until(look: () => boolean, what: string): Promise<void> {
  await expect.poll(look, { timeout: patience(), interval: 5, message: what }).toBe(true);
}

/** A broker, a queue and what closes both. */
export async function withQueue(
  use: (queue: Queue, broker: Broker) => Promise<void>,
  {
    name = "work",
    attributes = {},
    options = {},
  }: {
    name?: string;
    attributes?: Parameters<Broker["createQueue"]>[1];
    options?: Parameters<typeof Broker.open>[0];
  } = {},
): Promise<void> {
  await using broker = await Broker.open(options);
  await use(await broker.createQueue(name, attributes), broker);
}

/** A consumer that stops at the end of the block; what nobody expects fails the test. */
export function started(
  queue: Queue,
  file: string | URL,
  options: ConsumeOptions,
): Consumer & { readonly errors: Error[] } {
  const url = typeof file === "string" ? handler(file) : file;
  const consumer = consume(queue, url, options);
  const errors: Error[] = [];
  consumer.on("error", (error) => errors.push(error));
  return Object.assign(consumer, { errors });
}

/** A consumer in this thread whose module is written where the test is. */
export function inlined(
  queue: Queue,
  module: HandlerModule,
  options: Omit<ConsumeOptions, "inline"> = {},
): ReturnType<typeof started> {
  return started(queue, "none.mjs", { ...options, inline: async () => module });
}

/** The messages "0", "1" and so on. */
export function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(index));
}

/** What handlers wait for until a test lets them go on. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
