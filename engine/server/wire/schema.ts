/**
 * Requests and answers described as data, and the small checker that reads such a description.
 * Pure functions over plain values: any thread may call them; they know no broker.
 *
 * One description serves all protocols. JSON uses the names of the members as they are; the query
 * protocol (query.ts, xml.ts) spells lists and maps by the name of one element, `each`, with a
 * number behind it in a request (`Tag.1.Key`), repeated in an answer (`<Tag>..</Tag><Tag>..</Tag>`).
 *
 * A request is checked in three steps, because AWS answers them in this order and other checks
 * (does the queue exist, may the caller do this) stand between them:
 *   1. `checkTypes`: the JSON types, deep. A wrong one means that the request could not even be
 *      read (MalformedInput, in AWS's words a SerializationException).
 *   2. `checkRequired`: what must be there (MissingParameter).
 *   3. `checkRanges`: numbers that are out of range (InvalidParameterValue).
 * Steps 2 and 3 look at one level only: the entries of a batch fail one by one.
 *
 * Members that the description does not know are ignored. A value that passes is used as it is;
 * nothing is copied, except that a `null` becomes absent. What a step has to look at is found once a
 * description, so that a check costs what the request says and not what it might say.
 *
 * Counts come before contents: what is in a list or map of more than its `max` is not looked at, by
 * any step and in neither protocol. Whoever uses the list refuses it by its count, in AWS's words and
 * at AWS's place (an entry of a batch fails alone), before it looks at an element.
 */
import { SluiceError } from "../../errors.ts";
import { lists, type NumberRange } from "../../limits.ts";

export interface TextShape {
  readonly type: "string";
}
export interface IntegerShape {
  readonly type: "integer";
  readonly range?: NumberRange;
}
export interface BooleanShape {
  readonly type: "boolean";
}
/** A number, fractions allowed; only in answers. */
export interface DoubleShape {
  readonly type: "double";
}
/** A moment: seconds since 1970 as a number, fractions allowed; a text of ISO 8601 in forms and XML. */
export interface TimestampShape {
  readonly type: "timestamp";
}
/** Bytes, which travel as base64. */
export interface BlobShape {
  readonly type: "blob";
}
export interface ListShape {
  readonly type: "list";
  readonly of: Shape;
  /** What the query protocol calls one element. */
  readonly each: string;
  /** True where the elements of an answer stand in one of the list's own, in XML. */
  readonly isWrapped?: true;
  /** How many there may be in a request; absent for lists of answers. */
  readonly max?: number;
}
/** A JSON object whose member names are the user's. */
export interface MapShape {
  readonly type: "map";
  readonly of: Shape;
  /** What the query protocol calls one entry, */
  readonly each: string;
  /** and what the two halves of it: Name and Value, but Key and Value for tags. */
  readonly key: "Name" | "Key";
  /** How many entries there may be in a request; absent for maps of answers. */
  readonly max?: number;
}
export interface StructureShape {
  readonly type: "structure";
  readonly members: Members;
}
export type Shape =
  | TextShape
  | IntegerShape
  | BooleanShape
  | DoubleShape
  | TimestampShape
  | BlobShape
  | ListShape
  | MapShape
  | StructureShape;
export type Member = Shape & { readonly required?: true };
export type Members = Readonly<Record<string, Member>>;

/** A list of texts, as many requests have one. */
export function namesOf<const E extends string>(each: E, max: number = lists.maxNames) {
  return { type: "list", of: { type: "string" }, each, max } as const;
}

/** Throws for a list of names that has more of them than any request needs. */
export function checkNames(name: string, names: readonly string[] | undefined): void {
  if (names === undefined || names.length <= lists.maxNames) return;
  throw new SluiceError(
    "InvalidParameterValue",
    `${name} has ${names.length} elements; there may be ${lists.maxNames}.`,
  );
}

/** The TypeScript type of a value that passed step 1; a blob is still base64 text. */
export type Value<S> = S extends { type: "string" | "blob" }
  ? string
  : S extends { type: "integer" | "double" | "timestamp" }
    ? number
    : S extends { type: "boolean" }
      ? boolean
      : S extends { type: "list"; of: infer E }
        ? readonly Value<E>[]
        : S extends { type: "map"; of: infer E }
          ? Readonly<Record<string, Value<E>>>
          : S extends { type: "structure"; members: infer M }
            ? Partly<M>
            : never;

