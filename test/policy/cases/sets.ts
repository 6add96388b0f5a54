/** Cases of keys with several values, of absent keys (IfExists, Null), and of policy variables. */
import {
  allow,
  type Case,
  casesOf,
  conditionsOf,
  deny,
  OWN,
  pages,
  policy,
  variable,
} from "./case.ts";

const tags = (...values: string[]) => ({ "aws:TagKeys": values });
const ofPolicy = tags("PostDateTime", "Message", "Tags");
const sets = conditionsOf(
  pages.sets,
  [
    "ForAllValues of values that are all listed",
    true,
    { "ForAllValues:StringEquals": ofPolicy },
    tags("Message", "Tags"),
  ],
  [
    "ForAllValues of one that is not",
    false,
    { "ForAllValues:StringEquals": ofPolicy },
    tags("PostDateTime", "UserName"),
  ],
  ["ForAllValues of no key", true, { "ForAllValues:StringEquals": ofPolicy }, {}],
  ["ForAllValues of an empty list", true, { "ForAllValues:StringEquals": ofPolicy }, tags()],
  ["ForAllValues of an empty text", true, { "ForAllValues:StringEquals": ofPolicy }, tags("")],
  [
    "ForAnyValue of one that is listed",
    true,
    { "ForAnyValue:StringEquals": tags("ID", "PostDateTime") },
    tags("UserName", "Message", "PostDateTime"),
  ],
  [
    "ForAnyValue of none that is",
    false,
    { "ForAnyValue:StringEquals": tags("ID", "PostDateTime") },
    tags("UserName"),
  ],
  ["ForAnyValue of no key", false, { "ForAnyValue:StringEquals": ofPolicy }, {}],
  ["ForAnyValue of an empty list", false, { "ForAnyValue:StringEquals": ofPolicy }, tags()],
  ["ForAnyValue of no key, negated", false, { "ForAnyValue:StringNotEquals": ofPolicy }, {}],
  ["ForAllValues of no key, negated", true, { "ForAllValues:StringNotEquals": ofPolicy }, {}],
  [
    "ForAllValues negated: none may be listed",
    false,
    { "ForAllValues:StringNotEquals": tags("ID") },
    tags("ID", "Message"),
  ],
  [
    "ForAnyValue negated: one that is not listed is enough",
    true,
    { "ForAnyValue:StringNotEquals": tags("ID") },
    tags("ID", "Message"),
  ],
  [
    "ForAnyValue with wildcards",
    true,
    { "ForAnyValue:StringLike": tags("Post*") },
    tags("ID", "PostDateTime"),
  ],
  [
    "ForAllValues with wildcards",
    false,
    { "ForAllValues:StringLike": tags("Post*") },
    tags("ID", "PostDateTime"),
  ],
  ["one value needs none", true, { StringEquals: ofPolicy }, tags("Message")],
  [
    "several values need a set operator",
    false,
    { StringEquals: ofPolicy },
    tags("Message", "Tags"),
  ],
);

const agent = { "aws:UserAgent": "aws-*" };
const denyElsewhere = deny({
  Condition: { StringNotEqualsIfExists: { "aws:PrincipalTag/team": "blue" } },
});
const ifExists = [
  ...conditionsOf(
    pages.ifExists,
    ["a key that is not there", true, { StringLikeIfExists: agent }, {}],
    [
      "a key that is there and fits",
      true,
      { StringLikeIfExists: agent },
      { "aws:UserAgent": "aws-cli" },
    ],
    [
      "a key that is there and does not",
      false,
      { StringLikeIfExists: agent },
      { "aws:UserAgent": "boto3" },
    ],
    [
      "an address that is not there",
      true,
      { IpAddressIfExists: { "aws:SourceIp": "10.0.0.0/8" } },
      {},
    ],
    [
      "a number that is too much",
      false,
      { NumericLessThanIfExists: { "aws:MultiFactorAuthAge": "5" } },
      { "aws:MultiFactorAuthAge": "6" },
    ],
    [
      "ForAllValues of a key that is not there",
      true,
      { "ForAllValues:StringEqualsIfExists": tags("a") },
      {},
    ],
    [
      "ForAnyValue of a key that is not there",
      true,
      { "ForAnyValue:StringEqualsIfExists": tags("a") },
      {},
    ],
    [
      "other conditions must be met all the same",
      false,
      { StringLikeIfExists: agent, Bool: { "aws:SecureTransport": "true" } },
      { "aws:SecureTransport": "false" },
    ],
  ),
  ...casesOf(pages.ifExists, [
    "a denial by a negated operator holds where the tag is missing",
    false,
    { identity: [policy(allow(), denyElsewhere)] },
  ]),
];

