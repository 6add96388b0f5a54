/** Dead letters for the tests of move tasks: a queue whose messages all failed. */
import { expect } from "vitest";
import type { Endpoint } from "./endpoint.ts";

export interface DeadLetters {
  readonly source: string;
  readonly dead: string;
  readonly SourceArn: string;
}

/** Makes a queue and its dead-letter queue, and so many messages that came from one to the other. */
export async function makeLetters(
  serve: Endpoint,
  name: string,
  count: number,
): Promise<DeadLetters> {
  const SourceArn = `arn:aws:sqs:us-east-1:000000000000:${name}-dead`;
  const dead = await serve.createQueue(`${name}-dead`);
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: SourceArn, maxReceiveCount: 1 });
  const source = await serve.createQueue(name, { RedrivePolicy, VisibilityTimeout: "0" });
  for (let sent = 0; sent < count; sent++) {
    await serve.ok("SendMessage", { QueueUrl: source, MessageBody: `${name} ${sent}` });
  }
  const receive = { QueueUrl: source, MaxNumberOfMessages: 10 };
  for (let left = count; left > 0; ) {
    left -= (await serve.ok("ReceiveMessage", receive)).Messages?.length ?? 0;
  }
  expect(await serve.ok("ReceiveMessage", receive)).toEqual({});
  return { source, dead, SourceArn };
}
