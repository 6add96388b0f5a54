/** Policies that are none, and what is said of them; and what is taken as it is. */
import { describe, expect, test } from "vitest";
import type { PolicyKind } from "../../engine/policy/document.ts";
import { parsePolicy } from "../../engine/policy/parse.ts";
import { PolicyError } from "../../engine/policy/policyError.ts";
import { allow, policy, type Statement, variable } from "./cases/case.ts";

/** What is wrong with it, and where; undefined where nothing is. */
function mistakeIn(source: unknown, kind: PolicyKind = "queue"): string | undefined {
  try {
    parsePolicy(source, kind);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(PolicyError);
    return (error as PolicyError).message;
  }
}

const queues = (members: Statement) => policy(allow({ Principal: "*", ...members }));
const condition = (Condition: unknown) => queues({ Condition });
const operators = "ForAllValues:StringNotEqualsIgnoreCaseIfExists";

describe("what is wrong is named with its place", () => {
  test.each<[unknown, string]>([
    ["{", "it is not JSON."],
    ["[]", "it is no JSON object."],
    [null, "it is no JSON object."],
    [{ Version: "2012-10-17" }, "Statement is missing."],
    [{ Version: "2012-10-18", Statement: [] }, "Version is 2008-10-17 or 2012-10-17."],
    [{ Statement: [], Id: 1 }, "Id is no text."],
    [
      { Statement: [], statement: [] },
      'it has the unknown member "statement"; did you mean Statement?',
    ],
    [{ Statement: ["a"] }, "Statement[0] is no JSON object."],
    [{ Statement: {} }, 'Statement.Effect is "Allow" or "Deny".'],
    [queues({ Effect: "deny" }), 'Statement[0].Effect is "Allow" or "Deny".'],
    [queues({ Sid: 1 }), "Statement[0].Sid is no text."],
    [queues({ Action: undefined }), "Statement[0] has neither Action nor NotAction."],
    [queues({ NotAction: "*" }), "Statement[0] has both Action and NotAction."],
    [queues({ Action: [] }), "Statement[0].Action is an empty list."],
    [queues({ Action: ["sqs:*", 1] }), "Statement[0].Action[1] is no text."],
    [
      queues({ Action: "SendMessage" }),
      'Statement[0].Action "SendMessage" is no action like "sqs:SendMessage", and not "*".',
    ],
    [queues({ Resource: undefined }), "Statement[0] has neither Resource nor NotResource."],
    [
      queues({ NotResource: ["orders"], Resource: undefined }),
      'Statement[0].NotResource[0] "orders" is no ARN like ' +
        '"arn:aws:sqs:us-east-1:123456789012:orders", and not "*".',
    ],
    [
      queues({ Resource: `arn:aws:sqs:us-east-1:${variable("aws:PrincipalAccount")}:q` }),
      "Statement[0].Resource has a variable before the ARN's fifth colon.",
    ],
    [queues({ Principal: undefined }), "Statement[0] has neither Principal nor NotPrincipal."],
    [queues({ Principal: {} }), "Statement[0].Principal names nobody."],
    [
      queues({ Principal: "bob" }),
      'Statement[0].Principal is "*" or an object like {"AWS": "bob"}.',
    ],
    [
      queues({ Principal: { Aws: "*" } }),
      'Statement[0].Principal has the unknown member "Aws"; did you mean AWS?',
    ],
    [
      queues({ Principal: { AWS: ["11112222333"] } }),
      'Statement[0].Principal.AWS[0] "11112222333" is no principal: that is "*", 12 digits, or the ' +
        "ARN of an account's root, a user, a role or a role's session.",
    ],
    [
      queues({ Principal: { AWS: "arn:aws:iam::111122223333:user/*" } }),
      'Statement[0].Principal.AWS "arn:aws:iam::111122223333:user/*" has a wildcard: "*" stands for ' +
        "everybody, and for no part of a name.",
    ],
    [
      queues({ Principal: { Service: "sns" } }),
      'Statement[0].Principal.Service "sns" is no service like "sns.amazonaws.com".',
    ],
    [condition([]), "Statement[0].Condition is no JSON object."],
    [
      condition({ StringEqual: {} }),
      'Statement[0].Condition has the unknown operator "StringEqual".',
    ],
    [
      condition({ NullIfExists: { a: "true" } }),
      'Statement[0].Condition has the unknown operator "NullIfExists".',
    ],
    [condition({ StringEquals: "a" }), "Statement[0].Condition.StringEquals is no JSON object."],
    [
      condition({ StringEquals: { "aws:a": [] } }),
      "Statement[0].Condition.StringEquals.aws:a is an empty list.",
    ],
    [
      condition({ StringEquals: { "aws:a": ["b", null] } }),
      "Statement[0].Condition.StringEquals.aws:a[1] is no text, number or truth value.",
    ],
    [
      condition({ NumericLessThan: { "aws:a": "ten" } }),
      'Statement[0].Condition.NumericLessThan.aws:a "ten" is not a number.',
    ],
    [
      condition({ NumericLessThan: { "aws:a": "1e2" } }),
      'Statement[0].Condition.NumericLessThan.aws:a "1e2" is not a number.',
    ],
    [
      condition({ DateLessThan: { "aws:a": "2026-02-30" } }),
      'Statement[0].Condition.DateLessThan.aws:a "2026-02-30" is not a date like ' +
        "2026-11-29T08:00:00Z, or seconds since 1970.",
    ],
    [
      condition({ Bool: { "aws:a": "yes" } }),
      'Statement[0].Condition.Bool.aws:a "yes" is not true or false.',
    ],
    [
      condition({ Null: { "aws:a": "absent" } }),
      'Statement[0].Condition.Null.aws:a "absent" is not true or false.',
    ],
    [
      condition({ BinaryEquals: { "aws:a": "*" } }),
      'Statement[0].Condition.BinaryEquals.aws:a "*" is not Base64.',
    ],
    ...[
      "203.0.113.0/33",
      "203.0.113",
      "203.0.113.256",
      "::1/129",
      "1::2::3",
      "12345::",
      "/8",
      "",
    ].map((range): [unknown, string] => [
      condition({ IpAddress: { "aws:a": range } }),
      `Statement[0].Condition.IpAddress.aws:a ${JSON.stringify(range)} is not an IP address or a ` +
        "range like 203.0.113.0/24.",
    ]),
  ])("%j", (source, sentence) => {
    expect(mistakeIn(source)).toBe(sentence);
  });

  test("and the path is a member of the error", () => {
    try {
      parsePolicy(queues({ Action: [1] }), "queue");
    } catch (error) {
      expect((error as PolicyError).path).toBe("Statement[0].Action[0]");
    }
    expect.assertions(1);
  });

  test("a long text is cut in the sentence", () => {
    expect(mistakeIn(queues({ Action: "a".repeat(5_000) }))?.length).toBeLessThan(200);
  });
});

