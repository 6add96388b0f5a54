/**
 * Conditions of statements: how a Condition block is read, and whether a request meets one. All
 * conditions must be met; of the values of one, one is enough, and of a negated operator none may fit.
 * Pure.
 * Source: IAM User Guide, "IAM JSON policy elements: Condition operators", "Conditions with multiple
 * context keys or values", "Single-valued vs. multivalued context keys".
 */
import type { Condition, Lookup, Test } from "./document.ts";
import { type Operator, readOperator } from "./operators.ts";
import { PolicyError, readList, readObject, shown } from "./policyError.ts";

function readValue(value: unknown, path: string, operator: Operator, hasVariables: boolean): Test {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
    throw new PolicyError(path, "is no text, number or truth value.");
  }
  const test = operator.read(String(value), hasVariables);
  if (test !== undefined) return test;
  throw new PolicyError(path, `${shown(String(value))} is not ${operator.values}.`);
}

/** `{"StringEquals": {"aws:username": "bob"}}` and its like. */
export function readConditions(
  block: unknown,
  path: string,
  hasVariables: boolean,
): readonly Condition[] {
  const conditions: Condition[] = [];
  for (const [name, keys] of Object.entries(readObject(block, path))) {
    const operator = readOperator(name);
    if (operator === undefined) {
      throw new PolicyError(path, `has the unknown operator ${shown(name)}.`);
    }
    for (const [key, value] of Object.entries(readObject(keys, `${path}.${name}`))) {
      const values = readList(value, `${path}.${name}.${key}`).map(([one, place]) =>
        readValue(one, place, operator, hasVariables),
      );
      const { isNull, isNegated, ifExists, of } = operator;
      conditions.push({ key: key.toLowerCase(), isNull, isNegated, ifExists, of, values });
    }
  }
  return conditions;
}

/** Whether one value of the request passes. */
function passes({ values, isNegated }: Condition, value: string, lookup: Lookup): boolean {
  return values.some((test) => test(value, lookup)) !== isNegated;
}

/** Of a key without a value: ForAnyValue is not met by it, ForAllValues is. */
function meetsNothing({ of, isNegated }: Condition): boolean {
  if (of === undefined) return isNegated;
  return of === "all";
}

/**
 * Whether a request meets a condition. A key of several values needs a set operator; without one, AWS says
 * no more than that, and the condition is not met.
 */
export function isMet(condition: Condition, lookup: Lookup): boolean {
  const { key, isNull, ifExists, of } = condition;
  const values = lookup(key) ?? [];
  // Set operators take a key of an empty text for one without a value.
  const isAbsent = of === undefined ? values.length === 0 : values.every((value) => value === "");
  if (isNull) return condition.values.some((test) => test(String(isAbsent), lookup));
  if (isAbsent) return ifExists || meetsNothing(condition);
  const pass = (value: string): boolean => passes(condition, value, lookup);
  if (of === "any") return values.some(pass);
  return (of === "all" || values.length === 1) && values.every(pass);
}
