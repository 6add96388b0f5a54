/**
 * How many bytes a message counts: the UTF-8 bytes of its body and, for each message attribute,
 * those of its name, its data type with suffix, and its value (binary values decoded). System
 * attributes count nothing. Source: Developer Guide, "message metadata" and "message quotas".
 */
import { SluiceError } from "../errors.ts";
import { batches } from "../limits.ts";
import type { WireAttributes } from "./messageAttributes.ts";

interface SizedSend {
  readonly MessageBody?: string | undefined;
  readonly MessageAttributes?: WireAttributes | undefined;
}

function attributeBytes(attributes: WireAttributes): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(attributes)) {
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
  if (bytes > batches.maxBytes) {
    throw new SluiceError(
      "BatchRequestTooLong",
      `Batch requests cannot be longer than ${batches.maxBytes} bytes. You have sent ${bytes} bytes.`,
    );
  }
}
