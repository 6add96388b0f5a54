/**
 * Actions for callers of two accounts that are told apart: a queue is its account's, whose URL or ARN
 * names it. The contexts are made here, as a server with credentials makes them of requests.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Broker } from "../../../engine/broker/broker.ts";
import { VirtualClock } from "../../../engine/clock.ts";
import { Metrics } from "../../../engine/metrics/metrics.ts";
import { rootOf } from "../../../engine/policy/caller.ts";
import { findCloudWatchAction } from "../../../engine/server/cloudWatch.ts";
import { actionNames, findAction } from "../../../engine/server/router.ts";
import type { Context } from "../../../engine/server/wire/context.ts";
import type { WireAnswer } from "../../support/wire.ts";

/** The broker's own, and two others. */
const OWN = "000000000000";
const A = "111122223333";
const B = "444455556666";

let clock: VirtualClock;
let broker: Broker;
let metrics: Metrics;

beforeAll(async () => {
  clock = new VirtualClock();
  broker = await Broker.open({ memoryBytes: 64 * 1_048_576, clock });
  metrics = new Metrics(broker);
});

afterAll(() => broker.close());

function contextOf(account: string): Context {
  return {
    broker,
    metrics,
    caller: rootOf(account),
    account,
    tellsAccounts: true,
    origin: "http://sqs",
    traceHeader: undefined,
    signal: new AbortController().signal,
    undoUnlessSent() {},
    authorise() {},
    identify() {},
  };
}

type Found = WireAnswer & {
  readonly Metrics?: readonly { readonly Dimensions: readonly { readonly Value: string }[] }[];
  readonly Datapoints?: readonly { readonly Sum: number }[];
  readonly MetricDataResults?: readonly { readonly Values: readonly number[] }[];
};

/** What the action answers a caller of this account. */
async function as(account: string, action: string, input: object = {}): Promise<Found> {
  const found = actionNames.includes(action)
    ? findAction(action, "")
    : findCloudWatchAction(action, "");
  return ((await found.run(contextOf(account), { ...input })) ?? {}) as Found;
}

/** What the action refuses, "none" when it does not. */
async function refusal(account: string, action: string, input: object): Promise<string> {
  try {
    await as(account, action, input);
    return "none";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const create = async (account: string, QueueName: string, Attributes = {}) =>
  (await as(account, "CreateQueue", { QueueName, Attributes })).QueueUrl ?? "";
const arn = (account: string, name: string) => `arn:aws:sqs:us-east-1:${account}:${name}`;
const policyTo = (deadLetterTargetArn: string) => ({
  RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 }),
});
const bodies = async (account: string, QueueUrl: string) => {
  const { Messages = [] } = await as(account, "ReceiveMessage", { QueueUrl });
  return Messages.map(({ Body }) => Body);
};

