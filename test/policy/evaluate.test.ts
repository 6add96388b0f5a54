/** What an answer says besides yes and no: what decided, in AWS's words; and what a question may be. */
import { describe, expect, test } from "vitest";
import { policyAction } from "../../engine/policy/actions.ts";
import { anonymous } from "../../engine/policy/caller.ts";
import { type Because, evaluate, type Question } from "../../engine/policy/evaluate.ts";
import { parsePolicy } from "../../engine/policy/parse.ts";
import { ParsedPolicies } from "../../engine/policy/parsedPolicies.ts";
import { grant, revoke } from "../../engine/server/wire/permissions.ts";
import { callerOf } from "./asked.ts";
import {
  ALICE,
  allow,
  BOB,
  deny,
  OTHER,
  OWN,
  policy,
  QUEUE,
  type Statement,
} from "./cases/case.ts";

const identity = (...some: Statement[]) => [parsePolicy(policy(...some), "identity")];
const queue = (...some: Statement[]) => parsePolicy(policy(...some), "queue");
const ask = (
  who: string,
  more: Partial<Question> & { policies?: Question["caller"]["policies"] },
) => {
  const { policies = [], ...question } = more;
  return evaluate({
    caller: { ...callerOf(who), policies },
    action: "sqs:SendMessage",
    resourceArn: QUEUE,
    resourceAccount: OWN,
    context: {},
    ...question,
  });
};

const everybody = { Principal: "*" };
const bob = "arn:aws:iam::111122223333:user/bob";
const refused = (who: string, reason: string) =>
  `User: ${who} is not authorized to perform: sqs:sendmessage on resource: ${QUEUE} ${reason}`;

describe("what decided", () => {
  test.each<[Because, string, Parameters<typeof ask>[1], string]>([
    ["root", `${OWN}:root`, {}, ""],
    ["identityPolicy", BOB, { policies: identity(allow()) }, ""],
    ["resourcePolicy", BOB, { resourcePolicy: queue(allow(everybody)) }, ""],
    ["resourcePolicy", "anonymous", { resourcePolicy: queue(allow(everybody)) }, ""],
    [
      "bothPolicies",
      ALICE,
      { policies: identity(allow()), resourcePolicy: queue(allow(everybody)) },
      "",
    ],
    [
      "deniedByIdentityPolicy",
      BOB,
      { policies: identity(allow(), deny()), resourcePolicy: queue(deny(everybody)) },
      refused(bob, "with an explicit deny in an identity-based policy"),
    ],
    [
      "deniedByResourcePolicy",
      BOB,
      { policies: identity(allow()), resourcePolicy: queue(deny(everybody)) },
      refused(bob, "with an explicit deny in a resource-based policy"),
    ],
    [
      "noIdentityPolicyAllows",
      BOB,
      {},
      refused(bob, "because no identity-based policy allows the sqs:sendmessage action"),
    ],
    [
      "noIdentityPolicyAllows",
      `${OWN}:assumed-role/worker/one`,
      {},
      refused(
        `arn:aws:sts::${OWN}:assumed-role/worker/one`,
        "because no identity-based policy allows the sqs:sendmessage action",
      ),
    ],
    [
      "noResourcePolicyAllows",
      ALICE,
      { policies: identity(allow()) },
      refused(
        `arn:aws:iam::${OTHER}:user/alice`,
        "because no resource-based policy allows the sqs:sendmessage action",
      ),
    ],
    [
      "noResourcePolicyAllows",
      "anonymous",
      {},
      refused("anonymous", "because no resource-based policy allows the sqs:sendmessage action"),
    ],
  ])("%s of %s", (because, who, question, sentence) => {
    const answer = ask(who, question);
    expect(answer).toEqual({ allowed: sentence === "", because, sentence });
  });

  test("is never across accounts for what is its account's alone", () => {
    const question = { policies: identity(allow()), resourcePolicy: queue(allow(everybody)) };
    const answer = ask(ALICE, { ...question, action: "SQS:DeleteQueue" });
    expect(answer.because).toBe("neverAcrossAccounts");
    expect(answer.sentence).toContain("no resource-based policy allows the sqs:deletequeue action");
  });

  test("a batch's sentence names its single action", () => {
    expect(ask(BOB, { action: "sqs:SendMessageBatch" }).sentence).toBe(
      refused(bob, "because no identity-based policy allows the sqs:sendmessage action"),
    );
    expect(policyAction("ChangeMessageVisibilityBatch")).toBe("ChangeMessageVisibility");
    expect(policyAction("CreateQueue")).toBe("CreateQueue");
  });
});

