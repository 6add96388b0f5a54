/**
 * Who a statement of a queue's policy is about: how Principal and NotPrincipal are read, and whether a
 * caller is meant. A wildcard stands for everybody and never for a part of a name. Pure.
 * Source: IAM User Guide, "AWS JSON policy elements: Principal" and "NotPrincipal".
 */
import { accounts } from "../limits.ts";
import type { Caller } from "./caller.ts";
import type { Listed, Lookup, Principal } from "./document.ts";
import { PolicyError, readMembers, readTexts, shown } from "./policyError.ts";

const ACCOUNT = /^arn:aws[a-z-]*:iam::(\d{12}):root$/;
const IDENTITY = /^arn:aws[a-z-]*:(?:iam::\d{12}:(?:user|role)|sts::\d{12}:federated-user)\/.+$/;
const SESSION = /^arn:aws[a-z-]*:sts::\d{12}:assumed-role\/[^/]+\/[^/]+$/;
const SERVICE = /^[a-z0-9.-]+\.(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws\.internal)$/;

function readAws(text: string, path: string): Principal {
  if (text === "*") return { kind: "everybody" };
  const account = accounts.pattern.test(text) ? text : ACCOUNT.exec(text)?.[1];
  if (account !== undefined) return { kind: "account", account };
  if (text.includes("*") || text.includes("?")) {
    const reason = `${shown(text)} has a wildcard: "*" stands for everybody, and for no part of a name.`;
    throw new PolicyError(path, reason);
  }
  if (IDENTITY.test(text) || SESSION.test(text)) return { kind: "arn", arn: text };
  const forms = "12 digits, or the ARN of an account's root, a user, a role or a role's session";
  throw new PolicyError(path, `${shown(text)} is no principal: that is "*", ${forms}.`);
}

function readService(text: string, path: string): Principal {
  if (SERVICE.test(text)) return { kind: "service", service: text };
  throw new PolicyError(path, `${shown(text)} is no service like "sns.amazonaws.com".`);
}

const readers: Readonly<Record<string, (text: string, path: string) => Principal>> = {
  AWS: readAws,
  Service: readService,
  Federated: () => ({ kind: "stranger" }),
  CanonicalUser: () => ({ kind: "stranger" }),
};

/** `"*"`, or an object of lists by their kind. */
export function readPrincipals(value: unknown, path: string): readonly Principal[] {
  if (value === "*") return [{ kind: "everybody" }];
  if (typeof value === "string") {
    throw new PolicyError(path, `is "*" or an object like {"AWS": ${shown(value)}}.`);
  }
  const members = readMembers(value, path, Object.keys(readers));
  const principals = Object.entries(members).flatMap(([kind, some]) =>
    readTexts(some, `${path}.${kind}`, readers[kind] ?? readAws),
  );
  if (principals.length === 0) throw new PolicyError(path, "names nobody.");
  return principals;
}

/**
 * How a caller is meant: as one of an account, which is then to say which of its users may; or by name,
 * or with everybody.
 */
export type Meant = "no" | "account" | "directly";

function meets(principal: Principal, caller: Caller, service: readonly string[]): Meant {
  switch (principal.kind) {
    case "everybody":
      return "directly";
    case "account":
      if (principal.account !== caller.account) return "no";
      return caller.kind === "root" ? "directly" : "account";
    case "arn": {
      const isCaller = principal.arn === caller.arn || principal.arn === caller.principalArn;
      return isCaller ? "directly" : "no";
    }
    case "service":
      return service.includes(principal.service) ? "directly" : "no";
    case "stranger":
      return "no";
  }
}

/** The key of a call by an AWS service itself, which has no account. */
const SERVICE_KEY = "aws:principalservicename";

/** Whom NotPrincipal names, as one of an account or directly, it does not mean; all others it does. */
export function meant(listed: Listed<Principal>, caller: Caller, lookup: Lookup): Meant {
  const service = caller.account === undefined ? (lookup(SERVICE_KEY) ?? []) : [];
  let best: Meant = "no";
  for (const principal of listed.entries) {
    const how = meets(principal, caller, service);
    if (how === "directly" || best === "no") best = how;
    if (best === "directly") break;
  }
  if (!listed.isNegated) return best;
  return best === "no" ? "directly" : "no";
}
