/** Cases of the elements of a statement: whom it means, which actions, which resources, in which version. */
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
  type Statement,
  variable,
} from "./case.ts";

const session = `${OWN}:assumed-role/worker/one`;
const sessionArn = `arn:aws:sts::${OWN}:assumed-role/worker/one`;
const toRole = { AWS: `arn:aws:iam::${OWN}:role/worker` };
const toUser = (name: string) => ({ AWS: `arn:aws:iam::${OWN}:user/${name}` });
const queue = (Principal: unknown) => ({ queue: policy(allow({ Principal })) });
const everything = [policy(allow())];

const principals = casesOf(
  pages.principal,
  ["a user's ARN means the user", true, queue(toUser("bob"))],
  ["and no other one", false, queue(toUser("carol"))],
  ["a user's name counts with its case", false, queue(toUser("Bob"))],
  ["a list means each of it", true, queue({ AWS: [toUser("carol").AWS, toUser("bob").AWS] })],
  [
    "a list means each of it, wherever it stands",
    true,
    queue({ AWS: [toUser("bob").AWS, toUser("carol").AWS] }),
  ],
  ["a role's ARN means its sessions", true, { who: session, ...queue(toRole) }],
  [
    "another role's ARN does not",
    false,
    { who: session, ...queue({ AWS: `arn:aws:iam::${OWN}:role/worker2` }) },
  ],
  ["a session's ARN means that session", true, { who: session, ...queue({ AWS: sessionArn }) }],
  [
    "a session's ARN means no other session",
    false,
    { who: session, ...queue({ AWS: `${sessionArn}2` }) },
  ],
  ["a role is no user of its name", false, { ...queue({ AWS: `arn:aws:iam::${OWN}:role/bob` }) }],
  ['"*" means users of the account, who need nothing else', true, queue("*")],
  ['"*" means nobody in particular', true, { who: "anonymous", ...queue("*") }],
  ['{"AWS": "*"} means nobody in particular', true, { who: "anonymous", ...queue({ AWS: "*" }) }],
  ["a user's ARN does not mean nobody", false, { who: "anonymous", ...queue(toUser("bob")) }],
  [
    "a service's name means the service",
    true,
    { who: "sns.amazonaws.com", ...queue({ Service: "sns.amazonaws.com" }) },
  ],
  [
    "and no other service",
    false,
    { who: "s3.amazonaws.com", ...queue({ Service: "sns.amazonaws.com" }) },
  ],
  [
    "a list of services means each",
    true,
    { who: "s3.amazonaws.com", ...queue({ Service: ["sns.amazonaws.com", "s3.amazonaws.com"] }) },
  ],
  ["a service's name means no user", false, queue({ Service: "sns.amazonaws.com" })],
  [
    "a service of a topic of another account is denied by a condition",
    false,
    {
      who: "sns.amazonaws.com",
      queue: policy(
        allow({
          Principal: { Service: "sns.amazonaws.com" },
          Condition: { StringEquals: { "aws:SourceAccount": OWN } },
        }),
      ),
      context: { "aws:SourceAccount": OTHER },
    },
  ],
);

const accounts = casesOf(
  pages.accountPrincipal,
  [
    "an account's id leaves it to its identity policies: has one",
    true,
    { who: ALICE, identity: everything, ...queue({ AWS: OTHER }) },
  ],
  [
    "an account's root ARN is the same",
    true,
    { who: ALICE, identity: everything, ...queue({ AWS: `arn:aws:iam::${OTHER}:root` }) },
  ],
  [
    "an account's id: a user without an identity policy",
    false,
    { who: ALICE, ...queue({ AWS: OTHER }) },
  ],
  [
    "an account's id, and somebody else behind it",
    true,
    { who: ALICE, identity: everything, ...queue({ AWS: [OTHER, toUser("carol").AWS] }) },
  ],
  ["the queue's own account's id lets none of its users in", false, queue({ AWS: OWN })],
  [
    "an account's id means no other account",
    false,
    { who: ALICE, identity: everything, ...queue({ AWS: "123456789012" }) },
  ],
  [
    "to deny an account's root is to deny all of the account",
    false,
    {
      identity: everything,
      queue: policy(deny({ Principal: { AWS: `arn:aws:iam::${OWN}:root` } })),
    },
  ],
);

const except = (NotPrincipal: unknown, effect: (members: Statement) => Statement = deny) => ({
  identity: everything,
  queue: policy(effect({ NotPrincipal })),
});
const notPrincipals = casesOf(
  pages.notPrincipal,
  [
    "all but Bob are denied: Bob is not",
    true,
    except({ AWS: [`arn:aws:iam::${OWN}:user/bob`, `arn:aws:iam::${OWN}:root`] }),
  ],
  [
    "all but Carol are denied: Bob is",
    false,
    except({ AWS: [`arn:aws:iam::${OWN}:user/carol`, `arn:aws:iam::${OTHER}:root`] }),
  ],
  [
    "all but a session, its role and account are denied: the session is not",
    true,
    { who: session, ...except({ AWS: [sessionArn, toRole.AWS, `arn:aws:iam::${OWN}:root`] }) },
  ],
  [
    "all but an account are denied: its users are not",
    true,
    except({ AWS: `arn:aws:iam::${OWN}:root` }),
  ],
  ["all but another account are denied", false, except({ AWS: `arn:aws:iam::${OTHER}:root` })],
  [
    "all but Carol are allowed: nobody in particular is",
    true,
    { who: "anonymous", ...except({ AWS: `arn:aws:iam::${OWN}:user/carol` }, allow), identity: [] },
  ],
  [
    "all but Bob are allowed: Bob is not",
    false,
    { ...except({ AWS: `arn:aws:iam::${OWN}:user/bob` }, allow), identity: [] },
  ],
);

