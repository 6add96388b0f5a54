/**
 * Message attributes as a message carries them: one msgpackr value, an array of name and value
 * pairs in the order given (an attribute may be called `__proto__`, which no plain object keeps).
 * Pure; called only for messages that have attributes. What a Number may look like on the wire is the
 * server's to check; here is what every message keeps to.
 */
import { Packr } from "msgpackr/pack";
import { SluiceError } from "../../errors.ts";
import { messageAttributes as limits } from "../../limits.ts";
import type { Carried } from "../../tracing/carrier.ts";
import type { AttributeValue } from "../../types.ts";
import { checkNames, valueNames } from "../face/names.ts";
import { copyOf, isBytes, sizeOf } from "./bytes.ts";

export interface PackedAttributes {
  readonly packed: Uint8Array;
  /** What they count towards the message's size: names, data types and values, in bytes. */
  readonly sizeBytes: number;
}

const packr = new Packr({ useRecords: false });
/** "String", "Number" and "Binary" have as many letters. */
const PLAIN_TYPE_BYTES = 6;
const NONE: Readonly<Record<string, AttributeValue>> = {};

function invalid(queue: string, name: string, why: string): SluiceError {
  const message = `The message attribute "${name}" ${why}.`;
  return new SluiceError("InvalidParameterValue", message, { queue });
}

/** As much of a name as tells which one is meant: a request may have one of megabytes. */
function clipped(name: string): string {
  const { length } = name;
  return length <= limits.maxNameCharacters
    ? name
    : `${name.slice(0, 100)}... (${length} characters)`;
}

/** Throws InvalidParameterValue for a name that no message attribute may have. */
export function checkAttributeName(name: string): void {
  const lower = name.toLowerCase();
  const isReserved = limits.reservedPrefixes.some((prefix) => lower.startsWith(prefix));
  const hasBadDot = name.startsWith(".") || name.endsWith(".") || name.includes("..");
  if (!isReserved && !hasBadDot && limits.namePattern.test(name)) return;
  throw new SluiceError(
    "InvalidParameterValue",
    `The message attribute name '${clipped(name)}' is invalid: it has 1 to ${limits.maxNameCharacters} ` +
      "letters, digits, '_', '-' and '.', no '.' at its ends and no two in a row, and does not " +
      "begin with AWS. or Amazon.",
  );
}

function textOf(queue: string, name: string, text: string): string {
  if (typeof text === "string" && text !== "" && text.isWellFormed()) return text;
  throw invalid(queue, name, "is a text of at least one character, without lone surrogates");
}

function bytesOf(queue: string, name: string, bytes: Uint8Array): Uint8Array {
  if (isBytes(bytes) && sizeOf(bytes) > 0) return copyOf(bytes);
  throw invalid(queue, name, "has at least one byte, in a Uint8Array");
}

/** The value as it is now, in memory of its own. */
function ownValue(queue: string, name: string, value: AttributeValue): AttributeValue {
  if (typeof value === "string") return textOf(queue, name, value);
  if (typeof value === "number") {
    if (Number.isFinite(value)) return value;
    throw invalid(queue, name, `is a finite number, not ${value}`);
  }
  if (isBytes(value)) return bytesOf(queue, name, value);
  if (typeof value !== "object" || value === null) {
    throw invalid(queue, name, "is a string, a number, bytes, or an object with a dataType");
  }
  checkNames(value, valueNames, queue);
  const { dataType, stringValue, binaryValue } = value;
  if (typeof dataType !== "string") {
    throw invalid(queue, name, "is a string, a number, bytes, or an object with a dataType");
  }
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
  return binaryValue === undefined
    ? { dataType, stringValue: textOf(queue, name, stringValue ?? "") }
    : { dataType, binaryValue: bytesOf(queue, name, binaryValue) };
}

/** Bytes of a value that is ours. */
function valueBytes(value: AttributeValue): number {
  if (typeof value === "string") return PLAIN_TYPE_BYTES + Buffer.byteLength(value);
  if (typeof value === "number") return PLAIN_TYPE_BYTES + String(value).length;
  if (value instanceof Uint8Array) return PLAIN_TYPE_BYTES + value.length;
  const { dataType, stringValue = "", binaryValue } = value;
  return Buffer.byteLength(dataType) + (binaryValue?.length ?? Buffer.byteLength(stringValue));
}

/** What goes along with a message besides what its sender gave, where there is room for it. */
export interface Along {
  readonly carried: Carried;
  /** Bytes of attributes that the message may have in all. */
  readonly roomBytes: number;
}

/**
 * Adds the trace that the message is part of, as far as ten attributes and the message's size allow, and
 * none of it where the sender gave an attribute of such a name himself. Answers its bytes.
 */
function addCarried(
  pairs: [string, AttributeValue][],
  { carried, roomBytes }: Along,
  sizeBytes: number,
): number {
  const given = new Set(pairs.map(([name]) => name.toLowerCase()));
  if (carried.attributes.some(([name]) => given.has(name.toLowerCase()))) return 0;
  let added = 0;
  for (const [name, value] of carried.attributes) {
    const bytes = Buffer.byteLength(name) + valueBytes(value);
    const hasRoom = pairs.length < limits.maxCount && sizeBytes + added + bytes <= roomBytes;
    if (!hasRoom) break;
    pairs.push([name, value]);
    added += bytes;
  }
  return added;
}

/**
 * Undefined for no attributes. Throws InvalidParameterValue for what no message can carry; what goes
 * `along` is no reason to refuse a message.
 */
export function packAttributes(
  queue: string,
  attributes: Readonly<Record<string, AttributeValue>> | undefined,
  along?: Along,
): PackedAttributes | undefined {
  if (attributes === undefined) {
    return along === undefined ? undefined : packAttributes(queue, NONE, along);
  }
  if (typeof attributes !== "object" || attributes === null || Array.isArray(attributes)) {
    throw new SluiceError(
      "InvalidParameterValue",
      "messageAttributes is an object with a value for each name.",
      { queue },
    );
  }
  // The list is ours from here on; what a value holds is read once, by ownValue.
  const pairs = Object.entries(attributes);
  if (pairs.length > limits.maxCount) {
    throw new SluiceError(
      "InvalidParameterValue",
      `A message has at most ${limits.maxCount} attributes, not ${pairs.length}.`,
      { queue },
    );
  }
  let sizeBytes = 0;
  for (const pair of pairs) {
    const [name, given] = pair;
    checkAttributeName(name);
    const value = ownValue(queue, name, given);
    pair[1] = value;
    sizeBytes += Buffer.byteLength(name) + valueBytes(value);
  }
  if (along !== undefined) sizeBytes += addCarried(pairs, along, sizeBytes);
  return pairs.length === 0 ? undefined : { packed: packr.pack(pairs), sizeBytes };
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

/** The same as an object that JSON can show: bytes are in base64. */
export function attributesAsJson(attributes: Readonly<Record<string, AttributeValue>>): object {
  const shown: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value !== "object") {
      shown[name] = value;
      continue;
    }
    const typed = value instanceof Uint8Array ? { dataType: "Binary", binaryValue: value } : value;
    const { binaryValue } = typed;
    shown[name] =
      binaryValue === undefined
        ? typed
        : { ...typed, binaryValue: Buffer.from(binaryValue).toString("base64") };
  }
  return shown;
}
