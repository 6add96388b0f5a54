/**
 * Message attributes with their types, and the MD5 of them that clients compare. Pure; called once a
 * message that has attributes. Source: Developer Guide, "MD5 of message attributes".
 */
import { hash } from "node:crypto";
import type { AttributeValue } from "../../types.ts";

/** An attribute in the form that has all that the wire and the MD5 need. */
export interface TypedValue {
  dataType: string;
  stringValue?: string;
  binaryValue?: Uint8Array;
}

/** What an embedder's shorthand stands for. */
export function typedValue(value: AttributeValue): TypedValue {
  if (typeof value === "string") return { dataType: "String", stringValue: value };
  if (typeof value === "number") return { dataType: "Number", stringValue: String(value) };
  if (value instanceof Uint8Array) return { dataType: "Binary", binaryValue: value };
  return value;
}

/** A binary value as text. */
export function base64Of({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

/**
 * AWS's digest: attributes in ascending order of name; of each its name, its type, one byte for
 * how the value travels (1 text, 2 binary), and the value, each with its length as four bytes,
 * most significant first. Lower-case hexadecimal.
 */
export function md5OfAttributes(values: Readonly<Record<string, TypedValue>>): string {
  const parts: Uint8Array[] = [];
  const push = (bytes: Uint8Array) => {
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(bytes.length);
    parts.push(length, bytes);
  };
  for (const name of Object.keys(values).sort()) {
    const { dataType, stringValue, binaryValue } = values[name] as TypedValue;
    push(Buffer.from(name));
    push(Buffer.from(dataType));
    parts.push(Buffer.of(binaryValue === undefined ? 1 : 2));
    push(binaryValue ?? Buffer.from(stringValue ?? ""));
  }
  return hash("md5", Buffer.concat(parts));
}
