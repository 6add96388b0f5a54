/**
 * From a send on the wire to a send of the broker: one message, alone or in a batch.
 * Checks what belongs to the message itself; what the queue allows (its MaximumMessageSize, ids and
 * delays of its kind, room in memory) the broker checks. Called once a message by the hot path: without attributes it
 * allocates the entry and nothing else.
 */

import { clipped } from "../../broker/described/quoted.ts";
import { md5OfAttributes } from "../../broker/messages/attributeDigest.ts";
import { checkBatchIds } from "../../broker/messages/fifo.ts";
import { SluiceError } from "../../errors.ts";
import { messageAttributes, parameterRanges } from "../../limits.ts";
import type { Queue, SendEntry, Sent } from "../../types.ts";
import { checkBody } from "./bodyText.ts";
import type { Context } from "./context.ts";
import { readAttributes, type WireAttributes, wireAttributes } from "./messageAttributes.ts";
import type { Input, Partly } from "./schema.ts";

/** AWSTraceHeader. */
const systemAttributesMax = 1;

/** The members of SendMessage, and of an entry of SendMessageBatch, that make a message. */
export const sendMembers = {
  MessageBody: { type: "string", required: true },
  DelaySeconds: { type: "integer", range: parameterRanges.delaySeconds },
  MessageAttributes: wireAttributes("MessageAttribute", messageAttributes.maxCount),
  MessageSystemAttributes: wireAttributes("MessageSystemAttribute", systemAttributesMax),
  MessageGroupId: { type: "string" },
  MessageDeduplicationId: { type: "string" },
} as const;

/** What an answer tells of a message sent. */
export const sentMembers = {
  MessageId: { type: "string" },
  MD5OfMessageBody: { type: "string" },
  MD5OfMessageAttributes: { type: "string" },
  MD5OfMessageSystemAttributes: { type: "string" },
  SequenceNumber: { type: "string" },
} as const;

export interface PreparedSend {
  readonly entry: SendEntry;
  readonly md5OfAttributes: string | undefined;
  readonly md5OfSystemAttributes: string | undefined;
}

function invalid(message: string): SluiceError {
  return new SluiceError("InvalidParameterValue", message);
}

/** One or more `Key=value` separated by `;`, of which one is the Root. */
const tracePattern = /^(?=(?:.*;)?Root=)\w+=[^;=]+(?:;\w+=[^;=]+)*;?$/;

export function isTraceHeader(text: string): boolean {
  return text.length <= 1_024 && tracePattern.test(text);
}

/** The text of AWSTraceHeader, the only system attribute that a send may have. */
function readTrace(wire: WireAttributes | undefined): string | undefined {
  let trace: string | undefined;
  const names = Object.keys(wire ?? {});
  if (names.length > systemAttributesMax) {
    throw invalid(
      `Number of message system attributes [${names.length}] exceeds the allowed maximum ` +
        `[${systemAttributesMax}].`,
    );
  }
  for (const [name, value] of Object.entries(wire ?? {})) {
    if (name !== "AWSTraceHeader") {
      throw invalid(
        `Message system attribute name '${clipped(name)}' is invalid; it is AWSTraceHeader.`,
      );
    }
    if (value.DataType !== "String" || !isTraceHeader(value.StringValue ?? "")) {
      throw invalid("The message system attribute 'AWSTraceHeader' must be a trace header String.");
    }
    trace = value.StringValue;
  }
  return trace;
}

function md5OfTrace(trace: string): string {
  return md5OfAttributes({ AWSTraceHeader: { dataType: "String", stringValue: trace } });
}

/** Checks one message and puts it into the broker's form; throws a SluiceError. */
export function prepareSend(context: Context, input: Input<typeof sendMembers>): PreparedSend {
  checkBody(input.MessageBody);
  const entry: SendEntry = { body: input.MessageBody };
  if (input.DelaySeconds !== undefined) entry.delaySeconds = input.DelaySeconds;
  const attributes = readAttributes(input.MessageAttributes);
  if (attributes !== undefined) entry.messageAttributes = attributes.values;
  const ownTrace = readTrace(input.MessageSystemAttributes);
  const trace = ownTrace ?? context.traceHeader;
  if (trace !== undefined) entry.awsTraceHeader = trace;
  const { MessageGroupId, MessageDeduplicationId } = input;
  if (MessageGroupId !== undefined) entry.messageGroupId = MessageGroupId;
  if (MessageDeduplicationId !== undefined) entry.messageDeduplicationId = MessageDeduplicationId;
  const { userId } = context.caller;
  // The account itself is the broker's default, which costs no bytes a message.
  if (userId !== context.broker.account) entry.senderId = userId;
  return {
    entry,
    md5OfAttributes: attributes?.md5,
    md5OfSystemAttributes: ownTrace === undefined ? undefined : md5OfTrace(ownTrace),
  };
}

/** Throws what fails a batch as a whole, also where entries fail by themselves and never get further. */
export function checkFifoBatch(queue: Queue, entries: readonly Partly<typeof sendMembers>[]): void {
  if (!queue.isFifo) return;
  const { contentBasedDeduplication } = queue.details().attributes;
  const ids = entries.map((entry) => ({
    messageGroupId: entry.MessageGroupId,
    messageDeduplicationId: entry.MessageDeduplicationId,
  }));
  checkBatchIds(queue, contentBasedDeduplication, ids);
}

/** What the answer shows of a message sent; JSON leaves out what is undefined. */
export function showSent(sent: Sent, prepared: PreparedSend): object {
  return {
    MessageId: sent.messageId,
    MD5OfMessageBody: sent.md5OfBody,
    MD5OfMessageAttributes: prepared.md5OfAttributes,
    MD5OfMessageSystemAttributes: prepared.md5OfSystemAttributes,
    SequenceNumber: sent.sequenceNumber,
  };
}
