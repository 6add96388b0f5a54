/**
 * Random questions of policies: a caller, an action, a queue, policies of one to three statements and
 * what the request tells, from pools so small that much of it fits.
 */
import type { Seeded } from "../support/seeded.ts";
import type { Asked, Context } from "./asked.ts";
import { OTHER, OWN, type Statement, variable } from "./cases/case.ts";

const queueArn = (name: string) => `arn:aws:sqs:us-east-2:${OWN}:${name}`;
const session = (account: string) => `arn:aws:sts::${account}:assumed-role/worker/one`;

const callers = [
  `${OWN}:user/bob`,
  `${OWN}:user/bob`,
  `${OWN}:user/carol`,
  `${OTHER}:user/bob`,
  `${OTHER}:user/alice`,
  `${OWN}:assumed-role/worker/one`,
  `${OTHER}:assumed-role/worker/one`,
  `${OWN}:root`,
  `${OTHER}:root`,
  "anonymous",
  "sns.amazonaws.com",
];
const withPolicies = /:(user|assumed-role)\//;

const actions = [
  "SendMessage",
  "ReceiveMessage",
  "DeleteMessage",
  "GetQueueAttributes",
  "PurgeQueue",
  "SetQueueAttributes",
  "DeleteQueue",
];
const actionPatterns = [
  "sqs:*",
  "*",
  "SQS:sendmessage",
  "sqs:*Message",
  "sqs:Get*",
  "sqs:?e*Queue*",
  "sqs:DeleteMessage",
  "sqs:ReceiveMessage",
  "s3:*",
];
const names = ["orders", "orders-dead", "bob"];
const resourcePatterns = [
  "*",
  queueArn("*"),
  queueArn("orders"),
  queueArn("orders*"),
  queueArn("orders-d??d"),
  queueArn("bob"),
  `arn:aws:sqs:*:${OWN}:orders`,
  `arn:aws:sqs:us-east-2:*:*dead`,
  `arn:aws:sqs:us-west-?:${OWN}:*`,
  "arn:aws:sqs:*",
  "arn:aws:sqs:us-east-2:*orders",
  queueArn(variable("aws:username")),
];
const principals: readonly unknown[] = [
  "*",
  { AWS: "*" },
  { AWS: OWN },
  { AWS: `arn:aws:iam::${OWN}:root` },
  { AWS: OTHER },
  { AWS: `arn:aws:iam::${OWN}:user/bob` },
  { AWS: `arn:aws:iam::${OTHER}:user/alice` },
  { AWS: [`arn:aws:iam::${OWN}:role/worker`, `arn:aws:iam::${OTHER}:user/bob`] },
  { AWS: session(OWN) },
  { AWS: session(OTHER), Service: "sns.amazonaws.com" },
  { Service: ["s3.amazonaws.com", "sns.amazonaws.com"] },
];

/** Some of a list, one at least. */
function some<T>(random: Seeded, items: readonly T[], most = 3): T | T[] {
  const count = random.between(1, most);
  if (count === 1) return random.pick(items);
  return Array.from({ length: count }, () => random.pick(items));
}

interface Key {
  readonly name: string;
  readonly operators: readonly string[];
  /** What policies say, and what requests have. */
  readonly said: readonly (string | boolean)[];
  readonly had: readonly (string | readonly string[])[];
  readonly sets?: boolean;
}

const strings = [
  "StringEquals",
  "StringNotEquals",
  "StringEqualsIgnoreCase",
  "StringNotEqualsIgnoreCase",
  "StringLike",
  "StringNotLike",
];
const orders = [
  "Equals",
  "NotEquals",
  "LessThan",
  "LessThanEquals",
  "GreaterThan",
  "GreaterThanEquals",
];
const arns = ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"];

