/**
 * Whether a caller may do an action on a resource: by its identity policies, and by the resource's own.
 *
 * A statement that denies wins over all that allow, in whichever policy it stands. Inside one account one
 * side that allows is enough; to another account's queue both must. Who has no account (anonymous, a
 * service of AWS) has the queue's policy alone. An account's root may do all in it that is not
 * denied, and look at and mend a queue's policy even where that denies it.
 *
 * Pure: no clock, no request; what a request tells is in `context`. Called for every request, so
 * what needs no writing is not written: the sentence of an allowed call is always the same.
 * Sources: IAM User Guide, "Policy evaluation logic", "Cross-account policy evaluation logic"; SQS
 * Developer Guide, "Limitations of custom policies".
 */
import { isOwnersAlone, isUnlocking, policyAction } from "./actions.ts";
import type { Caller } from "./caller.ts";
import { isMet } from "./conditions.ts";
import type { Listed, Lookup, PolicyDocument, Statement, Test } from "./document.ts";
import { type Meant, meant } from "./principals.ts";

/** Values of condition keys, whose names are in small letters. */
export type Context =
  | ReadonlyMap<string, readonly string[]>
  | Readonly<Record<string, readonly string[]>>;

export interface Question {
  readonly caller: Caller;
  /** With the service's name, in any case: `sqs:SendMessage`; a batch counts as its single action. */
  readonly action: string;
  /** `*` where the action has no resource. */
  readonly resourceArn: string;
  /** Twelve digits: whose the resource is, or will be. */
  readonly resourceAccount: string;
  /** The queue's policy, if it has one. */
  readonly resourcePolicy?: PolicyDocument | undefined;
  /** What the request tells; the keys of the caller (aws:PrincipalArn …) are there by themselves. */
  readonly context: Context;
}

/** What decided. */
export type Because =
  | "root"
  | "identityPolicy"
  | "resourcePolicy"
  | "bothPolicies"
  | "deniedByIdentityPolicy"
  | "deniedByResourcePolicy"
  | "noIdentityPolicyAllows"
  | "noResourcePolicyAllows"
  | "neverAcrossAccounts";

export interface Answer {
  readonly allowed: boolean;
  readonly because: Because;
  /** Why, as AWS tells a caller that is denied; empty where it is allowed. */
  readonly sentence: string;
}

/** The keys that a caller has by itself; for the others the context is asked. */
function keyOfCaller(caller: Caller, key: string): string | undefined {
  switch (key) {
    case "aws:principalarn":
      return caller.principalArn;
    case "aws:principalaccount":
      return caller.account;
    case "aws:userid":
      return caller.userId;
    case "aws:username":
      return caller.username;
    case "aws:principaltype":
      return principalTypes[caller.kind];
    default:
      return undefined;
  }
}

const principalTypes: Readonly<Record<Caller["kind"], string>> = {
  root: "Account",
  user: "User",
  role: "AssumedRole",
  anonymous: "Anonymous",
};

function lookupOf(caller: Caller, context: Context): Lookup {
  const map = context instanceof Map ? context : undefined;
  const record = context as Readonly<Record<string, readonly string[]>>;
  return (key) => {
    const own = keyOfCaller(caller, key);
    if (own !== undefined) return [own];
    if (map !== undefined) return map.get(key);
    return Object.hasOwn(record, key) ? record[key] : undefined;
  };
}

/** What is asked of each statement. */
interface Matter {
  readonly caller: Caller;
  /** In small letters. */
  readonly action: string;
  readonly resourceArn: string;
  readonly lookup: Lookup;
}

function isListed({ isNegated, entries }: Listed<Test>, value: string, lookup: Lookup): boolean {
  return entries.some((test) => test(value, lookup)) !== isNegated;
}

