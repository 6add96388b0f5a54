/** Reads a fault that a test asks for: every mistake is an InvalidParameterValue that names it. Pure. */
import { errorCodes, SluiceError } from "../errors.ts";
import { nearest } from "../suggestion.ts";
import { shown } from "./shown.ts";
import { type FaultRule, messageActions } from "./types.ts";

const common = ["fault", "queue", "probability", "count", "skip", "seed"];

/** What each kind has besides. */
const members: { readonly [Kind in FaultRule["fault"]]: readonly string[] } = {
  error: ["action", "code", "message", "entries"],
  throttle: ["action", "entries"],
  delay: ["action", "delayMs"],
  duplicate: [],
  loseDelete: [],
};

const ranges: readonly (readonly [string, (value: number) => boolean, string])[] = [
  ["probability", (value) => value > 0 && value <= 1, "above 0 and at most 1"],
  ["count", (value) => Number.isInteger(value) && value >= 1, "a whole number from 1 on"],
  ["skip", (value) => Number.isInteger(value) && value >= 0, "a whole number from 0 on"],
  ["seed", (value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32, "0 to 2^32 - 1"],
  ["delayMs", (value) => value >= 0 && Number.isFinite(value), "0 or more milliseconds"],
];

function invalid(text: string): SluiceError {
  return new SluiceError("InvalidParameterValue", text);
}

function oneOf(what: string, value: unknown, names: readonly string[]): void {
  if (typeof value === "string" && names.includes(value)) return;
  const meant = typeof value === "string" ? nearest(value, names) : undefined;
  const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
  const list = names.length > 10 ? "one of AWS's error codes" : names.join(", ");
  throw invalid(`${what} is ${list}, not ${shown(value)}.${hint}`);
}

/** A copy of the rule, checked; `queue` as it was given. */
export function readRule(given: unknown): FaultRule {
  if (typeof given !== "object" || given === null) {
    throw invalid(`A fault is an object such as { fault: "throttle" }, not ${shown(given)}.`);
  }
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  const rule: Record<string, unknown> = Object.fromEntries(entries);
  oneOf("fault", rule.fault, Object.keys(members));
  const fault = rule.fault as FaultRule["fault"];
  for (const [name] of entries) {
    oneOf(`A member of the fault ${fault}`, name, [...common, ...members[fault]]);
  }
  checkNumbers(rule);
  checkCodes(rule);
  checkTypes(rule);
  return rule as unknown as FaultRule;
}

function checkNumbers(rule: Record<string, unknown>): void {
  for (const [name, holds, range] of ranges) {
    const value = rule[name];
    if (value === undefined || (typeof value === "number" && holds(value))) continue;
    throw invalid(`${name} is ${range}, not ${shown(value)}.`);
  }
  if (rule.fault === "delay" && rule.delayMs === undefined) {
    throw invalid("A delay needs delayMs, 0 or more milliseconds.");
  }
}

function checkCodes({ fault, code, action }: Record<string, unknown>): void {
  if (fault === "error") oneOf("code", code, errorCodes);
  const actions: readonly unknown[] = Array.isArray(action) ? action : [action];
  for (const one of actions) {
    if (one !== undefined) oneOf("action", one, messageActions);
  }
}

function checkTypes({ message, entries }: Record<string, unknown>): void {
  if (message !== undefined && typeof message !== "string") {
    throw invalid(`message is a text, not ${shown(message)}.`);
  }
  if (entries !== undefined && typeof entries !== "boolean") {
    throw invalid(`entries is true or false, not ${shown(entries)}.`);
  }
}
