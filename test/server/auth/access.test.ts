/**
 * Who may do what on a server with credentials: every action asks, in the name that policies have for it,
 * and what a caller may not see looks like what is not there. How policies are weighed is test/policy/.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { cloudWatchActionNames } from "../../../engine/server/cloudWatch.ts";
import { actionNames } from "../../../engine/server/router.ts";
import type { Endpoint } from "../../support/endpoint.ts";
import { formHeaders, formOf } from "../../support/query.ts";
import type { Answer } from "../../support/wire.ts";
import { guardedOnce, other, owner } from "./guarded.ts";

const arnOf = (name: string, account = owner) => `arn:aws:sqs:us-east-1:${account}:${name}`;
const urlOf = (name: string, account = owner) => `http://sqs/${account}/${name}`;
const policy = (...Statement: object[]) => ({ Version: "2012-10-17", Statement });
const allow = (Action: string | string[], Resource = "*", more = {}) => {
  return { Effect: "Allow", Action, Resource, ...more };
};
const when = (Condition: object) => policy(allow("sqs:ListQueueTags", "*", { Condition }));
const user = (name: string, ...policies: object[]) => ({ account: owner, user: name, policies });

/** The guide's policy of step 5. */
const five = [
  "SendMessage",
  "ReceiveMessage",
  "DeleteMessage",
  "GetQueueAttributes",
  "GetQueueUrl",
];
const guides = policy(
  allow(
    five.map((name) => `sqs:${name}`),
    arnOf("my-queue"),
  ),
);

const conditioned: Readonly<Record<string, object>> = {
  here: { IpAddress: { "aws:SourceIp": "127.0.0.0/8" } },
  elsewhere: { IpAddress: { "aws:SourceIp": "203.0.113.0/24" } },
  plainly: { Bool: { "aws:SecureTransport": "false" } },
  safely: { Bool: { "aws:SecureTransport": "true" } },
  soon: { DateLessThan: { "aws:CurrentTime": "2999-01-01T00:00:00Z" } },
  past: { DateLessThan: { "aws:CurrentTime": "2020-01-01T00:00:00Z" } },
  late: { NumericGreaterThan: { "aws:EpochTime": "1700000000" } },
  robot: { StringLike: { "aws:UserAgent": "robot/*" } },
  human: { StringLike: { "aws:UserAgent": "human/*" } },
  teamed: { StringEquals: { "aws:ResourceTag/Team": "shop" } },
  unteamed: { StringEquals: { "aws:ResourceTag/Team": "none" } },
  named: { StringEquals: { "aws:username": "named", "aws:PrincipalAccount": owner } },
  meant: { ArnLike: { "aws:PrincipalArn": `arn:aws:iam::${owner}:user/mea*` } },
  region: { StringEquals: { "aws:RequestedRegion": "us-east-1" } },
};
const met = ["here", "plainly", "soon", "late", "robot", "teamed", "named", "meant", "region"];

const guarded = guardedOnce({
  nothing: user("nothing"),
  alice: user("alice", guides),
  admin: {
    account: owner,
    user: "team/admin",
    policies: [policy(allow(["sqs:*", "cloudwatch:*"]))],
  },
  reader: {
    account: owner,
    role: "reader:session-1",
    policies: [policy(allow("sqs:ReceiveMessage"))],
  },
  bob: { account: other, user: "bob", policies: [policy(allow("sqs:*"))] },
  carol: { account: other, user: "carol" },
  maker: user("maker", policy(allow("sqs:CreateQueue"))),
  tagger: user(
    "tagger",
    policy(
      allow(["sqs:CreateQueue", "sqs:TagQueue", "sqs:UntagQueue"], "*", {
        Condition: {
          "ForAllValues:StringEquals": { "aws:TagKeys": ["Team", "Floor"] },
          StringEqualsIfExists: { "aws:RequestTag/Team": "shop" },
        },
      }),
    ),
  ),
  mover: user("mover", policy(allow("sqs:StartMessageMoveTask"))),
  ...Object.fromEntries(
    Object.entries(conditioned).map(([name, condition]) => [name, user(name, when(condition))]),
  ),
});

