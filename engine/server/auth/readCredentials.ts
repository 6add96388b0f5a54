/**
 * Credentials as a file of settings has them: a list, each with its keys, its account, who signs with it
 * (a user, a role's session, or the account itself) and that one's policies. Read and checked before
 * anything listens, on the main thread. A mistake says where it is and what would be right, and shows
 * nothing of what is secret.
 */
import { createHash } from "node:crypto";
import type { Attempt, Setting } from "../../broker/described/setting.ts";
import { accounts, roleNames, userNames } from "../../limits.ts";
import { type Caller, rootOf } from "../../policy/caller.ts";
import type { PolicyDocument } from "../../policy/document.ts";
import { parsePolicy } from "../../policy/parse.ts";
import { PolicyError } from "../../policy/policyError.ts";
import { suggestion } from "../../suggestion.ts";
import { Credential } from "./credentials.ts";

const names = [
  "accessKeyId",
  "secretAccessKey",
  "sessionToken",
  "account",
  "user",
  "role",
  "policies",
] as const;
type Name = (typeof names)[number];

interface CredentialShape {
  readonly name: Name;
  /** What a text must be, in words as well. */
  readonly pattern?: RegExp;
  readonly what: string;
  readonly isNeeded?: true;
}

const shapes: Readonly<Record<Name, Omit<CredentialShape, "name">>> = {
  /** What stands in a scope in front of its first slash. */
  accessKeyId: {
    pattern: /^[\w.-]{1,128}$/,
    what: "1 to 128 letters, digits, or any of . _ -",
    isNeeded: true,
  },
  secretAccessKey: {
    pattern: /^[\x21-\x7e]{1,256}$/,
    what: "1 to 256 characters of ASCII without blanks",
    isNeeded: true,
  },
  sessionToken: {
    pattern: /^[\x21-\x7e]{1,4096}$/,
    what: "1 to 4096 characters of ASCII without blanks",
  },
  account: { pattern: accounts.pattern, what: "twelve digits", isNeeded: true },
  user: { pattern: userNames, what: "1 to 64 letters, digits, or any of + = , . @ _ -" },
  role: {
    pattern: roleNames,
    what: "1 to 64 letters, digits, or any of + = , . @ _ - and may have :SESSION behind it",
  },
  policies: { what: "what it may do: identity policies" },
};

/** What a credential has, for who describes it to others; by it, too, it is checked. */
export const credentialShapes: readonly CredentialShape[] = names.map((name) => ({
  name,
  ...shapes[name],
}));
const defaultSession = "sluice";

/** All that are right; each mistake is told by `attempt`. */
export function readCredentials(setting: Setting, attempt: Attempt): readonly Credential[] {
  const items = setting.items();
  if (!setting.isList || items.length === 0) {
    throw setting.error(
      "It is a list of credentials, one at least; leave it out to let everybody in.",
    );
  }
  const read: Credential[] = [];
  const places = new Map<string, string>();
  for (const item of items) {
    attempt(item, () => {
      const credential = readCredential(item, attempt);
      if (credential === undefined) return;
      const before = places.get(credential.accessKeyId);
      if (before !== undefined) {
        const sentence = `Entry ${before} has this key already; leave one of the two out.`;
        throw item.at(["accessKeyId"]).error(sentence);
      }
      places.set(credential.accessKeyId, item.name);
      read.push(credential);
    });
  }
  return read;
}

/** Undefined where something is wrong that has been told. */
function readCredential(item: Setting, attempt: Attempt): Credential | undefined {
  const settings = new Map<Name, Setting>();
  let isSound = true;
  const trial = (setting: Setting, work: () => void): void => {
    let isDone = false;
    attempt(setting, () => {
      work();
      isDone = true;
    });
    isSound &&= isDone;
  };
  for (const [key, setting] of item.entries()) {
    trial(setting, () => {
      const name = names.find((one) => one === key);
      if (name !== undefined) settings.set(name, setting);
      else throw setting.error(`There is no such member${suggestion(key, names) || "."}`);
    });
  }
  const text = (name: Name): string => {
    const setting = settings.get(name);
    const { pattern, what } = shapes[name];
    let value = "";
    trial(setting ?? item, () => {
      if (setting === undefined) throw item.error(`${name} is missing: ${what}.`);
      value = setting.text;
      if (pattern?.test(value) === false) throw setting.error(`It must be ${what}.`);
    });
    return value;
  };
  const accessKeyId = text("accessKeyId");
  const secretAccessKey = text("secretAccessKey");
  const sessionToken = settings.has("sessionToken") ? text("sessionToken") : undefined;
  const account = text("account");
  let caller: Caller | undefined;
  trial(item, () => {
    caller = readCaller(item, settings, account, trial);
  });
  if (!isSound || caller === undefined) return undefined;
  return new Credential(accessKeyId, { secretAccessKey, sessionToken }, caller);
}

function readCaller(
  item: Setting,
  settings: ReadonlyMap<Name, Setting>,
  account: string,
  attempt: Attempt,
): Caller {
  const [user, role, policies] = [
    settings.get("user"),
    settings.get("role"),
    settings.get("policies"),
  ];
  if (user !== undefined && role !== undefined) {
    throw role.error("A credential is a user's or a role's; leave one of the two out.");
  }
  if (user === undefined && role === undefined) {
    if (policies === undefined) return rootOf(account);
    throw policies.error(
      "Without a user or a role it is the account's root, which may do all; no policy limits it.",
    );
  }
  const read = policies === undefined ? [] : readPolicies(policies, attempt);
  return user !== undefined ? userOf(user, account, read) : roleOf(role ?? item, account, read);
}

function userOf(setting: Setting, account: string, policies: readonly PolicyDocument[]): Caller {
  const { text } = setting;
  if (!userNames.test(text)) throw setting.error(`A user's name is ${shapes.user.what}`);
  const arn = `arn:aws:iam::${account}:user/${text}`;
  const username = text.slice(text.lastIndexOf("/") + 1);
  const userId = idOf("AIDA", arn);
  return { kind: "user", account, arn, principalArn: arn, userId, username, policies };
}

function roleOf(setting: Setting, account: string, policies: readonly PolicyDocument[]): Caller {
  const [, role, session = defaultSession] = roleNames.exec(setting.text) ?? [];
  if (role === undefined) {
    throw setting.error(`A role's name is ${shapes.role.what}.`);
  }
  // A session's ARN has no path.
  const name = role.slice(role.lastIndexOf("/") + 1);
  const principalArn = `arn:aws:iam::${account}:role/${role}`;
  return {
    kind: "role",
    account,
    arn: `arn:aws:sts::${account}:assumed-role/${name}/${session}`,
    principalArn,
    userId: `${idOf("AROA", principalArn)}:${session}`,
    username: undefined,
    policies,
  };
}

/** As IAM's ids look; the same whenever a server starts. */
function idOf(prefix: string, arn: string): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const digest = createHash("sha256").update(arn).digest();
  return prefix + [...digest.subarray(0, 17)].map((byte) => letters[byte & 31]).join("");
}

function readPolicies(setting: Setting, attempt: Attempt): readonly PolicyDocument[] {
  const read: PolicyDocument[] = [];
  for (const item of setting.items()) {
    attempt(item, () => {
      try {
        read.push(parsePolicy(item.isMap ? item.json : item.text, "identity"));
      } catch (error) {
        if (!(error instanceof PolicyError)) throw error;
        const place = item.at(error.path.split(/[.[\]]+/).filter((part) => part !== ""));
        throw place.error(`The policy is not right: ${error.message}`);
      }
    });
  }
  return read;
}
