/**
 * Reads a policy, of an identity or of a queue, and says what is wrong with one that is none. Nothing is
 * overlooked: a member that no policy has is an error, since a condition with its name misspelt would
 * else allow what it was to forbid. How much a policy may hold is not looked at here. Pure.
 * Source: IAM User Guide, "Grammar of the IAM JSON policy language" and the pages of the elements.
 */
import { policies } from "../limits.ts";
import { readConditions } from "./conditions.ts";
import type { Listed, PolicyDocument, PolicyKind, Statement, Test } from "./document.ts";
import {
  type Members,
  PolicyError,
  readList,
  readMembers,
  readObject,
  readTexts,
  shown,
} from "./policyError.ts";
import { readPrincipals } from "./principals.ts";
import { likeTest } from "./template.ts";

const statementMembers: readonly string[] = [
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
];

/** Which of a pair like Action and NotAction a statement has; both, or none, is an error. */
function readPair<Entry>(
  statement: Members,
  path: string,
  name: string,
  read: (value: unknown, path: string) => readonly Entry[],
): Listed<Entry> {
  const [is, isNot] = [statement[name], statement[`Not${name}`]];
  if ((is === undefined) === (isNot === undefined)) {
    const has = is === undefined ? "neither" : "both";
    throw new PolicyError(
      path,
      `has ${has} ${name} ${is === undefined ? "nor" : "and"} Not${name}.`,
    );
  }
  if (is !== undefined) return { isNegated: false, entries: read(is, `${path}.${name}`) };
  return { isNegated: true, entries: read(isNot, `${path}.Not${name}`) };
}

/** A service and an action of it, each perhaps with wildcards. */
const ACTION = /^(?:\*+|[^:]+:.+)$/;

function readAction(text: string, path: string): Test {
  if (ACTION.test(text)) return likeTest(text.toLowerCase(), "text", false);
  throw new PolicyError(path, `${shown(text)} is no action like "sqs:SendMessage", and not "*".`);
}

/** An ARN's parts before the resource: a variable may stand in what comes behind them only. */
const FIVE_PARTS = /^(?:[^:]*:){0,4}[^:]*\$\{/;

function readResource(text: string, path: string, hasVariables: boolean): Test {
  if (text !== "*" && !text.startsWith("arn:")) {
    const example = "arn:aws:sqs:us-east-1:123456789012:orders";
    throw new PolicyError(path, `${shown(text)} is no ARN like "${example}", and not "*".`);
  }
  if (hasVariables && FIVE_PARTS.test(text)) {
    throw new PolicyError(path, "has a variable before the ARN's fifth colon.");
  }
  return likeTest(text, "resource", hasVariables);
}

/** What IAM takes in an identity's policy; SQS takes more. */
const SID = /^[A-Za-z0-9]*$/;

function readSid(sid: unknown, path: string, kind: PolicyKind): string | undefined {
  if (sid === undefined) return undefined;
  if (typeof sid !== "string") throw new PolicyError(path, "is no text.");
  if (kind === "identity" && !SID.test(sid)) {
    throw new PolicyError(path, `${shown(sid)} has more than letters and digits.`);
  }
  return sid;
}

function readPrincipalPair(statement: Members, path: string, kind: PolicyKind) {
  if (kind === "queue") return readPair(statement, path, "Principal", readPrincipals);
  for (const name of ["Principal", "NotPrincipal"]) {
    if (statement[name] === undefined) continue;
    throw new PolicyError(path, `has a ${name}, which a policy of an identity has not.`);
  }
  return undefined;
}

function readStatement(
  value: unknown,
  path: string,
  kind: PolicyKind,
  hasVariables: boolean,
): Statement {
  const members = readMembers(value, path, statementMembers);
  const { Sid, Effect, Condition = {} } = members;
  if (Effect !== "Allow" && Effect !== "Deny") {
    throw new PolicyError(`${path}.Effect`, `is "Allow" or "Deny".`);
  }
  const resource = (text: string, place: string): Test => readResource(text, place, hasVariables);
  return {
    sid: readSid(Sid, `${path}.Sid`, kind),
    isDeny: Effect === "Deny",
    principals: readPrincipalPair(members, path, kind),
    actions: readPair(members, path, "Action", (some, at) => readTexts(some, at, readAction)),
    resources: readPair(members, path, "Resource", (some, at) => readTexts(some, at, resource)),
    conditions: readConditions(Condition, `${path}.Condition`, hasVariables),
  };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PolicyError("", "is not JSON.");
  }
}

function isVersion(value: unknown): value is PolicyDocument["version"] {
  return policies.versions.some((version) => version === value);
}

/** The policy in a JSON text, or in what a JSON text says. Throws `PolicyError`. */
export function parsePolicy(source: unknown, kind: PolicyKind): PolicyDocument {
  const value = typeof source === "string" ? readJson(source) : source;
  readObject(value, "");
  // An Id is of queues' policies alone.
  const names = ["Version", "Statement", ...(kind === "queue" ? ["Id"] : [])];
  const { Version = "2008-10-17", Id, Statement } = readMembers(value, "", names);
  if (!isVersion(Version)) {
    throw new PolicyError("Version", `is ${policies.versions.join(" or ")}.`);
  }
  if (Id !== undefined && typeof Id !== "string") throw new PolicyError("Id", "is no text.");
  if (Statement === undefined) throw new PolicyError("Statement", "is missing.");
  const isEmpty = Array.isArray(Statement) && Statement.length === 0;
  const listed = isEmpty ? [] : readList(Statement, "Statement");
  const hasVariables = Version === "2012-10-17";
  const statements = listed.map(([one, path]) => readStatement(one, path, kind, hasVariables));
  return { version: Version, statements };
}
