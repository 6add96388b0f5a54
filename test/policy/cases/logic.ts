/** Cases of which policy decides: denials, both sides of an account, other accounts, roots, nobody. */
import {
  ALICE,
  allow,
  type Case,
  casesOf,
  deny,
  OTHER,
  OWN,
  pages,
  policy,
  QUEUE,
} from "./case.ts";

const bob = { AWS: `arn:aws:iam::${OWN}:user/bob` };
const alice = { AWS: `arn:aws:iam::${OTHER}:user/alice` };
const everything = policy(allow());
const toBob = policy(allow({ Principal: bob }));
const toAlice = policy(allow({ Principal: alice }));
const denied = policy(deny({ Principal: "*" }));
const root = `${OWN}:root`;

const inside = casesOf(
  pages.denyAllow,
  ["a user without policies is denied", false, {}],
  ["a user whose policy allows it may", true, { identity: [everything] }],
  ["a user whom the queue's policy allows may", true, { queue: toBob }],
  ["both may allow", true, { identity: [everything], queue: toBob }],
  [
    "a denial in an identity policy wins over its allowance",
    false,
    { identity: [policy(allow(), deny())] },
  ],
  [
    "a denial wins wherever it stands among the statements",
    false,
    { identity: [policy(deny(), allow())] },
  ],
  ["a denial in another identity policy wins", false, { identity: [everything, policy(deny())] }],
  [
    "a denial in an identity policy wins over the queue's allowance",
    false,
    { identity: [policy(deny())], queue: toBob },
  ],
  [
    "a denial in the queue's policy wins over an identity policy",
    false,
    { identity: [everything], queue: denied },
  ],
  [
    "a denial of another action denies nothing here",
    true,
    { identity: [policy(allow(), deny({ Action: "sqs:DeleteQueue" }))] },
  ],
  [
    "a denial whose condition is not met denies nothing",
    true,
    {
      identity: [
        policy(allow(), deny({ Condition: { Bool: { "aws:SecureTransport": "false" } } })),
      ],
      context: { "aws:SecureTransport": "true" },
    },
  ],
  [
    "an allowance of another action allows nothing here",
    false,
    { identity: [policy(allow({ Action: "sqs:ReceiveMessage" }))] },
  ],
  [
    "a role's session has the role's policies",
    true,
    { who: `${OWN}:assumed-role/worker/one`, identity: [everything] },
  ],
  ["the account's root may all", true, { who: root, action: "DeleteQueue" }],
  ["the account's root is denied by the queue's policy, too", false, { who: root, queue: denied }],
);

const either = casesOf(
  pages.account,
  [
    "if one of both allows and the other does not, it is allowed",
    true,
    { identity: [policy(allow({ Action: "sqs:ReceiveMessage" }))], queue: toBob },
  ],
  [
    "and the other way round",
    true,
    {
      identity: [everything],
      queue: policy(allow({ Principal: bob, Action: "sqs:ReceiveMessage" })),
    },
  ],
  [
    "a policy about another queue does not help",
    false,
    { identity: [policy(allow({ Resource: `${QUEUE}-other` }))] },
  ],
  [
    "of Carlos's policies the denial of *log* decides",
    false,
    {
      resource: `arn:aws:sqs:us-east-2:${OWN}:bob-logs`,
      identity: [
        policy(
          allow({ Action: "sqs:*", Resource: "arn:aws:sqs:*:*:bob*" }),
          deny({ Action: "sqs:*", Resource: "arn:aws:sqs:*:*:*log*" }),
        ),
      ],
    },
  ],
);

const across = casesOf(
  pages.cross,
  [
    "another account's user needs both: has both",
    true,
    { who: ALICE, identity: [everything], queue: toAlice },
  ],
  ["has the identity policy alone", false, { who: ALICE, identity: [everything] }],
  ["has the queue's policy alone", false, { who: ALICE, queue: toAlice }],
  [
    "has a queue's policy that allows everybody, and an identity policy",
    true,
    { who: ALICE, identity: [everything], queue: policy(allow({ Principal: "*" })) },
  ],
  [
    "has a queue's policy that allows everybody, and no identity policy",
    false,
    { who: ALICE, queue: policy(allow({ Principal: "*" })) },
  ],
  [
    "has both, and its own policy denies",
    false,
    { who: ALICE, identity: [policy(allow(), deny())], queue: toAlice },
  ],
  [
    "has both, and the queue's policy denies",
    false,
    {
      who: ALICE,
      identity: [everything],
      queue: policy(allow({ Principal: alice }), deny({ Principal: "*" })),
    },
  ],
  [
    "has a queue's policy for its account, and an identity policy",
    true,
    {
      who: ALICE,
      identity: [everything],
      queue: policy(allow({ Principal: { AWS: OTHER } })),
    },
  ],
  [
    "has a queue's policy for a third account",
    false,
    {
      who: ALICE,
      identity: [everything],
      queue: policy(allow({ Principal: { AWS: "999999999999" } })),
    },
  ],
  [
    "has an identity policy for another action than the queue's",
    false,
    {
      who: ALICE,
      identity: [policy(allow({ Action: "sqs:ReceiveMessage" }))],
      queue: policy(allow({ Principal: alice, Action: "sqs:SendMessage" })),
    },
  ],
  [
    "a role's session of another account needs both: has both",
    true,
    {
      who: `${OTHER}:assumed-role/worker/one`,
      identity: [everything],
      queue: policy(allow({ Principal: { AWS: `arn:aws:iam::${OTHER}:role/worker` } })),
    },
  ],
  [
    "another account's root needs the queue's policy alone: its own account allows it all",
    true,
    { who: `${OTHER}:root`, queue: policy(allow({ Principal: { AWS: OTHER } })) },
  ],
  ["another account's root without a queue's policy is denied", false, { who: `${OTHER}:root` }],
);

