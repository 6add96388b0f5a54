/**
 * What a scenario's schema asks for, in words: the second half of an error's sentence, which says what
 * would be right. Pure; called for mistakes alone.
 */
import { nearest, suggestion } from "../../suggestion.ts";
import { lawName, resolved, type SchemaNode } from "./schema.ts";
import { converted, otherUnit, unitWords } from "./units.ts";

/** From here on a bound is told to those alone who went beyond it. */
const boundTold = 1_000_000_000;

/** `a, b or c`. */
export function listed(words: readonly string[], last = "or"): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}

function bounds(node: SchemaNode, value: unknown): string {
  const { minimum, exclusiveMinimum, maximum } = node;
  const isBeyond = typeof value === "number" && value > (maximum ?? value);
  const isTold = maximum !== undefined && (maximum < boundTold || isBeyond);
  if (exclusiveMinimum !== undefined) {
    return ` above ${exclusiveMinimum}${isTold ? `, at most ${maximum}` : ""}`;
  }
  if (minimum === undefined) return "";
  return isTold ? ` from ${minimum} to ${maximum}` : ` from ${minimum} on`;
}

/** An example of a law: the first of the schema's with its parameters at 1. */
function exampleOf(node: SchemaNode): string {
  const name = lawName(node);
  const parameters = resolved(node.properties?.[name ?? ""] ?? {});
  const some = (parameters.required ?? []).map((parameter) => {
    const { anyOf, $ref, type } = parameters.properties?.[parameter] ?? {};
    const isPlain = anyOf === undefined && $ref === undefined && type !== "array";
    return `${parameter}: ${isPlain ? "1" : "…"}`;
  });
  return `{ ${name}: { ${some.join(", ")} } }`;
}

/** What a field of this name has to be, as the end of a sentence that began with "It is". */
export function wanted(name: string, given: SchemaNode, value?: unknown): string {
  const node = resolved(given);
  if (node.enum !== undefined) return listed(node.enum);
  if (node.anyOf !== undefined) return wantedOf(name, node.anyOf.map(resolved), value);
  switch (node.type) {
    case "integer":
      return `a whole number${unitWords(name, true)}${bounds(node, value)}`;
    case "number":
      return `a number${unitWords(name)}${bounds(node, value)}`;
    case "boolean":
      return "true or false";
    case "array":
      return Array.isArray(node.items)
        ? `a list of ${node.items.length} values`
        : `a list${eachOf(name, node.items as SchemaNode | undefined, "each")}`;
    case "object":
      if (node.properties) return `a map of ${listed(Object.keys(node.properties), "and")}`;
      return `a map${eachOf(name, node.additionalProperties || undefined, "each by its name")}`;
    case "null":
      return "nothing";
    default:
      return node.description === undefined ? "a text" : clause(node.description);
  }
}

/** Of a list or of a map by names: what each is, where that is a map of its own. */
function eachOf(name: string, items: SchemaNode | undefined, each: string): string {
  const node = items === undefined ? {} : resolved(items);
  return node.properties === undefined ? "" : `, ${each}: ${wanted(name, node)}`;
}

/** A sentence as a part of another one. */
function clause(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`.replace(/\.$/, "");
}

/** Any of several. */
function wantedOf(name: string, nodes: readonly SchemaNode[], value: unknown): string {
  const laws = nodes.filter((node) => lawName(node) !== undefined);
  const others = nodes
    .filter((node) => !laws.includes(node))
    .map((node) => wanted(name, node, value));
  const [first] = laws;
  if (first === undefined) return listed(others);
  const names = listed(laws.map((node) => lawName(node) ?? ""));
  return listed([...others, `one of ${names}, as in ${exampleOf(first)}`]);
}

/** Of a value that is none of what is wanted. */
export function wrongValue(field: string, node: SchemaNode, value: unknown): string {
  const text = typeof value === "string" ? value : "";
  const turned = converted(text, field);
  if (turned !== undefined) {
    const number = (node.anyOf ?? []).find(({ type }) => type === "integer" || type === "number");
    return `It is ${wanted(field, number ?? node)}, without a unit: ${turned}.`;
  }
  const percent = /^(\d+(?:\.\d+)?) ?%$/.exec(text)?.[1];
  if (percent !== undefined && node.type === "number" && node.maximum === 1) {
    return `It is ${wanted(field, node)}, without a unit: ${Number(percent) / 100}.`;
  }
  const laws = (node.anyOf ?? []).map(resolved).filter((one) => lawName(one) !== undefined);
  const law = laws.find((one) => lawName(one) === text);
  if (law !== undefined) return `It has parameters; write it as in ${exampleOf(law)}.`;
  const [one] = laws;
  const name = lawName(one ?? {}) ?? "";
  const [parameter = ""] = resolved(one?.properties?.[name] ?? {}).required ?? [];
  const inUnit = converted(text, parameter);
  if (inUnit !== undefined) {
    const others = listed(laws.slice(1).map((other) => lawName(other) ?? ""));
    return `It is { ${name}: { ${parameter}: ${inUnit} } }, or another of ${others}, not ${shown(value)}.`;
  }
  const words = [...(node.enum ?? []), ...laws.map((one) => lawName(one) ?? "")];
  return `It is ${wanted(field, node, value)}, not ${shown(value)}${suggestion(text, words) || "."}`;
}

/** A value as JSON has it, where JSON has it. */
function shown(value: unknown): string {
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}

export interface UnknownField {
  readonly sentence: string;
  /** The name that was probably meant. */
  readonly near: string | undefined;
}

/** Of a name that a map does not have. */
export function unknownField(name: string, node: SchemaNode, value: unknown): UnknownField {
  const names = Object.keys(node.properties ?? {});
  const other = otherUnit(name, names, value);
  if (other !== undefined) {
    const example = other.value === undefined ? other.name : `${other.name}: ${other.value}`;
    const unit = other.words.replace(/^an? /, "messages $&");
    const sentence = `There is no such field; it is written in ${unit}: ${example}.`;
    return { sentence, near: other.name };
  }
  const near = nearest(name, names);
  const others = `; there are ${listed(names, "and")}.`;
  const hint = near === undefined ? others : `; did you mean ${near}?`;
  return { sentence: `There is no such field${hint}`, near };
}

export function missingField(name: string, node: SchemaNode): string {
  return `It lacks ${name}: ${wanted(name, node)}.`;
}

/** Of a name where a law's is wanted. */
export function unknownLaw(name: string, laws: readonly SchemaNode[], word: string): string {
  const names = laws.map((node) => lawName(node) ?? "");
  const around = laws.find((node) => {
    const parameters = resolved(node.properties?.[lawName(node) ?? ""] ?? {});
    return Object.hasOwn(parameters.properties ?? {}, name);
  });
  if (around !== undefined) {
    const article = /^[aeiou]/.test(word) ? "an" : "a";
    return `It is a parameter of ${article} ${word}, which is missing; write it as in ${exampleOf(around)}.`;
  }
  const near = suggestion(name, names);
  return `There is no such ${word}${near || `; it is one of ${listed(names)}.`}`;
}