/** What each action needs at least, to get as far as being asked who it is for. */
const inputs: Readonly<Record<string, object>> = {
  AddPermission: { Label: "a", AWSAccountIds: [other], Actions: ["SendMessage"] },
  ChangeMessageVisibility: { ReceiptHandle: "a", VisibilityTimeout: 1 },
  ChangeMessageVisibilityBatch: {
    Entries: [{ Id: "a", ReceiptHandle: "a", VisibilityTimeout: 1 }],
  },
  CreateQueue: { QueueName: "new" },
  DeleteMessage: { ReceiptHandle: "a" },
  DeleteMessageBatch: { Entries: [{ Id: "a", ReceiptHandle: "a" }] },
  RemovePermission: { Label: "a" },
  SendMessage: { MessageBody: "a" },
  SendMessageBatch: { Entries: [{ Id: "a", MessageBody: "a" }] },
  SetQueueAttributes: { Attributes: { DelaySeconds: "1" } },
  TagQueue: { Tags: { a: "b" } },
  UntagQueue: { TagKeys: ["a"] },
};

function inputOf(action: string, name: string): object {
  const SourceArn = arnOf(name);
  if (action === "CancelMessageMoveTask") {
    const handle = JSON.stringify({ taskId: "a", sourceArn: SourceArn });
    return { TaskHandle: Buffer.from(handle).toString("base64") };
  }
  if (action.endsWith("MessageMoveTask") || action.endsWith("MessageMoveTasks"))
    return { SourceArn };
  if (action === "GetQueueUrl") return { QueueName: name, QueueOwnerAWSAccountId: owner };
  if (action === "CreateQueue" || action === "ListQueues") return inputs[action] ?? {};
  return { QueueUrl: urlOf(name), ...inputs[action] };
}

interface Refusal {
  readonly status: number;
  readonly code: string | undefined;
  readonly text: string | undefined;
}

function refusalOf({ status, headers, json }: Answer): Refusal {
  const code = String(headers["x-amzn-query-error"] ?? "").split(";")[0];
  const { Message, message } = json as { Message?: string; message?: string };
  return { status, code, text: Message ?? message };
}

async function ask(endpoint: Endpoint, action: string, name = "my-queue"): Promise<Refusal> {
  return refusalOf(await endpoint.call(action, inputOf(action, name)));
}

const queueActions = actionNames.filter((name) => name !== "ListQueues" && name !== "CreateQueue");
const denyAll = policy({ Effect: "Deny", Principal: "*", Action: "*", Resource: "*" });

beforeAll(async () => {
  const { broker } = guarded();
  for (const name of ["my-queue", "locked", "tagged", "shared"]) await broker.createQueue(name);
  const set = async (name: string, Policy: object) =>
    (await broker.getQueue(name)).update({ stored: { Policy: JSON.stringify(Policy) } });
  await set("locked", denyAll);
  await (await broker.getQueue("tagged")).update({ tags: { Team: "shop" } });
  const AWS = `arn:aws:iam::${other}:root`;
  const shared = {
    Principal: { AWS },
    Effect: "Allow",
    Action: "sqs:*",
    Resource: arnOf("shared"),
  };
  await set("shared", policy(shared));
});

describe("every action", () => {
  test.each(actionNames)("asks policies before it looks: %s", async (action) => {
    const single = action.replace(/Batch$/, "").toLowerCase();
    const arn =
      action === "ListQueues" ? "*" : arnOf(action === "CreateQueue" ? "new" : "my-queue");
    const text =
      `User: arn:aws:iam::${owner}:user/nothing is not authorized to perform: sqs:${single} on ` +
      `resource: ${arn} because no identity-based policy allows the sqs:${single} action`;
    const answer = await ask(guarded().as("nothing"), action);
    expect(answer).toEqual({ status: 403, code: "AccessDenied", text });
  });

  test.each(cloudWatchActionNames)("asks policies before it looks: %s", async (action) => {
    const times = { StartTime: "2026-11-22T06:00:00Z", EndTime: "2026-11-22T07:00:00Z" };
    const needed = { ...times, Period: 60, Namespace: "AWS/SQS", MetricName: "a" };
    const lists = "MetricDataQueries.member.1.Id=a&Statistics.member.1=Sum";
    const body = `${formOf(action, needed, "2010-08-01")}&${lists}`;
    for (const [name, isAllowed] of [
      ["nothing", false],
      ["admin", true],
    ] as const) {
      const caller = guarded().as(name, { service: "monitoring" });
      const { status, text } = await caller.send({ headers: formHeaders, body });
      expect(text.includes("<Code>AccessDenied</Code>")).toBe(!isAllowed);
      expect(status === 403).toBe(!isAllowed);
      if (!isAllowed) expect(text).toContain(`cloudwatch:${action.toLowerCase()} on resource: *`);
    }
  });

  test("that is denied has AWS's shape in both protocols", async () => {
    const caller = guarded().as("nothing");
    const json = await caller.call("SendMessage", inputOf("SendMessage", "my-queue"));
    expect(json.headers["x-amzn-query-error"]).toBe("AccessDenied;Sender");
    expect(json.json.__type).toBe("com.amazon.coral.service#AccessDeniedException");
    const xml = await caller.query("SendMessage", inputOf("SendMessage", "my-queue"));
    expect([xml.status, xml.xml.code, xml.xml.type]).toEqual([403, "AccessDenied", "Sender"]);
    expect(xml.text).toContain("<Detail/>");
    expect(xml.xml.message).toBe(refusalOf(json).text);
  });
});

