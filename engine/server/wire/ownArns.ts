/**
 * ARNs of queues as requests have them. Nobody has to say who he is, so there is one account, and
 * whichever an ARN names means it, as in a queue's URL: what is printed with an account in a guide
 * works as it stands. Answers name the broker's own. Pure.
 */
import type { Broker } from "../../broker/broker.ts";

const accountPattern = /(\barn:aws:sqs:[a-z\d-]+:)\d{12}(?=:)/g;

/** The text with the broker's own account in each queue's ARN. */
export function withOwnArns({ account }: Broker, text: string): string {
  return text.replace(accountPattern, `$1${account}`);
}

/** Attributes that speak of other queues. */
const referring = ["RedrivePolicy", "RedriveAllowPolicy"] as const;

/** Queue attributes as a request has them, those that speak of other queues in the same way. */
export function withOwnQueues(
  broker: Broker,
  attributes: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const own: Record<string, string> = {};
  for (const name of referring) {
    const text = attributes[name];
    if (text !== undefined) own[name] = withOwnArns(broker, text);
  }
  return { ...attributes, ...own };
}