describe("a queue", () => {
  test("is made for the caller's account, whose number its URL and ARN have", async () => {
    for (const account of [A, B, OWN]) {
      const QueueUrl = await create(account, "made");
      expect(QueueUrl).toBe(`http://sqs/${account}/made`);
      const { Attributes } = await as(account, "GetQueueAttributes", {
        QueueUrl,
        AttributeNames: ["QueueArn"],
      });
      expect(Attributes).toEqual({ QueueArn: arn(account, "made") });
    }
  });

  test("is meant by its URL, whoever asks, and by its name the caller's own", async () => {
    for (const account of [A, B]) {
      const QueueUrl = await create(account, "meant");
      await as(account, "SendMessage", { QueueUrl, MessageBody: account });
    }
    expect(await bodies(A, `http://anywhere/${B}/meant`)).toEqual([B]);
    expect(await bodies(A, "meant")).toEqual([A]);
    const QueueUrl = `http://sqs/${A}/meant`;
    await as(B, "SendMessage", { QueueUrl, MessageBody: "B's" });
    const input = { QueueUrl: "/queue/meant", AttributeNames: ["SenderId"] };
    const { Messages = [] } = await as(A, "ReceiveMessage", input);
    expect(Messages.map(({ Body, Attributes }) => [Body, Attributes?.SenderId])).toEqual([
      ["B's", B],
    ]);
    expect(await bodies(B, "meant")).toEqual([]);
  });

  test("has a URL for who names its owner", async () => {
    await create(A, "named");
    const get = { QueueName: "named", QueueOwnerAWSAccountId: A };
    expect(await as(B, "GetQueueUrl", get)).toEqual({ QueueUrl: `http://sqs/${A}/named` });
    const mine = { QueueName: "named" };
    expect(await as(A, "GetQueueUrl", mine)).toEqual({ QueueUrl: `http://sqs/${A}/named` });
    expect(await refusal(B, "GetQueueUrl", mine)).toBe("QueueDoesNotExist");
    const wrong = { ...mine, QueueOwnerAWSAccountId: B };
    expect(await refusal(A, "GetQueueUrl", wrong)).toBe("QueueDoesNotExist");
  });

  const queueActions = actionNames.filter((name) => "QueueUrl" in findAction(name, "").members);
  const samples = { string: "x", integer: 0, list: ["x"], map: { x: "y" } } as const;
  const inputOf = (action: string, QueueUrl: string) => {
    const needed = Object.entries(findAction(action, "").members)
      .filter(([, { required }]) => required)
      .map(([name, { type }]) => [name, samples[type as keyof typeof samples]]);
    return { ...Object.fromEntries(needed), QueueUrl };
  };

  test.each(queueActions)("of one account alone is there for %s by that account", async (name) => {
    const made = await create(A, "alone");
    await create(OWN, "alone");
    for (const [account, url] of [
      [A, `http://sqs/${B}/alone`],
      [B, `http://sqs/${B}/alone`],
      [B, "alone"],
      [B, "/queue/alone"],
    ] as const) {
      expect(await refusal(account, name, inputOf(name, url))).toBe("QueueDoesNotExist");
    }
    for (const [account, url] of [
      [A, made],
      [B, made],
      [A, "alone"],
    ] as const) {
      await create(A, "alone");
      expect(await refusal(account, name, inputOf(name, url))).not.toBe("QueueDoesNotExist");
    }
    const own = { QueueName: "alone" };
    expect(await refusal(OWN, "GetQueueUrl", own)).toBe("none");
  });
});

