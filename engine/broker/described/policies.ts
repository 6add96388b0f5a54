/**
 * The attributes of a queue that are JSON documents: what may be set as Policy,
 * RedriveAllowPolicy and RedrivePolicy. Pure functions; called when attributes are set.
 * Policy and RedriveAllowPolicy are stored as the text that was sent, because Terraform compares
 * it; engine/policy/ reads and evaluates policies.
 */
import { SluiceError } from "../../errors.ts";
import { parameterRanges, policies } from "../../limits.ts";
import type { PolicyDocument } from "../../policy/document.ts";
import { parsePolicy } from "../../policy/parse.ts";
import { PolicyError } from "../../policy/policyError.ts";
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

/** Throws OverLimit where a policy has too many statements, or too much in them. */
export function checkStatements({ statements }: PolicyDocument): void {
  checkCount("statements", statements.length, policies.maxStatements);
  let principals = 0;
  let conditions = 0;
  for (const statement of statements) {
    checkCount("actions", statement.actions.entries.length, policies.maxActions);
    principals += statement.principals?.entries.length ?? 0;
    conditions += statement.conditions.length;
  }
  checkCount("principals", principals, policies.maxPrincipals);
  checkCount("conditions", conditions, policies.maxConditions);
}

/** A queue's Policy, whatever its size; throws InvalidAttributeValue where there is none. */
export function readPolicy(text: string): PolicyDocument {
  try {
    return parsePolicy(text, "queue");
  } catch (error) {
    if (error instanceof PolicyError) throw invalidValue("Policy", error.message);
    throw error;
  }
}

/** An access policy: its size, that it is one, and how much is in it. */
export function checkPolicy(text: string): void {
  parseObject("Policy", text);
  checkStatements(readPolicy(text));
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