const token = (value: string | boolean) => ({ Null: { "aws:TokenIssueTime": value } });
const issued = { "aws:TokenIssueTime": "2026-11-29T08:00:00Z" };
const nulls = conditionsOf(
  pages.null,
  ["the key is to be absent: it is", true, token("true"), {}],
  ["the key is to be absent: it is not", false, token("true"), issued],
  ["the key is to be there: it is", true, token("false"), issued],
  ["the key is to be there: it is not", false, token("false"), {}],
  ["JSON's true", true, token(true), {}],
);

const queue = (name: string) => `arn:aws:sqs:us-east-2:${OWN}:${name}`;
const named = (name: string, text: string, more = {}) => ({
  resource: queue(name),
  identity: [policy(allow({ Resource: queue(text) }))],
  ...more,
});
const team = variable("aws:PrincipalTag/team, 'company-wide'");
const variables = [
  ...casesOf(
    pages.variables,
    [
      "a user has the queues of its name",
      true,
      named("bob-queue", `${variable("aws:username")}-queue`),
    ],
    ["and no other's", false, named("carol-queue", `${variable("aws:username")}-queue`)],
    [
      "a variable's name has no case",
      true,
      named("bob-queue", `${variable("AWS:UserName")}-queue`),
    ],
    [
      "a role's session has no aws:username",
      false,
      {
        ...named("bob-queue", `${variable("aws:username")}-queue`),
        who: `${OWN}:assumed-role/bob/bob`,
      },
    ],
    [
      "a tag that the caller has",
      true,
      named("jobs-yellow", `jobs-${team}`, { context: { "aws:PrincipalTag/team": "yellow" } }),
    ],
    ["the default of one that it has not", true, named("jobs-company-wide", `jobs-${team}`)],
    [
      "the default is for nobody who has the tag",
      false,
      named("jobs-company-wide", `jobs-${team}`, {
        context: { "aws:PrincipalTag/team": "yellow" },
      }),
    ],
    [
      "a resource with a variable of no value is no resource",
      false,
      named("jobs-", `jobs-${variable("aws:PrincipalTag/team")}`),
    ],
    [
      "nor is it one of NotResource",
      true,
      {
        identity: [
          policy(
            allow({ Resource: undefined, NotResource: queue(variable("aws:PrincipalTag/team")) }),
          ),
        ],
      },
    ],
  ),
  ...conditionsOf(
    pages.variables,
    [
      "in StringEquals",
      true,
      { StringEquals: { "aws:ResourceTag/owner": variable("aws:username") } },
      { "aws:ResourceTag/owner": "bob" },
    ],
    [
      "in StringLike",
      true,
      { StringLike: { "aws:UserAgent": `*/${variable("aws:username")}/*` } },
      { "aws:UserAgent": "app/bob/1" },
    ],
    [
      "in ArnLike",
      true,
      { ArnLike: { "aws:SourceArn": `arn:aws:sns:*:*:${variable("aws:username")}-*` } },
      { "aws:SourceArn": `arn:aws:sns:us-east-2:${OWN}:bob-topic` },
    ],
    [
      "one of no value is like nothing",
      false,
      { StringEquals: { "aws:ResourceTag/team": variable("aws:PrincipalTag/team") } },
      { "aws:ResourceTag/team": variable("aws:PrincipalTag/team") },
    ],
    [
      "a negated operator does match one of no value",
      true,
      { StringNotEquals: { "aws:ResourceTag/team": variable("aws:PrincipalTag/team") } },
      { "aws:ResourceTag/team": "blue" },
    ],
    [
      "an asterisk as a variable is an asterisk",
      true,
      { StringLike: { "aws:UserAgent": `a${variable("*")}b*` } },
      { "aws:UserAgent": "a*bc" },
    ],
    [
      "and no wildcard",
      false,
      { StringLike: { "aws:UserAgent": `a${variable("*")}b*` } },
      { "aws:UserAgent": "axbc" },
    ],
    [
      "a question mark as a variable is a question mark",
      false,
      { StringLike: { "aws:UserAgent": `a${variable("?")}` } },
      { "aws:UserAgent": "ab" },
    ],
    [
      "a dollar as a variable is a dollar",
      true,
      { StringEquals: { "aws:UserAgent": `${variable("$")}{aws:username}` } },
      { "aws:UserAgent": variable("aws:username") },
    ],
    [
      "an asterisk as a variable is one of StringEqualsIgnoreCase, too",
      true,
      { StringEqualsIgnoreCase: { "aws:UserAgent": `A${variable("*")}` } },
      { "aws:UserAgent": "a*" },
    ],
    [
      "a key of several values is no variable",
      false,
      { StringEquals: { "aws:UserAgent": variable("aws:TagKeys") } },
      { "aws:UserAgent": "a", ...tags("a", "b") },
    ],
  ),
];

export const multivalued: readonly Case[] = [...sets, ...ifExists, ...nulls, ...variables];
