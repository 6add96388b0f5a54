/** The policies that SQS's Developer Guide prints, each asked what its text says of it. */
import type { Asked, Context } from "../asked.ts";
import { ALICE, allow, type Case, casesOf, pages, policy, type Statement } from "./case.ts";

const FIRST = "111122223333";
const SECOND = "444455556666";
const arn = (account: string, name = "queue1") => `arn:aws:sqs:us-east-2:${account}:${name}`;
const all = [policy(allow())];
const user = (account: string) => `${account}:user/username1`;

/** A statement of the guide's, of a queue of `account`, asked by somebody. */
const of = (
  account: string,
  who: string,
  action: string,
  statements: readonly Statement[],
  more: Partial<Asked> = {},
): Partial<Asked> => ({
  who,
  action,
  resource: arn(account),
  identity: who === "anonymous" ? [] : all,
  queue: policy(...statements),
  ...more,
});

const one = (Principal: unknown, Action: unknown, Resource: string, more: Statement = {}) => ({
  ...{ Sid: "1", Effect: "Allow", Principal, Action, Resource },
  ...more,
});

const sendByFirst = [one({ AWS: [FIRST] }, "sqs:SendMessage", arn(SECOND))];
const twoByFirst = [
  one(
    { AWS: [FIRST] },
    ["sqs:SendMessage", "sqs:ReceiveMessage"],
    `arn:aws:sqs:*:${SECOND}:queue1`,
  ),
];
const allByTwo = [one({ AWS: [FIRST, SECOND] }, "sqs:*", arn("123456789012"))];
const byNames = [
  one(
    { AWS: [`arn:aws:iam::${FIRST}:role/role1`, `arn:aws:iam::${FIRST}:user/username1`] },
    "sqs:*",
    arn("123456789012"),
  ),
];
const everywhere = `arn:aws:sqs:*:${FIRST}:queue1`;
const receiveByAll = [one("*", "sqs:ReceiveMessage", everywhere)];
const between = [
  one("*", "sqs:ReceiveMessage", everywhere, {
    Condition: {
      DateGreaterThan: { "aws:CurrentTime": "2009-01-31T12:00Z" },
      DateLessThan: { "aws:CurrentTime": "2009-01-31T15:00Z" },
    },
  }),
];
const inRange = [
  one("*", "sqs:*", everywhere, { Condition: { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } } }),
];
const lists = [
  one("*", "sqs:SendMessage", everywhere, {
    Condition: {
      IpAddress: { "aws:SourceIp": "192.0.2.0/24" },
      NotIpAddress: { "aws:SourceIp": "192.0.2.188/32" },
    },
  }),
  one("*", "sqs:*", everywhere, {
    Effect: "Deny",
    Condition: { IpAddress: { "aws:SourceIp": "12.148.72.0/23" } },
  }),
];
const at = (time: string) => ({ context: { "aws:CurrentTime": time } });
const from = (address: string): { context: Context } => ({ context: { "aws:SourceIp": address } });

const basic = casesOf(
  pages.sqsExamples,
  ["1: the account may send", true, of(SECOND, user(FIRST), "SendMessage", sendByFirst)],
  ["1: and not receive", false, of(SECOND, user(FIRST), "ReceiveMessage", sendByFirst)],
  [
    "1: another account may not",
    false,
    of(SECOND, user("123456789012"), "SendMessage", sendByFirst),
  ],
  ["2: the account may receive", true, of(SECOND, user(FIRST), "ReceiveMessage", twoByFirst)],
  ["2: and not delete", false, of(SECOND, user(FIRST), "DeleteMessage", twoByFirst)],
  [
    "3: both accounts may what can be shared",
    true,
    of("123456789012", ALICE, "PurgeQueue", allByTwo),
  ],
  ["3: and not delete the queue", false, of("123456789012", ALICE, "DeleteQueue", allByTwo)],
  ["4: the user may", true, of("123456789012", user(FIRST), "SendMessage", byNames)],
  [
    "4: the role may",
    true,
    of("123456789012", `${FIRST}:assumed-role/role1/s`, "SendMessage", byNames),
  ],
  [
    "4: another user may not",
    false,
    of("123456789012", `${FIRST}:user/bob`, "SendMessage", byNames),
  ],
  [
    "4: nor may the user set attributes",
    false,
    of("123456789012", user(FIRST), "SetQueueAttributes", byNames),
  ],
  ["5: all may receive", true, of(FIRST, "anonymous", "ReceiveMessage", receiveByAll)],
  ["5: and not send", false, of(FIRST, "anonymous", "SendMessage", receiveByAll)],
  [
    "6: all may receive at two o'clock",
    true,
    of(FIRST, "anonymous", "ReceiveMessage", between, at("2009-01-31T14:00:00Z")),
  ],
  [
    "6: and not at four",
    false,
    of(FIRST, "anonymous", "ReceiveMessage", between, at("2009-01-31T16:00:00Z")),
  ],
  [
    "7: all may from a range",
    true,
    of(FIRST, "anonymous", "SendMessage", inRange, from("192.0.2.9")),
  ],
  [
    "7: and not from elsewhere",
    false,
    of(FIRST, "anonymous", "SendMessage", inRange, from("192.0.3.9")),
  ],
  [
    "8: all may send from a range",
    true,
    of(FIRST, "anonymous", "SendMessage", lists, from("192.0.2.9")),
  ],
  [
    "8: but for one address",
    false,
    of(FIRST, "anonymous", "SendMessage", lists, from("192.0.2.188")),
  ],
  [
    "8: the other range may nothing",
    false,
    of(FIRST, user(FIRST), "SendMessage", lists, from("12.148.73.1")),
  ],
);

