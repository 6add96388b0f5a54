/**
 * Message attributes as a message carries them: one msgpackr value, an array of name and value
 * pairs in the order given (an attribute may be called `__proto__`, which no plain object keeps).
 * Pure; called only for messages that have attributes. What a name or a Number may look like on the
 * wire is the server's to check; here is what every message keeps to.
 */
import { Packr } from "msgpackr";
import { SluiceError } from "../errors.ts";
import { messageAttributes as limits } from "../limits.ts";
import type { AttributeValue } from "../types.ts";

export interface PackedAttributes {
  readonly packed: Uint8Array;
  /** What they count towards the message's size: names, data types and values, in bytes. */
  readonly sizeBytes: number;
}

const packr = new Packr({ useRecords: false });
/** "String", "Number" and "Binary" have as many letters. */
const PLAIN_TYPE_BYTES = 6;

function invalid(queue: string, name: string, why: string): SluiceError {
  const message = `The message attribute "${name}" ${why}.`;
  return new SluiceError("InvalidParameterValue", message, { queue });
}

function valueBytes(queue: string, name: string, value: AttributeValue): number {
  if (typeof value === "string") return PLAIN_TYPE_BYTES + Buffer.byteLength(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw invalid(queue, name, `is a finite number, not ${value}`);
    return PLAIN_TYPE_BYTES + String(value).length;
  }
  if (value instanceof Uint8Array) return PLAIN_TYPE_BYTES + value.length;
  if (typeof value?.dataType !== "string") {
    throw invalid(queue, name, "is a string, a number, bytes, or an object with a dataType");
  }
  const { dataType, stringValue, binaryValue } = value;
  const { maxDataTypeCharacters, dataTypePattern } = limits;
  if (dataType.length > maxDataTypeCharacters || !dataTypePattern.test(dataType)) {
    const what = `${JSON.stringify(dataType.slice(0, maxDataTypeCharacters))} is neither`;
    throw invalid(
      queue,
      name,
      `has a dataType String, Number or Binary, or one of them with a dot and a suffix; ${what}`,
    );
  }
  if ((stringValue === undefined) === (binaryValue === undefined)) {
    throw invalid(queue, name, "has either a stringValue or a binaryValue");
  }
  const bytes =
    stringValue === undefined ? (binaryValue?.length ?? 0) : Buffer.byteLength(stringValue);
  return Buffer.byteLength(dataType) + bytes;
}

/** Undefined for no attributes. Throws InvalidParameterValue for what no message can carry. */
export function packAttributes(
  queue: string,
  attributes: Readonly<Record<string, AttributeValue>> | undefined,
): PackedAttributes | undefined {
  const pairs = attributes === undefined ? [] : Object.entries(attributes);
  if (pairs.length === 0) return undefined;
  if (pairs.length > limits.maxCount) {
    throw new SluiceError(
      "InvalidParameterValue",
      `A message has at most ${limits.maxCount} attributes, not ${pairs.length}.`,
      { queue },
    );
  }
  let sizeBytes = 0;
  for (const [name, value] of pairs) {
    if (name === "") throw invalid(queue, name, "has no name");
    sizeBytes += Buffer.byteLength(name) + valueBytes(queue, name, value);
  }
  return { packed: packr.pack(pairs), sizeBytes };
}

/** What `packAttributes` packed. The object has no prototype: its names are anybody's. */
export function unpackAttributes(
  packed: Uint8Array | undefined,
): Readonly<Record<string, AttributeValue>> {
  const attributes: Record<string, AttributeValue> = Object.create(null);
  if (packed === undefined) return attributes;
  for (const [name, value] of packr.unpack(packed) as [string, AttributeValue][]) {
    attributes[name] = value;
  }
  return attributes;
}