describe("what a caller may not see", () => {
  const hidden = ["nothing", "alice", "carol", "bob", "stranger"];

  test.each(queueActions)("looks like what is not there: %s", async (action) => {
    const { as, nobody } = guarded();
    for (const endpoint of [...hidden.map((name) => as(name)), nobody]) {
      const [there, absent] = [
        await ask(endpoint, action, "locked"),
        await ask(endpoint, action, "absent"),
      ];
      expect(there.status).toBe(403);
      expect({ ...there, text: there.text?.replaceAll("locked", "absent") }).toEqual(absent);
    }
  });

  test("is told to be absent, or denied by its policy, to whom only that keeps out", async () => {
    const admin = guarded().as("admin");
    expect(await ask(admin, "SendMessage", "absent")).toMatchObject({
      code: "AWS.SimpleQueueService.NonExistentQueue",
    });
    const { text } = await ask(admin, "SendMessage", "locked");
    expect(text).toMatch(
      /sqs:sendmessage .*:locked with an explicit deny in a resource-based policy$/,
    );
  });
});

test("the guide's identity policy allows its five actions on its queue, and nothing else", async () => {
  const alice = guarded().as("alice");
  for (const action of queueActions) {
    const { code } = await ask(alice, action);
    expect([action, code === "AccessDenied"]).toEqual([
      action,
      !five.includes(action.replace(/Batch$/, "")),
    ]);
    expect((await ask(alice, action, "tagged")).code).toBe("AccessDenied");
  }
});

describe("another account", () => {
  const grantable = [
    ...["SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility"],
    ...["GetQueueAttributes", "GetQueueUrl", "ListDeadLetterSourceQueues", "PurgeQueue"],
  ];

  test("is let in by both policies, to what may be given across accounts", async () => {
    const { as } = guarded();
    for (const action of queueActions) {
      const may = grantable.includes(action.replace(/Batch$/, ""));
      const { code } = await ask(as("bob"), action, "shared");
      expect([action, code === "AccessDenied"]).toEqual([action, !may]);
      expect((await ask(as("carol"), action, "shared")).code).toBe("AccessDenied");
    }
  });

  test("has queues of its own by the same names, and lists those alone", async () => {
    const stranger = guarded().as("stranger");
    const { QueueUrl } = await stranger.ok("CreateQueue", { QueueName: "my-queue" });
    expect(QueueUrl).toBe(`${stranger.url}/${other}/my-queue`);
    expect((await stranger.ok("ListQueues", {})).QueueUrls).toEqual([QueueUrl]);
    await stranger.ok("DeleteQueue", { QueueUrl });
    expect((await ask(guarded().as("root"), "GetQueueUrl")).status).toBe(200);
  });
});

test("anybody may do what a queue's policy lets everybody do, and nothing else", async () => {
  const { as, nobody } = guarded();
  const root = as("root");
  const QueueUrl = await root.createQueue("public");
  const Action = "sqs:SendMessage";
  const Policy = JSON.stringify(
    policy({ Effect: "Allow", Principal: "*", Action, Resource: arnOf("public") }),
  );
  await root.ok("SetQueueAttributes", { QueueUrl, Attributes: { Policy } });
  expect((await nobody.call("SendMessage", { QueueUrl, MessageBody: "hello" })).status).toBe(200);
  expect((await nobody.query("SendMessage", { QueueUrl, MessageBody: "hello" })).status).toBe(200);
  const { status, text } = await ask(nobody, "ReceiveMessage", "public");
  expect([status, text]).toEqual([403, `Access to the resource ${nobody.url}/ is denied.`]);
  const { Messages } = await root.ok("ReceiveMessage", { QueueUrl, AttributeNames: ["SenderId"] });
  expect(Messages?.[0]?.Attributes?.SenderId).toBe("anonymous");
});