const never = [
  "AddPermission",
  "CancelMessageMoveTask",
  "CreateQueue",
  "DeleteQueue",
  "ListMessageMoveTasks",
  "ListQueues",
  "ListQueueTags",
  "RemovePermission",
  "SetQueueAttributes",
  "StartMessageMoveTask",
  "TagQueue",
  "UntagQueue",
];
const given = [
  "SendMessage",
  "ReceiveMessage",
  "DeleteMessage",
  "ChangeMessageVisibility",
  "GetQueueAttributes",
  "GetQueueUrl",
  "ListDeadLetterSourceQueues",
  "PurgeQueue",
];
const asAlice = { who: ALICE, identity: [everything], queue: policy(allow({ Principal: "*" })) };
const limits = casesOf(
  pages.limitations,
  ...never.map((action) => {
    // The one that is about no queue.
    const resource = action === "ListQueues" ? "*" : QUEUE;
    const asked = { ...asAlice, action, resource, resourceAccount: OWN };
    return [`${action} is never for other accounts`, false, asked] as const;
  }),
  ...given.map(
    (action) => [`${action} may be for other accounts`, true, { ...asAlice, action }] as const,
  ),
  [
    "a user of the queue's account may be given SetQueueAttributes by the queue's policy",
    true,
    { action: "SetQueueAttributes", queue: toBob },
  ],
  [
    "nobody in particular never may DeleteQueue",
    false,
    { who: "anonymous", action: "DeleteQueue", queue: policy(allow({ Principal: "*" })) },
  ],
);

const unlock = casesOf(
  pages.unlock,
  ...["SetQueueAttributes", "GetQueueAttributes", "RemovePermission", "AddPermission"].map(
    (action) =>
      [
        `the account's root may ${action} where the queue's policy denies all`,
        true,
        { who: root, action, queue: denied },
      ] as const,
  ),
  [
    "a user of the account may not, whatever its policies",
    false,
    { action: "SetQueueAttributes", identity: [everything], queue: denied },
  ],
  [
    "another account's root may not",
    false,
    { who: `${OTHER}:root`, action: "SetQueueAttributes", queue: denied },
  ],
  [
    "the account's root may not send past such a policy",
    false,
    { who: root, action: "SendMessage", queue: denied },
  ],
);

const batches = casesOf(
  pages.apiPermissions,
  ...["SendMessage", "DeleteMessage", "ChangeMessageVisibility"].map(
    (action) =>
      [
        `${action}Batch needs ${action}`,
        true,
        { action: `${action}Batch`, identity: [policy(allow({ Action: `sqs:${action}` }))] },
      ] as const,
  ),
  [
    "SendMessageBatch needs more than ReceiveMessage",
    false,
    {
      action: "SendMessageBatch",
      identity: [policy(allow({ Action: "sqs:ReceiveMessage" }))],
    },
  ],
  [
    "ListQueues is about no queue: a queue's ARN does not allow it",
    false,
    {
      action: "ListQueues",
      resource: "*",
      resourceAccount: OWN,
      identity: [policy(allow({ Resource: QUEUE }))],
    },
  ],
  [
    "ListQueues is allowed on *",
    true,
    {
      action: "ListQueues",
      resource: "*",
      resourceAccount: OWN,
      identity: [policy(allow({ Action: "sqs:ListQueues" }))],
    },
  ],
  [
    "CloudWatch's actions are allowed on *",
    true,
    {
      action: "cloudwatch:GetMetricData",
      resource: "*",
      resourceAccount: OWN,
      identity: [policy(allow({ Action: "cloudwatch:Get*" }))],
    },
  ],
  [
    "sqs:* allows nothing of CloudWatch",
    false,
    {
      action: "cloudwatch:GetMetricData",
      resource: "*",
      resourceAccount: OWN,
      identity: [policy(allow({ Action: "sqs:*" }))],
    },
  ],
);

const sqsLogic = casesOf(
  pages.sqsLogic,
  [
    "all requests to use a queue that come from anyone but its account are denied",
    false,
    { who: "anonymous" },
  ],
  [
    "an allow overrides any default deny",
    true,
    { who: "anonymous", queue: policy(allow({ Principal: "*" })) },
  ],
  [
    "an explicit deny overrides any allow",
    false,
    {
      who: "anonymous",
      queue: policy(allow({ Principal: "*" }), deny({ Principal: "*" })),
    },
  ],
);

export const logic: readonly Case[] = [
  ...inside,
  ...either,
  ...across,
  ...limits,
  ...unlock,
  ...batches,
  ...sqsLogic,
];
