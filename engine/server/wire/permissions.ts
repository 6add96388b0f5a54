/**
 * Permissions of a queue as statements of its Policy: what AddPermission writes and RemovePermission
 * takes out. Pure functions from one text of a Policy to the next; nothing here evaluates one.
 * A policy that the owner set is extended and otherwise left as it is.
 * Source: API Reference, AddPermission and RemovePermission; recorded policies for their form.
 */

import {
  checkCount,
  checkStatements,
  parseObject,
  readPolicy,
} from "../../broker/described/policies.ts";
import { clipped } from "../../broker/described/quoted.ts";
import { SluiceError } from "../../errors.ts";
import { accounts as accountIds, policies as limits } from "../../limits.ts";

/** What may be granted: the rest is the owner's alone. An action implies its batch. */
const grantable: readonly string[] = [
  "*",
  "SendMessage",
  "ReceiveMessage",
  "DeleteMessage",
  "ChangeMessageVisibility",
  "GetQueueAttributes",
  "GetQueueUrl",
  "ListDeadLetterSourceQueues",
  "PurgeQueue",
];

export interface Permission {
  readonly label: string;
  /** Twelve digits each. */
  readonly accounts: readonly string[];
  /** Without the service's name. */
  readonly actions: readonly string[];
}

function invalid(name: string, value: string, reason: string): SluiceError {
  return new SluiceError(
    "InvalidParameterValue",
    `Value ${clipped(value)} for parameter ${name} is invalid. Reason: ${reason}`,
  );
}

function missing(name: string): SluiceError {
  return new SluiceError("MissingParameter", `The request must contain the parameter ${name}.`);
}

function checkPermission({ label, accounts, actions }: Permission): void {
  if (!limits.labelPattern.test(label)) {
    throw invalid("Label", label, "it is 1 to 80 letters, digits, hyphens and underscores.");
  }
  if (accounts.length === 0) throw missing("AWSAccountIds");
  if (actions.length === 0) throw missing("Actions");
  checkCount("actions", actions.length, limits.maxActions);
  checkCount("principals", accounts.length, limits.maxPrincipals);
  for (const account of accounts) {
    if (accountIds.pattern.test(account)) continue;
    throw invalid("AWSAccountId", account, "it is twelve digits.");
  }
  for (const action of actions) {
    if (grantable.includes(action)) continue;
    throw invalid("ActionName", action, "only the queue owner is allowed to invoke this action.");
  }
}

/** A policy and its statements; an embedder may have stored any text, and any JSON in it. */
function statementsOf(text: string): { policy: object; statements: readonly unknown[] } {
  const policy = parseObject("Policy", text);
  const { Statement = [] } = policy;
  return { policy, statements: Array.isArray(Statement) ? Statement : [Statement] };
}

function hasLabel(statement: unknown, label: string): boolean {
  return typeof statement === "object" && Reflect.get(statement ?? {}, "Sid") === label;
}

/** One alone, or several as a list. */
function oneOrMany(texts: readonly string[]): string | readonly string[] {
  const [first] = texts;
  return texts.length === 1 && first !== undefined ? first : texts;
}

/** The Policy with one more permission; `text` is the one before, if the queue has one. */
export function grant(text: string | undefined, arn: string, permission: Permission): string {
  checkPermission(permission);
  const { label, accounts, actions } = permission;
  const fresh = `{"Version":"2008-10-17","Id":"${arn}/SQSDefaultPolicy","Statement":[]}`;
  const { policy, statements } = statementsOf(text ?? fresh);
  if (statements.some((one) => hasLabel(one, label)))
    throw invalid("Label", label, "Already exists.");
  const statement = {
    Sid: label,
    Effect: "Allow",
    Principal: { AWS: oneOrMany(accounts.map((account) => `arn:aws:iam::${account}:root`)) },
    Action: oneOrMany(actions.map((action) => `SQS:${action}`)),
    Resource: arn,
  };
  const document = JSON.stringify({ ...policy, Statement: [...statements, statement] });
  checkStatements(readPolicy(document));
  checkCount("bytes of policy", Buffer.byteLength(document), limits.maxBytes);
  return document;
}

/** The Policy without the permission of that label; empty when it was the last. */
export function revoke(text: string | undefined, label: string): string {
  if (text === undefined) throw noSuchLabel(label);
  const { policy, statements } = statementsOf(text);
  const left = statements.filter((one) => !hasLabel(one, label));
  if (left.length === statements.length) throw noSuchLabel(label);
  return left.length === 0 ? "" : JSON.stringify({ ...policy, Statement: left });
}

function noSuchLabel(label: string): SluiceError {
  return invalid("Label", label, "can't find label on existing policy.");
}