const keys: readonly Key[] = [
  {
    name: "aws:UserAgent",
    operators: strings,
    said: ["aws-cli/2", "AWS-CLI/2", "aws-*", "*", "boto?", "*li*2", variable("aws:username")],
    had: ["aws-cli/2", "boto3", "bob", "aws-", ""],
  },
  {
    name: "aws:PrincipalTag/team",
    operators: strings,
    said: ["blue", "Blue", "b*", "??ue", `x${variable("*")}`, variable("aws:UserAgent")],
    had: ["blue", "BLUE", "x*", "xy"],
  },
  {
    name: "aws:TagKeys",
    operators: strings,
    said: ["team", "Team", "t*", "cost", "????"],
    had: [["team"], ["team", "cost"], ["Team", "owner"], [], ["cost", "cost"]],
    sets: true,
  },
  {
    name: "aws:MultiFactorAuthAge",
    operators: orders.map((order) => `Numeric${order}`),
    said: ["10", "3600", "9.5", "-1", "100"],
    had: ["10", "0", "9.50", "100", "4000"],
  },
  {
    name: "aws:CurrentTime",
    operators: orders.map((order) => `Date${order}`),
    said: [
      "2026-11-29T12:00:00Z",
      "2026-11-29T13:00:00+01:00",
      "2026-11-29",
      "2027-01-01T00:00Z",
      "2026-11-29T12:00:00.500Z",
    ],
    had: ["2026-11-29T12:00:00Z", "2026-11-29T00:00:00Z", "2028-02-29T23:59:59Z"],
  },
  {
    name: "aws:SecureTransport",
    operators: ["Bool"],
    said: ["true", "false", true, false],
    had: ["true", "false"],
  },
  {
    name: "aws:SourceIp",
    operators: ["IpAddress", "NotIpAddress"],
    said: [
      "203.0.113.0/24",
      "203.0.113.7",
      "203.0.112.0/23",
      "2001:db8::/32",
      "0.0.0.0/0",
      "2001:db8:0:1::5",
    ],
    had: ["203.0.113.7", "203.0.112.9", "198.51.100.1", "2001:db8:0:1::5", "2001:db9::1"],
  },
  {
    name: "aws:SourceArn",
    operators: [...arns, "StringLike", "StringNotLike"],
    said: [
      `arn:aws:sns:us-east-2:${OWN}:news`,
      "arn:aws:sns:*:*:news",
      "arn:aws:sns:us-*-2:*:n?ws",
      `arn:aws:s*:*:${OTHER}:*`,
      `arn:aws:sns:*:*:${variable("aws:username")}-*`,
    ],
    had: [
      `arn:aws:sns:us-east-2:${OWN}:news`,
      `arn:aws:sns:us-west-2:${OTHER}:news:more`,
      `arn:aws:s3:::${OTHER}:x`,
      `arn:aws:sns:us-east-2:${OWN}:bob-news`,
    ],
  },
  {
    name: "aws:SourceAccount",
    operators: strings,
    said: [OWN, OTHER, "1111*"],
    had: [OWN, OTHER],
  },
];

function drawOperator(random: Seeded, key: Key): { name: string; isNull: boolean } {
  if (random.chance(0.07)) return { name: "Null", isNull: true };
  const set = key.sets && random.chance(0.8) ? random.pick(["ForAllValues:", "ForAnyValue:"]) : "";
  const suffix = random.chance(0.2) ? "IfExists" : "";
  return { name: `${set}${random.pick(key.operators)}${suffix}`, isNull: false };
}

function drawConditions(random: Seeded): Record<string, Record<string, unknown>> {
  const block: Record<string, Record<string, unknown>> = {};
  const count = random.pick([0, 0, 1, 1, 2, 3]);
  for (let index = 0; index < count; index++) {
    const key = random.pick(keys);
    const { name, isNull } = drawOperator(random, key);
    const keyName = random.chance(0.2) ? key.name.toUpperCase() : key.name;
    const values = isNull ? random.pick(["true", "false"]) : some(random, key.said);
    block[name] = { ...block[name], [keyName]: values };
  }
  return block;
}

const not = (random: Seeded, name: string) => (random.chance(0.15) ? `Not${name}` : name);

function drawStatement(random: Seeded, isQueues: boolean): Statement {
  const Condition = drawConditions(random);
  return {
    ...(random.chance(0.3) && { Sid: "one" }),
    Effect: random.chance(0.25) ? "Deny" : "Allow",
    ...(isQueues && { [not(random, "Principal")]: random.pick(principals) }),
    [not(random, "Action")]: some(random, actionPatterns),
    [not(random, "Resource")]: some(random, resourcePatterns),
    ...(Object.keys(Condition).length > 0 && { Condition }),
  };
}

function drawPolicy(random: Seeded, isQueues: boolean): object {
  const statements = Array.from({ length: random.between(1, 3) }, () =>
    drawStatement(random, isQueues),
  );
  return {
    Version: random.chance(0.15) ? "2008-10-17" : "2012-10-17",
    Statement: statements.length === 1 && random.chance(0.5) ? statements[0] : statements,
  };
}

function drawContext(random: Seeded): Context {
  const had = keys.filter(() => random.chance(0.7));
  return Object.fromEntries(had.map((key) => [key.name, random.pick(key.had)]));
}

export function drawAsked(random: Seeded): Asked {
  const who = random.pick(callers);
  const identities = withPolicies.test(who) ? random.between(0, 2) : 0;
  return {
    who,
    action: random.pick(actions),
    resource: queueArn(random.pick(names)),
    identity: Array.from({ length: identities }, () => drawPolicy(random, false)),
    ...(random.chance(0.7) && { queue: drawPolicy(random, true) }),
    context: drawContext(random),
  };
}