const fromEndpoint = [
  one({ AWS: [FIRST] }, ["sqs:SendMessage", "sqs:ReceiveMessage"], arn(FIRST)),
  one("*", ["sqs:SendMessage", "sqs:ReceiveMessage"], arn(FIRST), {
    Effect: "Deny",
    Condition: { StringNotEquals: { "aws:sourceVpce": "vpce-1a2b3c4d" } },
  }),
];
const before = {
  DateLessThan: { "AWS:CurrentTime": "2009-06-30T12:00Z" },
  IpAddress: { "AWS:SourceIp": "203.0.113.0/24" },
};
const fromEc2 = [one({ AWS: [FIRST] }, "sqs:SendMessage", arn(SECOND), { Condition: before })];
const moment = (time: string, address: string) => ({
  context: { "aws:CurrentTime": time, "aws:SourceIp": address },
});
const denyFirst = [one({ AWS: [FIRST] }, "sqs:SendMessage", arn(SECOND), { Effect: "Deny" })];

const custom = casesOf(
  pages.sqsCustomExamples,
  [
    "3: in time and in the range",
    true,
    of(SECOND, user(FIRST), "SendMessage", fromEc2, moment("2009-06-30T11:59:59Z", "203.0.113.9")),
  ],
  [
    "3: too late",
    false,
    of(SECOND, user(FIRST), "SendMessage", fromEc2, moment("2009-06-30T12:00:00Z", "203.0.113.9")),
  ],
  [
    "3: out of the range",
    false,
    of(SECOND, user(FIRST), "SendMessage", fromEc2, moment("2009-06-30T11:00:00Z", "203.0.112.9")),
  ],
  ["4: the account is denied", false, of(SECOND, user(FIRST), "SendMessage", denyFirst)],
  [
    "5: from the endpoint",
    true,
    of(FIRST, user(FIRST), "SendMessage", fromEndpoint, {
      context: { "aws:SourceVpce": "vpce-1a2b3c4d" },
    }),
  ],
  [
    "5: from elsewhere, where the key is absent",
    false,
    of(FIRST, user(FIRST), "SendMessage", fromEndpoint),
  ],
  [
    "5: what the denial does not name",
    true,
    of(FIRST, user(FIRST), "SetQueueAttributes", fromEndpoint),
  ],
);

const prefix = [
  policy(allow({ Action: "sqs:*", Resource: "arn:aws:sqs:*:123456789012:alice_queue_*" })),
];
const named = (name: string): Partial<Asked> => ({
  who: "123456789012:user/alice",
  resource: arn("123456789012", name),
  identity: prefix,
});
const iam = casesOf(
  pages.sqsIamExamples,
  [
    "1: all actions on queues of a prefix",
    true,
    { ...named("alice_queue_1"), action: "CreateQueue" },
  ],
  ["1: and on no others", false, { ...named("bob_queue_1"), action: "CreateQueue" }],
  [
    "3: the size of all queues",
    true,
    {
      action: "GetQueueAttributes",
      identity: [policy(allow({ Action: "sqs:GetQueueAttributes" }))],
    },
  ],
);

export const sqsGuide: readonly Case[] = [...basic, ...custom, ...iam];
