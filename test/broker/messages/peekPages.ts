/** What the tests of peeking share: walks through all pages, and queues to walk through. */
import type { Broker } from "../../../engine/broker/broker.ts";
import type { PeekedMessage, PeekOptions, PeekPage, Queue } from "../../../engine/types.ts";

/** All pages of a walk. */
export async function walk(of: Queue, options: PeekOptions = {}): Promise<PeekedMessage[]> {
  const all: PeekedMessage[] = [];
  let after: string | undefined;
  do {
    const page: PeekPage = await of.peek({ ...options, ...(after !== undefined && { after }) });
    all.push(...page.messages);
    after = page.next;
  } while (after !== undefined);
  return all;
}

export function bodiesOf(messages: readonly { body: string }[]): string[] {
  return messages.map(({ body }) => body);
}

export function fifoQueueOf(broker: Broker, attributes: object = {}): Promise<Queue> {
  const fifo = { fifoQueue: true, contentBasedDeduplication: true } as const;
  return broker.createQueue("ordered.fifo", { ...fifo, ...attributes });
}

/** The texts "0", "1", and so on. */
export function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${index}`);
}