describe("a policy of an identity", () => {
  const own = (members: Statement) => policy(allow(members));

  test.each<[unknown, string]>([
    [
      own({ Principal: "*" }),
      "Statement[0] has a Principal, which a policy of an identity has not.",
    ],
    [
      own({ NotPrincipal: "*" }),
      "Statement[0] has a NotPrincipal, which a policy of an identity has not.",
    ],
    [
      { Id: "a", Statement: [] },
      'it has the unknown member "Id"; there may be Version, Statement.',
    ],
    [own({ Sid: "a b" }), 'Statement[0].Sid "a b" has more than letters and digits.'],
  ])("%j", (source, sentence) => {
    expect(mistakeIn(source, "identity")).toBe(sentence);
  });

  test("needs no principal", () => {
    expect(mistakeIn(own({ Sid: "a1" }), "identity")).toBeUndefined();
  });
});

describe("a policy may have", () => {
  test.each<[string, unknown]>([
    ["its JSON as text", JSON.stringify(queues({}))],
    ["one statement without a list", { Statement: allow({ Principal: "*" }) }],
    ["no statements", { Statement: [] }],
    ["a Sid with more than letters, in a queue's", queues({ Sid: "Queue1_All-x" })],
    [
      "principals of other partitions",
      queues({ Principal: { AWS: "arn:aws-cn:iam::111122223333:root" } }),
    ],
    [
      "principals that never call a broker",
      queues({ Principal: { Federated: "accounts.google.com" } }),
    ],
    ["a service of a region", queues({ Principal: { Service: "logs.us-east-1.amazonaws.com" } })],
    ["a set operator with IfExists", condition({ [operators]: { "aws:TagKeys": "a" } })],
    ["operators in any case", condition({ stringEQUALS: { a: "b" } })],
    [
      "numbers and truth values as values",
      condition({ NumericEquals: { a: 1.5 }, Bool: { b: true } }),
    ],
    [
      "IPv6 ranges",
      condition({ IpAddress: { a: ["::/0", "2001:db8::1", "::ffff:10.0.0.0/104"] } }),
    ],
    ["Base64 without padding", condition({ BinaryEquals: { a: "QQ" } })],
    [
      "a variable behind the fifth colon",
      queues({ Resource: `arn:aws:sqs:*:*:${variable("aws:username")}` }),
    ],
  ])("%s", (_, source) => {
    expect(mistakeIn(source)).toBeUndefined();
  });
});
