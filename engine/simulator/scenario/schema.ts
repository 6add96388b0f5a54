/**
 * The JSON Schema of a scenario as a program reads it: the part of JSON Schema that is made of the types
 * (scripts/scenarioSchema.mjs), and no more. Read once, when the first scenario is.
 */
import { readFileSync } from "node:fs";

export interface SchemaNode {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: "object" | "array" | "number" | "integer" | "string" | "boolean" | "null";
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  /** What other names hold; false where there are none. */
  readonly additionalProperties?: false | SchemaNode;
  /** A list of schemas is that of a list of so many. */
  readonly items?: SchemaNode | readonly SchemaNode[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly anyOf?: readonly SchemaNode[];
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly definitions?: Readonly<Record<string, SchemaNode>>;
}

const file = new URL("./scenario.schema.json", import.meta.url);
const prefix = "#/definitions/";

let whole: SchemaNode | undefined;

/** That of a whole scenario. */
export function scenarioSchema(): SchemaNode {
  whole ??= JSON.parse(readFileSync(file, "utf8")) as SchemaNode;
  return whole;
}

/** The node that is meant: itself, or the definition that it refers to. */
export function resolved(node: SchemaNode): SchemaNode {
  if (node.$ref === undefined) return node;
  const definition = scenarioSchema().definitions?.[node.$ref.slice(prefix.length)];
  if (definition === undefined) throw new Error(`The schema has no ${node.$ref}.`);
  return definition;
}

/** What is chosen among, where a type is several maps of one name each. */
const choices: Readonly<Record<string, string>> = {
  Arrivals: "kind of arrivals",
  Autoscaler: "autoscaler",
  Groups: "kind of groups",
  Sizes: "law of sizes",
};

/** The word for one of what a node offers by name: a law, if it has no other. */
export function choiceWord({ $ref }: SchemaNode): string {
  return choices[$ref?.slice(prefix.length) ?? ""] ?? "law";
}

/** Of a law: the one name that it has. Undefined for what is no law. */
export function lawName(node: SchemaNode): string | undefined {
  const names = Object.keys(node.properties ?? {});
  return names.length === 1 && node.required?.length === 1 ? names[0] : undefined;
}
