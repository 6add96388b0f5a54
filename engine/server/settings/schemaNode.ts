/** Pieces of a JSON Schema of settings, in which a value may be written as a text or as YAML reads it. Pure. */
import type { NumberRange } from "../../limits.ts";

export interface SchemaNode {
  readonly [keyword: string]: unknown;
}

/** A text, or what YAML takes for something else and is read as it is written. */
export function textNode(pattern?: RegExp): SchemaNode {
  const source = pattern === undefined ? {} : { pattern: pattern.source };
  return { type: ["string", "number", "boolean"], ...source };
}

/** A whole number, or a text of the pattern; by default its digits. */
export function wholeNode({ min, max }: NumberRange, pattern = /^\d{1,15}$/): SchemaNode {
  const text = { type: "string", pattern: pattern.source };
  return { anyOf: [{ type: "integer", minimum: min, maximum: max }, text] };
}

/** Yes or no. */
export const switchNode: SchemaNode = {
  anyOf: [
    { type: "boolean" },
    { type: "string", pattern: "^(?:[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$" },
  ],
};

export function objectNode(
  properties: Readonly<Record<string, SchemaNode>>,
  more: SchemaNode = {},
): SchemaNode {
  return { type: "object", properties, additionalProperties: false, ...more };
}
