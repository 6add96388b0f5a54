/**
 * From the fields of a query request to an action's input, by the action's own description: what
 * JSON gets from its parser and `checkTypes`, this makes out of text. Pure.
 *
 * Lists and maps come numbered from 1 (`Attribute.2.Name`). They are taken in order of their
 * numbers, gaps and all; a first and only element may come without its number, as old clients
 * send it, and a list's bare name without a value is an empty list. Nothing of a list is dropped
 * in silence: what is no plain number where one belongs, a number beside none, a list under two
 * names and a key that comes twice are refused. Other fields that the description does not know
 * are ignored.
 *
 * Generations of SDKs spell a list in different ways. AWS's model says `Tag.1.Key` where a queue is
 * made and `Tags.1.Key` where it is tagged; JavaScript sends the first in both places, Java 1 and
 * botocore the second. So every list is known by the name of one element, by that in the plural and
 * by its member's name, with or without the level that lists have which are not flattened
 * (`Tags.entry.1.key`, `TagKeys.member.1`).
 */

import { quoted } from "../../broker/described/quoted.ts";
import { SluiceError } from "../../errors.ts";
import {
  isBase64,
  isOver,
  type ListShape,
  type MapShape,
  type Members,
  malformed,
  type Shape,
} from "../wire/schema.ts";
import type { FormNode } from "./form.ts";

const whole = /^[+-]?\d{1,15}$/;
const isoMoment =
  /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?(Z|[+-]\d{2}:\d{2})?$/;
const numbered = /^(?:0|[1-9]\d{0,8})$/;
/** Reads as a number to some. */
const numberLike = /^\s*[+-]?\d/;
/** The levels of lists and maps that are not flattened. */
const wrappers: readonly string[] = ["member", "entry"];

/** A structure that is being read. */
type Structure = Record<string, unknown>;

type Many = ListShape | MapShape;

/** A list or map with the name of the field that holds it. */
interface Found {
  readonly field: string;
  readonly node: FormNode;
}

/** The members of a request, or of an entry, that the fields below `node` give. */
export function readMembers(members: Members, node: FormNode): Structure {
  const input: Structure = {};
  for (const name in members) {
    const shape = members[name] as Shape;
    if (shape.type === "list" || shape.type === "map") {
      const found = findMany(name, shape, node);
      if (found !== undefined) input[name] = readMany(shape, found);
    } else {
      const field = node.below.get(name);
      if (field !== undefined) input[name] = readValue(shape, field, name);
    }
  }
  return input;
}

function findMany(name: string, { each }: Many, node: FormNode): Found | undefined {
  const plural = each.endsWith("y") ? `${each.slice(0, -1)}ies` : `${each}s`;
  let found: Found | undefined;
  for (const field of [each, plural, name]) {
    const below = node.below.get(field);
    if (below === undefined || below === found?.node) continue;
    if (found !== undefined) throw malformed(`${found.field} and ${field}`, "one list, not two");
    found = { field, node: below };
  }
  return found;
}

function readMany(shape: Many, found: Found): unknown {
  const elements = elementsOf(shape, found);
  if (isOver(shape, elements.length)) return unread(shape, elements.length);
  if (shape.type === "map") return readMap(shape, elements);
  return elements.map((element) => readValue(shape.of, element.node, element.field));
}

/** So many elements of nothing: whoever uses the list refuses it by its count. */
function unread({ type }: Many, count: number): unknown {
  const nothing = Array.from({ length: count }, () => undefined);
  return type === "list" ? nothing : { ...nothing };
}

function readValue(shape: Shape, node: FormNode, name: string): unknown {
  switch (shape.type) {
    case "structure":
      return readMembers(shape.members, node);
    case "list":
    case "map":
      return readMany(shape, { field: name, node });
    case "integer":
      return readWhole(textOf(node, name), name);
    case "double":
      return Number(textOf(node, name));
    case "timestamp":
      return readMoment(textOf(node, name), name);
    case "boolean":
      return readBoolean(textOf(node, name), name);
    case "blob":
      return readBlob(textOf(node, name), name);
    case "string":
      return textOf(node, name);
  }
}

