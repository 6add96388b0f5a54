/**
 * From the fields of a query request to an action's input, by the action's own description: what
 * JSON gets from its parser and `checkTypes`, this makes out of text. Pure.
 *
 * Lists and maps come numbered from 1 (`Attribute.2.Name`). They are taken in order of their
 * numbers, gaps and all; a first and only element may come without its number, as old clients
 * send it. Fields that the description does not know are ignored.
 */
import { SluiceError } from "../errors.ts";
import type { FormNode } from "./form.ts";
import { isBase64, type MapShape, type Members, malformed, type Shape } from "./schema.ts";

const whole = /^[+-]?\d{1,15}$/;
const numbered = /^\d{1,9}$/;

/** A structure that is being read. */
type Structure = Record<string, unknown>;

/** The members of a request, or of an entry, that the fields below `node` give. */
export function readMembers(members: Members, node: FormNode): Structure {
  const input: Structure = {};
  for (const name in members) {
    const shape = members[name] as Shape;
    const isMany = shape.type === "list" || shape.type === "map";
    const field = node.below.get(isMany ? shape.each : name);
    if (field !== undefined) input[name] = readValue(shape, field, name);
  }
  return input;
}

function readValue(shape: Shape, node: FormNode, name: string): unknown {
  switch (shape.type) {
    case "structure":
      return readMembers(shape.members, node);
    case "list":
      return elementsOf(node).map((element) => readValue(shape.of, element, name));
    case "map":
      return readMap(shape, node);
    case "integer":
      return readWhole(textOf(node, name), name);
    case "boolean":
      return textOf(node, name) === "true";
    case "blob":
      return readBlob(textOf(node, name), name);
    case "string":
      return textOf(node, name);
  }
}

function textOf(node: FormNode, name: string): string {
  if (node.text === undefined) throw malformed(name, "one value");
  return node.text;
}

function readWhole(text: string, name: string): number {
  if (!whole.test(text)) throw malformed(name, "a whole number");
  return Number(text);
}

function readBlob(text: string, name: string): string {
  if (!isBase64(text)) throw malformed(name, "base64 text");
  return text;
}

/** The elements of a list, or the entries of a map. */
function elementsOf(node: FormNode): FormNode[] {
  const numbers = [...node.below.keys()].filter((key) => numbered.test(key)).map(Number);
  if (numbers.length === 0) return [node];
  const elements = new Map([...node.below].map(([key, element]) => [Number(key), element]));
  return numbers.sort((one, other) => one - other).map((key) => elements.get(key) as FormNode);
}

/** Without a prototype, because the keys are the user's. */
function readMap(shape: MapShape, node: FormNode): Structure {
  const map: Structure = Object.create(null);
  for (const entry of elementsOf(node)) {
    const key = entry.below.get(shape.key)?.text;
    const value = entry.below.get("Value");
    if (key === undefined || (value === undefined && shape.of.type === "string")) {
      const half = key === undefined ? shape.key : "Value";
      throw new SluiceError(
        "MissingParameter",
        `The request must contain the parameter ${shape.each}.${half}.`,
      );
    }
    map[key] = value === undefined ? {} : readValue(shape.of, value, key);
  }
  return map;
}
