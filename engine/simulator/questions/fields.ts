/**
 * Fields of a scenario by their paths, `consumers.workers.count`: whether the schema knows one, and a
 * scenario in which it has another value. Names that the author chose may have dots in them. Pure.
 */
import { nearest } from "../../suggestion.ts";
import { ScenarioError } from "../scenario/scenarioError.ts";
import { resolved, type SchemaNode, scenarioSchema } from "../scenario/schema.ts";
import { unknownField } from "../scenario/sentences.ts";
import type { Scenario } from "../scenario/types.ts";
import type { VariedValue } from "./types.ts";

/** A scenario with these fields set. Throws a ScenarioError for a path that there can't be. */
export function withValues(
  scenario: Scenario,
  values: Readonly<Record<string, VariedValue>>,
): Scenario {
  const changed = structuredClone(scenario);
  for (const [path, value] of Object.entries(values)) {
    const segments = segmentsOf(changed, path);
    const last = segments.pop() as string;
    let at = changed as unknown as Record<string, unknown>;
    for (const name of segments) {
      const inner = at[name];
      if (inner === undefined || inner === null) at[name] = {};
      else if (typeof inner !== "object") at[name] = { ...parsed(inner, path) };
      at = at[name] as Record<string, unknown>;
    }
    at[last] = value;
  }
  return changed;
}

/** A policy may stand there as the text that AWS has. */
function parsed(value: unknown, path: string): Record<string, unknown> {
  try {
    return JSON.parse(String(value)) as Record<string, unknown>;
  } catch {
    throw new ScenarioError([`vary: ${path}: There is a value above it, and no map.`]);
  }
}

/** Names that the scenario's author chose, which may have dots in them. */
function ownName(map: unknown, rest: string): string | undefined {
  const names = map !== null && typeof map === "object" ? Object.keys(map) : [];
  return names
    .filter((name) => rest === name || rest.startsWith(`${name}.`))
    .sort((one, other) => other.length - one.length)[0];
}

/** The path's segments. Throws a ScenarioError that names the first one which the schema does not know. */
export function segmentsOf(scenario: Scenario, path: string): string[] {
  const segments: string[] = [];
  let node: SchemaNode = scenarioSchema();
  let at: unknown = scenario;
  for (let rest = path; rest !== ""; ) {
    const next = stepInto(node, at, rest);
    if (typeof next === "string") {
      const above = segments.length === 0 ? "" : ` (${segments.join(".")} is right)`;
      throw new ScenarioError([`vary: ${path}${above}: ${next}`]);
    }
    segments.push(next.name);
    node = next.node;
    at = (at as Record<string, unknown> | null | undefined)?.[next.name];
    rest = rest.slice(next.name.length + 1);
  }
  return segments;
}

interface Step {
  readonly name: string;
  readonly node: SchemaNode;
}

/** Into the first field of `rest`, or the sentence that says why there is none. */
function stepInto(node: SchemaNode, at: unknown, rest: string): Step | string {
  const word = rest.split(".")[0] as string;
  const known = flat(node);
  const named = known.find(({ properties = {} }) => Object.hasOwn(properties, word));
  if (named !== undefined) return { name: word, node: named.properties?.[word] as SchemaNode };
  const free = known.find(({ additionalProperties: others }) => typeof others === "object");
  if (free !== undefined) {
    const name = ownName(at, rest);
    if (name === undefined) return unknownName(word, at);
    return { name, node: free.additionalProperties as SchemaNode };
  }
  const list = known.find(({ type }) => type === "array");
  const item = list !== undefined && /^\d+$/.test(word) ? itemOf(list, Number(word)) : undefined;
  return item === undefined ? unknownWord(word, known) : { name: word, node: item };
}

/** The node itself, and what it may be. */
function flat(node: SchemaNode): SchemaNode[] {
  const own = resolved(node);
  return own.anyOf === undefined ? [own] : own.anyOf.flatMap(flat);
}

function itemOf({ items }: SchemaNode, index: number): SchemaNode | undefined {
  return (Array.isArray(items) ? items[index] : items) as SchemaNode | undefined;
}

function unknownName(name: string, map: unknown): string {
  const names = Object.keys(map ?? {});
  const near = nearest(name, names);
  const others = names.length === 0 ? "." : `; there are ${names.join(", ")}.`;
  return `The scenario has no ${name} there${near === undefined ? others : `; did you mean ${near}?`}`;
}

function unknownWord(name: string, known: readonly SchemaNode[]): string {
  const all = known.flatMap((node) => Object.entries(node.properties ?? {}));
  if (all.length === 0) return "It is a value and has no fields.";
  return unknownField(name, { properties: Object.fromEntries(all) }, undefined).sentence;
}
