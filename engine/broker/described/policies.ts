/**
 * The attributes of a queue that are JSON documents: what may be set as Policy,
 * RedriveAllowPolicy and RedrivePolicy. Pure functions; called when attributes are set.
 * Policy and RedriveAllowPolicy are stored as the text that was sent, because Terraform compares
 * it; nothing here evaluates them.
 */
import { SluiceError } from "../../errors.ts";
import { parameterRanges, policies } from "../../limits.ts";
import type { RedrivePolicy } from "../../types.ts";
import { clipped } from "./quoted.ts";

function invalidValue(name: string, reason: string): SluiceError {
  return new SluiceError(
    "InvalidAttributeValue",
    `Invalid value for the parameter ${name}. Reason: ${reason}`,
  );
}

function invalidParameter(name: string, text: string, reason: string): SluiceError {
  return new SluiceError(
    "InvalidParameterValue",
    `Value ${clipped(text)} for parameter ${name} is invalid. Reason: ${reason}`,
  );
}

/**
 * The JSON object in an attribute's text; throws InvalidAttributeValue where there is none. AWS limits
 * the bytes of a Policy; no other of these documents needs a quarter as many.
 */
export function parseObject(name: string, text: string): Record<string, unknown> {
  if (Buffer.byteLength(text) > policies.maxBytes) {
    throw invalidValue(name, `it is longer than ${policies.maxBytes} bytes.`);
  }
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw invalidValue(name, "it is not JSON.");
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw invalidValue(name, "it is not a JSON object.");
  }
  return document as Record<string, unknown>;
}

/** Throws OverLimit for more than `max`. */
export function checkCount(what: string, count: number, max: number): void {
  if (count <= max) return;
  const text = `${count} ${what} were found, maximum allowed is ${max}.`;
  throw new SluiceError("OverLimit", text);
}

/** How many there are where a policy may have one or a list of them. */
function countOf(value: unknown): number {
  if (value === undefined) return 0;
  return Array.isArray(value) ? value.length : 1;
}

/** How many in an object of lists by their kind, like `{"AWS": [...]}`, or in one text like `"*"`. */
function countIn(value: unknown): number {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return countOf(value);
  return Object.values(value).reduce((sum: number, some) => sum + countOf(some), 0);
}

/** Conditions of one statement: keys under their operators, `{"StringEquals": {KEY: ...}}`. */
function conditionsOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce(
    (sum: number, keys) => sum + (typeof keys === "object" ? Object.keys(keys ?? {}).length : 0),
    0,
  );
}

/** Throws OverLimit where a policy has too many statements, or too much in them. */
export function checkStatements(statements: readonly unknown[]): void {
  checkCount("statements", statements.length, policies.maxStatements);
  let principals = 0;
  let conditions = 0;
  for (const statement of statements) {
    const parts = Object(statement) as Readonly<Record<string, unknown>>;
    const { Action, NotAction, Principal, NotPrincipal, Condition } = parts;
    checkCount("actions", countOf(Action) + countOf(NotAction), policies.maxActions);
    principals += countIn(Principal) + countIn(NotPrincipal);
    conditions += conditionsOf(Condition);
  }
  checkCount("principals", principals, policies.maxPrincipals);
  checkCount("conditions", conditions, policies.maxConditions);
}

/** An access policy: size, version, and how much is in it. Its meaning is not looked at. */
export function checkPolicy(text: string): void {
  const { Version, Statement } = parseObject("Policy", text);
  const versions: readonly unknown[] = policies.versions;
  if (Version !== undefined && !versions.includes(Version)) {
    throw invalidValue("Policy", `Version must be ${policies.versions.join(" or ")}.`);
  }
  const statements: readonly unknown[] = Array.isArray(Statement) ? Statement : [Statement];
  for (const statement of statements) {
    if (typeof statement === "object" && statement !== null && !Array.isArray(statement)) continue;
    throw invalidValue("Policy", "a Statement is no JSON object.");
  }
  checkStatements(statements);
}

/** Which queues may name this one as their dead-letter queue. */
export function checkRedriveAllowPolicy(text: string): void {
  const name = "RedriveAllowPolicy";
  const { redrivePermission, sourceQueueArns, ...others } = parseObject(name, text);
  const other = Object.keys(others)[0];
  if (other !== undefined) throw invalidValue(name, `it has the unknown key ${other}.`);
  if (redrivePermission === "allowAll" || redrivePermission === "denyAll") {
    if (sourceQueueArns === undefined) return;
    throw invalidParameter(name, text, "sourceQueueArns goes with byQueue only.");
  }
  if (redrivePermission !== "byQueue") {
    throw invalidParameter(name, text, "redrivePermission is allowAll, denyAll or byQueue.");
  }
  const arns = Array.isArray(sourceQueueArns) ? sourceQueueArns : [];
  const areTexts = arns.every((arn) => typeof arn === "string");
  if (arns.length < 1 || arns.length > policies.maxSourceQueueArns || !areTexts) {
    const reason = `byQueue needs 1 to ${policies.maxSourceQueueArns} sourceQueueArns.`;
    throw invalidParameter(name, text, reason);
  }
}

/** Where messages go that were received too often; the count may travel as text. */
export function readRedrivePolicy(text: string): RedrivePolicy {
  const name = "RedrivePolicy";
  const { deadLetterTargetArn, maxReceiveCount } = parseObject(name, text);
  if (typeof deadLetterTargetArn !== "string" || maxReceiveCount === undefined) {
    throw invalidParameter(name, text, "deadLetterTargetArn and maxReceiveCount are needed.");
  }
  const isText = typeof maxReceiveCount === "string" && /^\d+$/.test(maxReceiveCount);
  const count = isText ? Number(maxReceiveCount) : maxReceiveCount;
  const { min, max } = parameterRanges.maxReceiveCount;
  if (typeof count !== "number" || !Number.isInteger(count) || count < min || count > max) {
    const reason = `maxReceiveCount must be a whole number from ${min} to ${max}.`;
    throw invalidParameter(name, text, reason);
  }
  return { deadLetterTargetArn, maxReceiveCount: count };
}