describe("a list", () => {
  test("of queues is the caller's, page by page", async () => {
    for (const name of ["p-1", "p-2", "p-3"]) await create(A, name);
    for (const name of ["p-0", "p-2", "p-21"]) await create(B, name);
    const pages = async (account: string) => {
      const found: (readonly string[])[] = [];
      let NextToken: string | undefined;
      do {
        const input = { QueueNamePrefix: "p-", MaxResults: 2, NextToken };
        const page = await as(account, "ListQueues", input);
        found.push(page.QueueUrls ?? []);
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return found;
    };
    const urls = (account: string, names: string[]) =>
      names.map((name) => `http://sqs/${account}/${name}`);
    expect(await pages(A)).toEqual([urls(A, ["p-1", "p-2"]), urls(A, ["p-3"])]);
    expect(await pages(B)).toEqual([urls(B, ["p-0", "p-2"]), urls(B, ["p-21"])]);
    expect(await as("999999999999", "ListQueues")).toEqual({});
  });

  test("of sources has those of the queue's account", async () => {
    for (const account of [A, B]) await create(account, "dead");
    await create(A, "source-a", policyTo(arn(A, "dead")));
    await create(B, "source-b", policyTo(arn(B, "dead")));
    const list = { QueueUrl: `http://sqs/${A}/dead` };
    const queueUrls = [`http://sqs/${A}/source-a`];
    for (const account of [A, B]) {
      expect(await as(account, "ListDeadLetterSourceQueues", list)).toEqual({ queueUrls });
    }
  });
});

describe("an ARN", () => {
  test("of another account is no dead-letter queue, whether there or not", async () => {
    await create(A, "letters");
    const QueueUrl = await create(B, "works");
    for (const name of ["letters", "nobody"]) {
      const Attributes = policyTo(arn(A, name));
      const made = { QueueName: "never", Attributes };
      expect(await refusal(B, "CreateQueue", made)).toBe("InvalidParameterValue");
      const set = { QueueUrl, Attributes };
      expect(await refusal(B, "SetQueueAttributes", set)).toBe("InvalidParameterValue");
      // The queue's account counts, not the caller's.
      expect(await refusal(A, "SetQueueAttributes", set)).toBe("InvalidParameterValue");
    }
  });

  test("is a move task's in its own account", async () => {
    for (const account of [A, B]) {
      const dead = await create(account, "moved-dead");
      await create(account, "moved", policyTo(arn(account, "moved-dead")));
      await as(account, "SendMessage", { QueueUrl: dead, MessageBody: account });
    }
    const SourceArn = arn(B, "moved-dead");
    const across = { SourceArn, DestinationArn: arn(A, "moved") };
    expect(await refusal(B, "StartMessageMoveTask", across)).toBe("ResourceNotFoundException");
    await as(B, "StartMessageMoveTask", { SourceArn, DestinationArn: arn(B, "moved") });
    await clock.advance(1_000);
    const { Results = [] } = await as(B, "ListMessageMoveTasks", { SourceArn });
    expect(Results).toMatchObject([{ SourceArn, DestinationArn: arn(B, "moved") }]);
    expect(await bodies(B, "moved")).toEqual([B]);
    expect(await bodies(A, "moved")).toEqual([]);
    const ofA = { SourceArn: arn(A, "moved-dead") };
    expect(await as(A, "ListMessageMoveTasks", ofA)).toEqual({});
  });
});

describe("CloudWatch", () => {
  test("tells the caller's account of its own queues", async () => {
    for (const account of [A, B]) {
      const QueueUrl = await create(account, "measured");
      metrics.sample();
      const count = account === A ? 1 : 3;
      for (let sent = 0; sent < count; sent++) {
        await as(account, "SendMessage", { QueueUrl, MessageBody: "x" });
      }
    }
    await create(B, "measured-too");
    metrics.sample();
    const Metric = {
      Namespace: "AWS/SQS",
      MetricName: "NumberOfMessagesSent",
      Dimensions: [{ Name: "QueueName", Value: "measured" }],
    };
    const time = { StartTime: clock.nowMs() / 1_000 - 600, EndTime: clock.nowMs() / 1_000 + 600 };
    const sums = async (account: string, more = {}) => {
      const asked = { ...Metric, ...time, Period: 3_600, Statistics: ["Sum"] };
      const { Datapoints = [] } = await as(account, "GetMetricStatistics", asked);
      const MetricStat = { Metric, Period: 3_600, Stat: "Sum" };
      const MetricDataQueries = [{ Id: "q", MetricStat, ...more }];
      const input = { MetricDataQueries, ...time };
      const { MetricDataResults = [] } = await as(account, "GetMetricData", input);
      return [...Datapoints.map(({ Sum }) => Sum), ...(MetricDataResults[0]?.Values ?? [])];
    };
    expect([await sums(A), await sums(B), await sums(OWN)]).toEqual([[1, 1], [3, 3], []]);
    expect(await sums(A, { AccountId: A })).toEqual([1, 1]);
    expect(await sums(A, { AccountId: B })).toEqual([1]);
    const names = async (account: string, more = {}) => {
      const input = { MetricName: "NumberOfMessagesSent", ...more };
      const { Metrics: found = [] } = await as(account, "ListMetrics", input);
      return found.map(({ Dimensions: [first] }) => first?.Value);
    };
    expect(await names(A)).not.toContain("measured-too");
    expect(await names(B)).toEqual(expect.arrayContaining(["measured", "measured-too"]));
    expect(await names(A, { OwningAccount: B })).toEqual([]);
  });
});
