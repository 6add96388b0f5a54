/**
 * Between the SDK's values and those of the wire, by an action's description. They differ in bytes, which
 * the SDK has as Uint8Array and the wire as base64, and in what is absent. The SDK's own objects are never
 * changed or kept: what an action is given, and what a program gets, is new. Pure.
 */
import {
  isOver,
  type ListShape,
  type Loose,
  type MapShape,
  type Members,
  type Shape,
} from "../server/wire/schema.ts";

/** What a request with that input says; what is of the wrong type stays so, and is refused as on the wire. */
export function wireInput(members: Members, input: object): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const name in members) {
    const value = (input as Loose)[name];
    if (value === undefined || value === null) continue;
    made[name] = wireValue(members[name] as Shape, value);
  }
  return made;
}

function wireValue(shape: Shape, value: unknown): unknown {
  switch (shape.type) {
    case "blob":
      return base64Of(value);
    case "list":
      return Array.isArray(value) ? wireList(shape, value) : value;
    case "map":
      return isObject(value) ? wireMap(shape, value) : value;
    case "structure":
      return isObject(value) ? wireInput(shape.members, value) : value;
    default:
      return value;
  }
}

function wireList(shape: ListShape, list: readonly unknown[]): readonly unknown[] {
  if (isOver(shape, list.length)) return list;
  return list.map((element) => wireValue(shape.of, element));
}

/** Entries that are null or undefined are none, as the SDK has it. */
function wireMap(shape: MapShape, map: Loose): Loose {
  const entries = Object.entries(map).filter(([, value]) => value !== undefined && value !== null);
  if (isOver(shape, entries.length)) return Object.fromEntries(entries);
  return Object.fromEntries(entries.map(([key, value]) => [key, wireValue(shape.of, value)]));
}

/** The SDK takes a text for the bytes of its UTF-8. */
function base64Of(value: unknown): unknown {
  if (typeof value === "string") return Buffer.from(value).toString("base64");
  if (!(value instanceof Uint8Array)) return value;
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
}

function isObject(value: unknown): value is Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a program gets of an answer: without members that are undefined. */
export function sdkOutput(members: Members, answer: Loose): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const name in answer) {
    const value = answer[name];
    if (value === undefined) continue;
    const shape = members[name];
    made[name] = shape === undefined ? value : sdkValue(shape, value);
  }
  return made;
}

export function sdkValue(shape: Shape, value: unknown): unknown {
  switch (shape.type) {
    case "blob":
      return new Uint8Array(Buffer.from(value as string, "base64"));
    case "list":
      return (value as readonly unknown[]).map((element) => sdkValue(shape.of, element));
    case "map":
      return Object.fromEntries(
        Object.entries(value as Loose).map(([key, element]) => [key, sdkValue(shape.of, element)]),
      );
    case "structure":
      return sdkOutput(shape.members, value as Loose);
    default:
      return value;
  }
}
