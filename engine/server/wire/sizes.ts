/**
 * How many bytes a message counts: the UTF-8 bytes of its body and, for each message attribute,
 * those of its name, its data type with suffix, and its value (binary values decoded). System
 * attributes count nothing. Source: Developer Guide, "message metadata" and "message quotas".
 */
import { SluiceError } from "../../errors.ts";
import { batches, messageAttributes, messages } from "../../limits.ts";
import type { WireAttributes } from "./messageAttributes.ts";

interface SizedSend {
  readonly MessageBody?: string | undefined;
  readonly MessageAttributes?: WireAttributes | undefined;
}

/** More attributes than a message may have count nothing: its send is refused by their number. */
function attributeBytes(attributes: WireAttributes): number {
  const pairs = Object.entries(attributes);
  if (pairs.length > messageAttributes.maxCount) return 0;
  let bytes = 0;
  for (const [name, value] of pairs) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value.DataType ?? "");
    bytes += Buffer.byteLength(value.StringValue ?? "");
    bytes += Buffer.byteLength(value.BinaryValue ?? "", "base64");
  }
  return bytes;
}

/** The bytes of one message, as the wire has it. */
export function messageBytes(send: SizedSend): number {
  const attributes = send.MessageAttributes;
  const body = Buffer.byteLength(send.MessageBody ?? "");
  return attributes === undefined ? body : body + attributeBytes(attributes);
}

/** Throws BatchRequestTooLong when a batch counts more bytes than any batch may. */
export function checkBatchBytes(entries: readonly SizedSend[]): void {
  let bytes = 0;
  for (const entry of entries) bytes += messageBytes(entry);
  if (bytes > batches.maxBytes) throw batchTooLong(bytes);
}

export function batchTooLong(bytes: number): SluiceError {
  return new SluiceError(
    "BatchRequestTooLong",
    `Batch requests cannot be longer than ${batches.maxBytes} bytes. You have sent ${bytes} bytes.`,
  );
}

/** For a message that no queue would take, whatever its MaximumMessageSize. */
export function messageTooLong(bytes: number): SluiceError {
  return new SluiceError(
    "InvalidParameterValue",
    "One or more parameters are invalid. " +
      `Reason: Message must be shorter than ${messages.maxBytes} bytes; it has ${bytes}.`,
  );
}