/** A structure after step 1: everything may still be absent. */
export type Partly<M> = { readonly [K in keyof M]?: Value<M[K]> | undefined };

/** A structure after step 2: what is required is there. */
export type Input<M> = Partly<M> & {
  readonly [K in keyof M as M[K] extends { required: true } ? K : never]: Value<M[K]>;
};

/** What the three steps look at in a structure. */
interface Plan {
  readonly types: ReadonlyMap<string, Member>;
  readonly required: readonly string[];
  readonly ranges: readonly (readonly [name: string, range: NumberRange])[];
}

const plans = new WeakMap<Members, Plan>();

function planOf(members: Members): Plan {
  let plan = plans.get(members);
  if (plan === undefined) {
    const types = new Map(Object.entries(members));
    const required = [...types].filter(([, { required: is }]) => is).map(([name]) => name);
    const ranges = [...types].flatMap(([name, member]) =>
      member.type === "integer" && member.range ? [[name, member.range] as const] : [],
    );
    plan = { types, required, ranges };
    plans.set(members, plan);
  }
  return plan;
}

const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** A request, or an entry of a batch, of which no more is known than that it is an object. */
export type Loose = Readonly<Record<string, unknown>>;

/** Step 1. Returns the same object; after step 2 it is an `Input` of the description. */
export function checkTypes(members: Members, value: unknown): Loose {
  checkStructure(members, value, "The request");
  return value as Loose;
}

/** Step 2 for one level. */
export function checkRequired(members: Members, value: Loose): void {
  for (const name of planOf(members).required) {
    if (value[name] !== undefined) continue;
    throw new SluiceError("MissingParameter", `The request must contain the parameter ${name}.`);
  }
}

/** Step 3 for one level. */
export function checkRanges(members: Members, value: Loose): void {
  for (const [name, { min, max }] of planOf(members).ranges) {
    const number = value[name] as number | undefined;
    if (number === undefined || (number >= min && number <= max)) continue;
    throw new SluiceError(
      "InvalidParameterValue",
      `Value ${number} for parameter ${name} is invalid. Reason: it must be between ${min} and ${max}.`,
    );
  }
}

function checkStructure(members: Members, value: unknown, path: string): void {
  const record = asObject(value, path);
  const { types } = planOf(members);
  for (const name in record) {
    const shape = types.get(name);
    if (shape === undefined) continue;
    const member = record[name];
    if (member === null) record[name] = undefined;
    else checkValue(shape, member, name);
  }
}

function checkValue(shape: Shape, value: unknown, path: string): void {
  switch (shape.type) {
    case "string":
      if (typeof value !== "string") throw malformed(path, "a string");
      return;
    case "integer":
      if (!Number.isSafeInteger(value)) throw malformed(path, "a whole number");
      return;
    case "boolean":
      if (typeof value !== "boolean") throw malformed(path, "true or false");
      return;
    case "timestamp":
      if (typeof value !== "number") throw malformed(path, "a number of seconds since 1970");
      return;
    case "double":
      return;
    case "blob":
      if (typeof value !== "string" || !isBase64(value)) throw malformed(path, "base64 text");
      return;
    case "list":
      if (!Array.isArray(value)) throw malformed(path, "an array");
      checkElements(shape, value, path);
      return;
    case "map":
      checkElements(shape, Object.values(asObject(value, path)), path);
      return;
    case "structure":
      checkStructure(shape.members, value, path);
  }
}

function checkElements(shape: ListShape | MapShape, elements: readonly unknown[], path: string) {
  if (isOver(shape, elements.length)) return;
  for (const element of elements) checkValue(shape.of, element, path);
}

/** True for more elements than there may be, which nobody looks at then. */
export function isOver({ max }: ListShape | MapShape, count: number): boolean {
  return max !== undefined && count > max;
}

function asObject(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw malformed(path, "a JSON object");
  }
  return value as Record<string, unknown>;
}

/** True for padded base64, and for no text at all. */
export function isBase64(text: string): boolean {
  return text.length % 4 === 0 && base64.test(text);
}

/** The error of a value that can't be read as what it should be. */
export function malformed(path: string, wanted: string): SluiceError {
  return new SluiceError("MalformedInput", `${path} must be ${wanted}.`);
}