test("a queue that denies everybody is unlocked by its account's root alone", async () => {
  const { as } = guarded();
  const QueueUrl = urlOf("locked");
  const open = { QueueUrl, Attributes: { Policy: "" } };
  for (const name of ["admin", "stranger"]) {
    expect((await as(name).call("SetQueueAttributes", open)).status).toBe(403);
  }
  expect((await ask(as("root"), "SendMessage", "locked")).code).toBe("AccessDenied");
  const { Attributes } = await as("root").ok("GetQueueAttributes", {
    QueueUrl,
    AttributeNames: ["Policy"],
  });
  expect(Attributes?.Policy).toBe(JSON.stringify(denyAll));
  await as("root").ok("SetQueueAttributes", open);
  expect((await ask(as("admin"), "SendMessage", "locked")).status).toBe(200);
  await as("root").ok("SetQueueAttributes", {
    QueueUrl,
    Attributes: { Policy: JSON.stringify(denyAll) },
  });
});

describe("a condition", () => {
  test.each(Object.keys(conditioned))("is met or not: %s", async (name) => {
    const { status } = await guarded()
      .as(name)
      .call("ListQueueTags", { QueueUrl: urlOf("tagged") }, { "User-Agent": "robot/1" });
    expect(status).toBe(met.includes(name) ? 200 : 403);
  });

  test("sees the tags that a request brings, and to bring some is an action of its own", async () => {
    const { as } = guarded();
    const create = async (name: string, tags?: object) => {
      const input = { QueueName: `made-by-${name}`, ...(tags !== undefined && { tags }) };
      return refusalOf(await as(name).call("CreateQueue", input));
    };
    expect(await create("maker")).toMatchObject({ status: 200 });
    expect((await create("maker", { Team: "shop" })).text).toContain("sqs:tagqueue");
    expect(await create("tagger", { Team: "shop" })).toMatchObject({ status: 200 });
    expect(await create("tagger", { Team: "other" })).toMatchObject({ status: 403 });
    expect(await create("tagger", { Colour: "red" })).toMatchObject({ status: 403 });
    const QueueUrl = urlOf("made-by-tagger");
    const tag = async (action: string, more: object) =>
      (await as("tagger").call(action, { QueueUrl, ...more })).status;
    expect(await tag("TagQueue", { Tags: { Floor: "7" } })).toBe(200);
    expect(await tag("TagQueue", { Tags: { Colour: "red" } })).toBe(403);
    expect(await tag("UntagQueue", { TagKeys: ["Floor"] })).toBe(200);
    expect(await tag("UntagQueue", { TagKeys: ["Colour"] })).toBe(403);
  });
});

test("to move messages is also to receive, to delete and to send them", async () => {
  const { text } = await ask(guarded().as("mover"), "StartMessageMoveTask");
  expect(text).toContain("sqs:receivemessage");
});

test.each([
  ["root", owner, `arn:aws:iam::${owner}:root`, /^\d{12}$/],
  ["admin", owner, `arn:aws:iam::${owner}:user/team/admin`, /^AIDA[A-Z2-7]{17}$/],
  [
    "reader",
    owner,
    `arn:aws:sts::${owner}:assumed-role/reader/session-1`,
    /^AROA[A-Z2-7]{17}:session-1$/,
  ],
  ["stranger", other, `arn:aws:iam::${other}:root`, /^\d{12}$/],
])("GetCallerIdentity answers for its caller: %s", async (name, account, arn, id) => {
  const caller = guarded().as(name, { service: "sts" });
  const body = formOf("GetCallerIdentity", {}, "2011-06-15");
  const { text } = await caller.send({ headers: formHeaders, body });
  const [UserId, Account, Arn] = ["UserId", "Account", "Arn"].map((tag) => {
    return new RegExp(`<${tag}>([^<]*)<`).exec(text)?.[1];
  });
  expect([Account, Arn]).toEqual([account, arn]);
  expect(UserId).toMatch(id);
});