/** Whether a statement is about this matter, and how its principals mean the caller. */
function concerns(statement: Statement, matter: Matter): Meant {
  const { principals, actions, resources, conditions } = statement;
  const { caller, action, resourceArn, lookup } = matter;
  if (!isListed(actions, action, lookup)) return "no";
  if (!isListed(resources, resourceArn, lookup)) return "no";
  const how = principals === undefined ? "directly" : meant(principals, caller, lookup);
  if (how === "no") return "no";
  return conditions.every((condition) => isMet(condition, lookup)) ? how : "no";
}

/** What a side says: it denies, or how it allows. */
type Say = "denies" | Meant;

/** What a side says once it has heard one more statement. */
function heard(say: Say, statement: Statement, matter: Matter): Say {
  if (say === "denies" || (say === "directly" && !statement.isDeny)) return say;
  const how = concerns(statement, matter);
  if (how === "no") return say;
  if (statement.isDeny) return "denies";
  return how === "directly" ? how : "account";
}

function said(policies: readonly PolicyDocument[], matter: Matter): Say {
  let say: Say = "no";
  for (const { statements } of policies) {
    for (const statement of statements) say = heard(say, statement, matter);
  }
  return say;
}

/** What both sides say, neither of which denies, of the caller's own account's resource. */
function within(caller: Caller, own: Say, queues: Say): Because {
  if (caller.kind === "root") return "root";
  if (own !== "no") return "identityPolicy";
  // An account that is allowed leaves it to its identity policies which of its users may.
  return queues === "directly" ? "resourcePolicy" : "noIdentityPolicyAllows";
}

/** The same of another account's resource. A root needs no policy of its own account. */
function across(caller: Caller, action: string, own: Say, queues: Say): Because {
  if (isOwnersAlone(action)) return "neverAcrossAccounts";
  if (caller.kind === "anonymous") {
    return queues === "no" ? "noResourcePolicyAllows" : "resourcePolicy";
  }
  if (caller.kind !== "root" && own === "no") return "noIdentityPolicyAllows";
  return queues === "no" ? "noResourcePolicyAllows" : "bothPolicies";
}

function weighed(question: Question, action: string, own: Say, queues: Say): Because {
  const { caller, resourceAccount } = question;
  const isOwner = caller.account === resourceAccount;
  if (own === "denies") return "deniedByIdentityPolicy";
  if (queues === "denies") {
    const unlocks = isOwner && caller.kind === "root" && isUnlocking(action);
    return unlocks ? "root" : "deniedByResourcePolicy";
  }
  return isOwner ? within(caller, own, queues) : across(caller, action, own, queues);
}

const allowing: ReadonlySet<Because> = new Set([
  "root",
  "identityPolicy",
  "resourcePolicy",
  "bothPolicies",
]);

/** The end of AWS's sentence. */
function reasonOf(because: Because, action: string): string {
  switch (because) {
    case "deniedByIdentityPolicy":
      return "with an explicit deny in an identity-based policy";
    case "deniedByResourcePolicy":
      return "with an explicit deny in a resource-based policy";
    case "noIdentityPolicyAllows":
      return `because no identity-based policy allows the ${action} action`;
    default:
      return `because no resource-based policy allows the ${action} action`;
  }
}

/** Asks all policies; see the head of this file. */
export function evaluate(question: Question): Answer {
  const { caller, resourceArn, resourcePolicy, context } = question;
  const [, service = "", name = ""] = /^([^:]*):(.*)$/s.exec(question.action) ?? [];
  const action = `${service}:${policyAction(name)}`.toLowerCase();
  const matter: Matter = { caller, action, resourceArn, lookup: lookupOf(caller, context) };
  const own = said(caller.policies, matter);
  const queues = resourcePolicy === undefined ? "no" : said([resourcePolicy], matter);
  const because = weighed(question, action, own, queues);
  if (allowing.has(because)) return { allowed: true, because, sentence: "" };
  const who = caller.arn ?? caller.userId;
  const what = `${action} on resource: ${resourceArn}`;
  const sentence = `User: ${who} is not authorized to perform: ${what} ${reasonOf(because, action)}`;
  return { allowed: false, because, sentence };
}
