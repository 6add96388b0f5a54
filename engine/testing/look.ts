/**
 * What lies in a queue, by peeking: nothing is received, hidden or counted. In one piece, since between two
 * pages of one turn of the event loop only other threads change a queue. Own thread only.
 */
import type { Interventions, Receipt } from "../broker/interventions.ts";
import type { AttributeValue, PeekedMessage, Queue } from "../types.ts";
import type { MessageState, SeenMessage } from "./types.ts";

/** Messages of one page. */
const PAGE = 1_000;

/** At most `limit` messages, oldest first. */
export function* look(
  interventions: Interventions,
  queue: Queue,
  limit: number,
): Generator<SeenMessage, void> {
  let left = limit;
  for (const message of peeked(interventions, queue)) {
    if (left <= 0) return;
    left -= 1;
    yield seen(message);
  }
}

/** What the engine knows the messages by that are in one of these states; `messageId`: that one alone. */
export function receiptsOf(
  interventions: Interventions,
  queue: Queue,
  state: readonly MessageState[],
  messageId?: string,
): Receipt[] {
  const found: Receipt[] = [];
  for (const message of peeked(interventions, queue, state)) {
    if (messageId !== undefined && message.messageId !== messageId) continue;
    found.push(interventions.placeOf(message));
  }
  return found;
}

function* peeked(
  interventions: Interventions,
  queue: Queue,
  state?: readonly MessageState[],
): Generator<PeekedMessage, void> {
  let after: string | undefined;
  do {
    const options = { limit: PAGE, ...(state && { state }), ...(after !== undefined && { after }) };
    const page = interventions.peek(queue, options);
    yield* page.messages;
    after = page.next;
  } while (after !== undefined);
}

function seen(message: PeekedMessage): SeenMessage {
  const { messageId, state, body, receiveCount, sentAtMs, messageAttributes } = message;
  const { messageGroupId, messageDeduplicationId, deadLetterQueueSourceArn } = message;
  return {
    ...{ messageId, state, body, receiveCount, sentAtMs },
    ...(messageGroupId !== undefined && { messageGroupId }),
    ...(messageDeduplicationId !== undefined && { messageDeduplicationId }),
    ...(deadLetterQueueSourceArn !== undefined && { deadLetterQueueSourceArn }),
    messageAttributes: plain(messageAttributes),
  };
}

function plain(
  attributes: Readonly<Record<string, AttributeValue>>,
): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, plainValue(value)]),
  );
}

function plainValue(value: AttributeValue): string | number {
  if (typeof value === "string" || typeof value === "number") return value;
  if (value instanceof Uint8Array) return base64(value);
  const { stringValue, binaryValue } = value;
  return stringValue ?? base64(binaryValue ?? new Uint8Array());
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