describe("the context", () => {
  const Condition = { StringEquals: { "aws:UserAgent": "cli" } };
  const policies = identity(allow({ Condition }));

  test("may be a map or a record", () => {
    const keys: [string, string[]] = ["aws:useragent", ["cli"]];
    expect(ask(BOB, { policies, context: new Map([keys]) }).allowed).toBe(true);
    expect(ask(BOB, { policies, context: Object.fromEntries([keys]) }).allowed).toBe(true);
    expect(ask(BOB, { policies, context: new Map() }).allowed).toBe(false);
  });

  test("has no keys that every object has", () => {
    const odd = identity(allow({ Condition: { Null: { constructor: "true" } } }));
    expect(ask(BOB, { policies: odd }).allowed).toBe(true);
  });

  test("does not change who the caller is", () => {
    const carol = identity(allow({ Condition: { StringEquals: { "aws:username": "carol" } } }));
    const context = { "aws:username": ["carol"] };
    expect(ask(BOB, { policies: carol, context }).allowed).toBe(false);
  });

  test("makes no service of a caller that has an account", () => {
    const resourcePolicy = queue(allow({ Principal: { Service: "sns.amazonaws.com" } }));
    const context = { "aws:principalservicename": ["sns.amazonaws.com"] };
    expect(ask(BOB, { resourcePolicy, context }).allowed).toBe(false);
    expect(ask("anonymous", { resourcePolicy, context }).allowed).toBe(true);
  });
});

describe("an address that a socket reports", () => {
  const from = (range: string, address: string) => {
    const policies = identity(allow({ Condition: { IpAddress: { "aws:SourceIp": range } } }));
    return ask(BOB, { policies, context: { "aws:sourceip": [address] } }).allowed;
  };

  test("as IPv4 in IPv6 is IPv4, in a range of either form", () => {
    expect(from("127.0.0.0/8", "::ffff:127.0.0.1")).toBe(true);
    expect(from("::ffff:127.0.0.0/104", "127.0.0.1")).toBe(true);
    expect(from("::ffff:127.0.0.0/104", "128.0.0.1")).toBe(false);
    expect(from("::/0", "::1")).toBe(true);
    expect(from("::1", "0:0:0:0:0:0:0:1")).toBe(true);
    expect(from("0.0.0.0/0", "::1")).toBe(false);
    expect(from("10.0.0.0/8", "unknown")).toBe(false);
  });
});

describe("what AddPermission writes", () => {
  const permission = { label: "a", accounts: [OTHER], actions: ["SendMessage"] };
  const text = grant(undefined, QUEUE, permission);
  const resourcePolicy = parsePolicy(text, "queue");
  const policies = identity(allow());

  test("lets the account do the action, and its batch, and nothing else", () => {
    for (const action of ["sqs:SendMessage", "sqs:SendMessageBatch"]) {
      expect(ask(ALICE, { policies, resourcePolicy, action }).because).toBe("bothPolicies");
      expect(ask(`${OTHER}:root`, { resourcePolicy, action }).allowed).toBe(true);
      expect(ask(ALICE, { resourcePolicy, action }).because).toBe("noIdentityPolicyAllows");
    }
    const receive = { policies, resourcePolicy, action: "sqs:ReceiveMessage" };
    expect(ask(ALICE, receive).because).toBe("noResourcePolicyAllows");
    const third = ask("999999999999:user/eve", { policies, resourcePolicy });
    expect(third.because).toBe("noResourcePolicyAllows");
  });

  test("is of the one queue", () => {
    const resourceArn = `${QUEUE}-2`;
    expect(ask(ALICE, { policies, resourcePolicy, resourceArn }).allowed).toBe(false);
  });

  test("with * gives what can be given", () => {
    const given = grant(text, QUEUE, { ...permission, label: "b", actions: ["*"] });
    const more = { policies, resourcePolicy: parsePolicy(given, "queue") };
    expect(ask(ALICE, { ...more, action: "sqs:PurgeQueue" }).allowed).toBe(true);
    expect(ask(ALICE, { ...more, action: "sqs:DeleteQueue" }).because).toBe("neverAcrossAccounts");
    const left = { policies, resourcePolicy: parsePolicy(revoke(given, "b"), "queue") };
    expect(ask(ALICE, { ...left, action: "sqs:PurgeQueue" }).allowed).toBe(false);
    expect(ask(ALICE, left).allowed).toBe(true);
  });
});

describe("policies by their text", () => {
  const text = JSON.stringify(policy(allow(everybody)));

  test("are read once", () => {
    const parsed = new ParsedPolicies();
    expect(parsed.of(text)).toBe(parsed.of(text));
    expect(parsed.of(undefined)).toBeUndefined();
    expect(parsed.of("")).toBeUndefined();
  });

  test("are not kept without end", () => {
    const parsed = new ParsedPolicies();
    const first = parsed.of(text);
    for (let index = 0; index < 1_000; index++) parsed.of(text + " ".repeat(index + 1));
    expect(parsed.of(text)).not.toBe(first);
    expect(parsed.of(text)).toEqual(expect.objectContaining({ version: "2012-10-17" }));
  });

  test("that are none deny all, until the account's root has mended them", () => {
    const resourcePolicy = new ParsedPolicies().of("{");
    const policies = identity(allow());
    expect(ask(BOB, { policies, resourcePolicy }).because).toBe("deniedByResourcePolicy");
    expect(ask(`${OWN}:root`, { resourcePolicy }).allowed).toBe(false);
    const action = "sqs:SetQueueAttributes";
    expect(ask(`${OWN}:root`, { resourcePolicy, action }).allowed).toBe(true);
    expect(ask("anonymous", { resourcePolicy, caller: anonymous }).allowed).toBe(false);
  });
});