function textOf(node: FormNode, name: string): string {
  const { text } = node;
  if (text === undefined) throw malformed(name, "one value");
  return text;
}

function readWhole(text: string, name: string): number {
  if (!whole.test(text)) throw malformed(name, `a whole number, not ${quoted(text)}`);
  return Number(text);
}

function readBoolean(text: string, name: string): boolean {
  if (text === "true" || text === "false") return text === "true";
  throw malformed(name, "true or false");
}

/** In seconds since 1970; without a zone it is UTC's. */
function readMoment(text: string, name: string): number {
  const [, date, time = "T00:00:00", zone = "Z"] = isoMoment.exec(text) ?? [];
  const ms = date === undefined ? Number.NaN : Date.parse(`${date}${time}${zone}`);
  if (Number.isNaN(ms)) throw malformed(name, "a moment like 2026-01-31T12:00:00Z");
  return ms / 1_000;
}

/** Forms may leave the padding out, because it has to be percent-encoded in them. */
function readBlob(text: string, name: string): string {
  const padded = text.padEnd(Math.ceil(text.length / 4) * 4, "=");
  if (!isBase64(padded)) throw malformed(name, "base64 text");
  return padded;
}

/** The elements of a list, or the entries of a map, in order of their numbers. */
function elementsOf(shape: Many, found: Found): readonly Found[] {
  const { field, node } = found;
  const { below } = node;
  const numbers: number[] = [];
  let other: string | undefined;
  for (const key of below.keys()) {
    if (numbered.test(key)) numbers.push(Number(key));
    else if (numberLike.test(key)) throw notNumbered(field, key);
    else other = key;
  }
  if (numbers.length === 0 && other === undefined) return node.text === "" ? [] : [found];
  // An old client's empty list may stand beside the newer spelling's elements.
  if ((node.text ?? "") !== "") throw malformed(field, "one value or numbered ones, not both");
  if (other !== undefined) return elementsWithoutNumbers(shape, found, other);
  return numbers
    .sort((one, another) => one - another)
    .map((number) => ({ field: `${field}.${number}`, node: below.get(`${number}`) as FormNode }));
}

/** `key` is one of the levels below, none of which is a number, or which are of both sorts. */
function elementsWithoutNumbers(shape: Many, found: Found, key: string): readonly Found[] {
  const { field, node } = found;
  const isAlone = node.below.size === 1;
  if (isAlone && wrappers.includes(key)) {
    return elementsOf(shape, { field: `${field}.${key}`, node: node.below.get(key) as FormNode });
  }
  const hasParts = shape.type === "map" || shape.of.type === "structure";
  if (hasParts && ![...node.below.keys()].some((each) => numbered.test(each))) return [found];
  throw notNumbered(field, key);
}

function notNumbered(field: string, key: string): SluiceError {
  const which = `${field}.${key.slice(0, 32)}`;
  return malformed(which, `${field}.1, ${field}.2 and so on, in plain decimal numbers`);
}

/** Without a prototype, because the keys are the user's. */
function readMap(shape: MapShape, entries: readonly Found[]): Structure {
  const map: Structure = Object.create(null);
  for (const { field, node } of entries) {
    const key = halfOf(node, shape.key, "key")?.text;
    const value = halfOf(node, "Value", "value");
    if (key === undefined || (value === undefined && shape.of.type === "string")) {
      const half = key === undefined ? shape.key : "Value";
      throw new SluiceError(
        "MissingParameter",
        `The request must contain the parameter ${field}.${half}.`,
      );
    }
    if (key in map) {
      const reason = `the ${shape.key} ${quoted(key)} is there already`;
      throw new SluiceError("InvalidParameterValue", `${field} is one too many: ${reason}.`);
    }
    map[key] = value === undefined ? {} : readValue(shape.of, value, `${field}.Value`);
  }
  return map;
}

/** One half of a map's entry; a map that is not flattened has its halves in small letters. */
function halfOf(entry: FormNode, name: string, small: string): FormNode | undefined {
  return entry.below.get(name) ?? entry.below.get(small);
}
