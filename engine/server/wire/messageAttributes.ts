/**
 * Message attributes between the wire and the broker: names, data types, values. Pure functions; called
 * once a message that has attributes, so not the hottest path. Source: Developer Guide, "message
 * attributes".
 *
 * An attribute may be called `__proto__` or `constructor`, so objects keyed by attribute names are
 * made without a prototype.
 */
import { clipped } from "../../broker/described/quoted.ts";
import {
  base64Of,
  md5OfAttributes,
  type TypedValue,
  typedValue,
} from "../../broker/messages/attributeDigest.ts";
import { checkAttributeName } from "../../broker/messages/messageAttributes.ts";
import { SluiceError } from "../../errors.ts";
import { messageAttributes as limits } from "../../limits.ts";
import type { AttributeValue } from "../../types.ts";
import { isAllowedText } from "./bodyText.ts";
import { namesOf, type Value } from "./schema.ts";

const wireAttribute = {
  type: "structure",
  members: {
    StringValue: { type: "string" },
    BinaryValue: { type: "blob" },
    // AWS keeps them for later, so there may be none.
    StringListValues: namesOf("StringListValue", 0),
    BinaryListValues: { type: "list", of: { type: "blob" }, each: "BinaryListValue", max: 0 },
    DataType: { type: "string" },
  },
} as const;

/** Attributes of messages in requests and answers, as data for schema.ts. */
export function wireAttributes<const E extends string>(each: E, max: number) {
  return { type: "map", of: wireAttribute, each, key: "Name", max } as const;
}

export type WireAttributes = Value<ReturnType<typeof wireAttributes>>;
type WireAttribute = Value<typeof wireAttribute>;

const numberPattern = /^[+-]?(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d+))?$/;

function invalid(message: string): SluiceError {
  return new SluiceError("InvalidParameterValue", message);
}

/**
 * True for decimal text of at most 38 significant digits whose magnitude is zero or between
 * 10^-128 and 10^126.
 */
function isNumber(text: string): boolean {
  const match = numberPattern.exec(text);
  if (match === null) return false;
  const whole = match[1] ?? "";
  const digits = whole + (match[2] ?? match[3] ?? "");
  const significant = digits.replace(/^0+/, "");
  if (significant === "") return true;
  const leadingZeros = digits.length - significant.length;
  const exponent = Number(match[4] ?? 0) + whole.length - leadingZeros - 1;
  const plain = trimZeros(significant);
  if (plain.length > limits.maxNumberDigits || exponent < limits.minNumberExponent) return false;
  return (
    exponent < limits.maxNumberExponent || (exponent === limits.maxNumberExponent && plain === "1")
  );
}

/** Without the zeros at its end, in one step from the end however long the text. */
function trimZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === 0x30) end--;
  return digits.slice(0, end);
}

function readText(name: string, dataType: string, value: WireAttribute): TypedValue {
  const text = value.StringValue ?? "";
  if (text === "" || value.BinaryValue !== undefined) throw emptyValue(name, dataType);
  if (!isAllowedText(text)) {
    throw invalid(`The value of the message attribute '${name}' has characters not allowed.`);
  }
  if (dataType.startsWith("Number") && !isNumber(text)) {
    throw invalid(
      `Can't cast the value '${clipped(text)}' of message (user) attribute '${name}' to a number.`,
    );
  }
  return { dataType, stringValue: text };
}

function readBytes(name: string, dataType: string, value: WireAttribute): TypedValue {
  const bytes = Buffer.from(value.BinaryValue ?? "", "base64");
  if (bytes.length === 0 || value.StringValue !== undefined) throw emptyValue(name, dataType);
  return { dataType, binaryValue: bytes };
}

function emptyValue(name: string, dataType: string): SluiceError {
  return invalid(
    `The message attribute '${name}' must contain a non-empty value of its type '${dataType}', ` +
      "and no other.",
  );
}

function readAttribute(name: string, value: WireAttribute): TypedValue {
  checkAttributeName(name);
  const dataType = value.DataType ?? "";
  const { maxDataTypeCharacters, dataTypePattern } = limits;
  if (dataType.length > maxDataTypeCharacters || !dataTypePattern.test(dataType)) {
    throw invalid(
      `The type '${clipped(dataType)}' of the message attribute '${name}' is invalid: it must be ` +
        "String, Number or Binary, with a suffix after '.' if you like, of characters that a body " +
        `may have, and have at most ${maxDataTypeCharacters} in all.`,
    );
  }
  if ((value.StringListValues?.length ?? 0) + (value.BinaryListValues?.length ?? 0) > 0) {
    throw new SluiceError("UnsupportedOperation", "Message attribute lists are not supported.");
  }
  const read = dataType.startsWith("Binary") ? readBytes : readText;
  return read(name, dataType, value);
}

/** The attributes of a send as the broker takes them, with their MD5; undefined for none. */
export function readAttributes(
  wire: WireAttributes | undefined,
): { values: Record<string, TypedValue>; md5: string } | undefined {
  const names = wire === undefined ? [] : Object.keys(wire);
  if (wire === undefined || names.length === 0) return undefined;
  if (names.length > limits.maxCount) {
    throw invalid(
      `Number of message attributes [${names.length}] exceeds the allowed maximum [${limits.maxCount}].`,
    );
  }
  const values: Record<string, TypedValue> = Object.create(null);
  for (const name of names) values[name] = readAttribute(name, wire[name] as WireAttribute);
  return { values, md5: md5OfAttributes(values) };
}

/**
 * Which attributes MessageAttributeNames asks for; undefined for none at all. `All`, `.*` and `*`
 * ask for all, `prefix.*` for every name that starts with the text before `.*`.
 */
export function attributeFilter(
  names: readonly string[] | undefined,
): ((name: string) => boolean) | undefined {
  if (names === undefined || names.length === 0) return undefined;
  if (names.some((name) => name === "All" || name === ".*" || name === "*")) return () => true;
  const prefixes = names.filter((name) => name.endsWith(".*")).map((name) => name.slice(0, -2));
  return (name) => names.includes(name) || prefixes.some((prefix) => name.startsWith(prefix));
}

function wireValue({ dataType, stringValue, binaryValue }: TypedValue): object {
  if (binaryValue === undefined) return { StringValue: stringValue, DataType: dataType };
  return { BinaryValue: base64Of(binaryValue), DataType: dataType };
}

/**
 * The members that a received message has for the attributes that the filter lets through; the
 * MD5 covers exactly those. Undefined when there are none.
 */
export function showAttributes(
  attributes: Readonly<Record<string, AttributeValue>>,
  filter: (name: string) => boolean,
): { MD5OfMessageAttributes: string; MessageAttributes: object } | undefined {
  const names = Object.keys(attributes).filter(filter);
  if (names.length === 0) return undefined;
  const values: Record<string, TypedValue> = Object.create(null);
  const shown: Record<string, object> = Object.create(null);
  for (const name of names) {
    const value = typedValue(attributes[name] as AttributeValue);
    values[name] = value;
    shown[name] = wireValue(value);
  }
  return { MD5OfMessageAttributes: md5OfAttributes(values), MessageAttributes: shown };
}