const identity = (members: Statement) => ({ identity: [policy(allow(members))] });
const actions = casesOf(
  pages.action,
  ["an action's name", true, identity({ Action: "sqs:SendMessage" })],
  ["in another case", true, identity({ Action: "SQS:sendmessage" })],
  ["in a list", true, identity({ Action: ["sqs:ReceiveMessage", "sqs:SendMessage"] })],
  ["all of the service", true, identity({ Action: "sqs:*" })],
  ["all of another service", false, identity({ Action: "s3:*" })],
  ["with a * in it", true, identity({ Action: "sqs:Send*" })],
  ["with a * before and behind", true, identity({ Action: "sqs:*Mess*" })],
  ["with a * that does not fit", false, identity({ Action: "sqs:*Queue*" })],
  ["with a ?", true, identity({ Action: "sqs:SendMessag?" })],
  ["with a ? for no character", false, identity({ Action: "sqs:SendMessage?" })],
  ["a beginning alone", false, identity({ Action: "sqs:Send" })],
);
const notActions = casesOf(
  pages.notAction,
  [
    "all actions but one: another one",
    true,
    identity({ Action: undefined, NotAction: "sqs:DeleteQueue" }),
  ],
  ["all actions but this", false, identity({ Action: undefined, NotAction: "sqs:SendMessage" })],
  [
    "all actions but those of a service",
    false,
    identity({ Action: undefined, NotAction: "sqs:*" }),
  ],
  [
    "all actions but those of other services are denied",
    false,
    { identity: [policy(allow(), deny({ Action: undefined, NotAction: "iam:*" }))] },
  ],
);

const resource = (Resource: string | readonly string[]) => identity({ Resource });
const resources = casesOf(
  pages.resource,
  ["a queue's ARN", true, resource(QUEUE)],
  ["another queue's", false, resource(`${QUEUE}2`)],
  ["a queue's ARN in another case", false, resource(QUEUE.replace("queue1", "Queue1"))],
  ["a * for the region", true, resource(`arn:aws:sqs:*:${OWN}:queue1`)],
  ["a * for the account", true, resource("arn:aws:sqs:us-east-2:*:queue1")],
  ["a * in the name", true, resource(`arn:aws:sqs:us-east-2:${OWN}:que*1`)],
  ["a ? in the name", true, resource(`arn:aws:sqs:us-east-2:${OWN}:queue?`)],
  ["a ? for two characters", false, resource(`arn:aws:sqs:us-east-2:${OWN}:queu?`)],
  ["a * that ends its part goes on behind the colon", true, resource("arn:aws:sqs:*:queue1")],
  ["a * that ends the ARN, too", true, resource("arn:aws:sqs:*")],
  ["a * inside a part does not", false, resource("arn:aws:sqs:*queue1")],
  ["a ? is no colon", false, resource(`arn:aws:sqs:us-east-2:${OWN}?queue1`)],
  ["another region", false, resource(`arn:aws:sqs:us-east-1:${OWN}:queue1`)],
  ["one of a list", true, resource([`${QUEUE}2`, QUEUE])],
);
const notResources = casesOf(
  pages.notResource,
  ["all queues but another", true, identity({ Resource: undefined, NotResource: `${QUEUE}2` })],
  ["all queues but this", false, identity({ Resource: undefined, NotResource: QUEUE })],
  [
    "all queues but those of a name are denied: it has the name",
    true,
    {
      identity: [
        policy(allow(), deny({ Resource: undefined, NotResource: "arn:aws:sqs:*:*:queue*" })),
      ],
    },
  ],
  [
    "all queues but those of a name are denied: it has another",
    false,
    {
      identity: [
        policy(allow(), deny({ Resource: undefined, NotResource: "arn:aws:sqs:*:*:task*" })),
      ],
    },
  ],
);

const named = (name: string) => `arn:aws:sqs:us-east-2:${OWN}:${name}`;
const withVariable = [
  allow({ Resource: `arn:aws:sqs:us-east-2:*:${variable("aws:username")}-queue` }),
];
const versions = casesOf(
  pages.version,
  [
    "the current version has variables",
    true,
    { resource: named("bob-queue"), identity: [policy(...withVariable)] },
  ],
  [
    "nor are its characters written as variables",
    false,
    {
      context: { "aws:UserAgent": "x*" },
      identity: [
        {
          Version: "2008-10-17",
          Statement: [
            allow({ Condition: { StringLike: { "aws:UserAgent": `x${variable("*")}` } } }),
          ],
        },
      ],
    },
  ],
  [
    "the older version has none",
    false,
    {
      resource: named("bob-queue"),
      identity: [{ Version: "2008-10-17", Statement: withVariable }],
    },
  ],
  [
    "no version is the older one",
    false,
    { resource: named("bob-queue"), identity: [{ Statement: withVariable }] },
  ],
);

export const elements: readonly Case[] = [
  ...principals,
  ...accounts,
  ...notPrincipals,
  ...actions,
  ...notActions,
  ...resources,
  ...notResources,
  ...versions,
];
