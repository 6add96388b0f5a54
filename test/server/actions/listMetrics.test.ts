/** ListMetrics, of CloudWatch: wire form in three protocols, filters, pages; and what CloudWatch lacks. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ask, askJson, protocols, type Served, served } from "../../metrics/served.ts";

let server: Served;

beforeAll(async () => {
  server = await served();
  await server.broker.createQueue("old");
  await server.skip(60);
  await server.broker.deleteQueue("old");
  await server.skip(4 * 3_600);
  for (let queue = 0; queue < 60; queue++) {
    await server.broker.createQueue(`queue-${String(queue).padStart(2, "0")}`);
  }
  await server.broker.createQueue("queue.fifo", { fifoQueue: true });
  await server.skip(60);
});

afterAll(() => server.stop());

interface Listed {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
}

async function ask(input: object, by: Ask = askJson) {
  const { status, code, result } = await by(server.endpoint, "ListMetrics", input);
  const Metrics = (result.Metrics ?? []) as Listed[];
  return { status, code, result, Metrics };
}

const ofQueue = (Value?: string) => [{ Name: "QueueName", ...(Value !== undefined && { Value }) }];

describe.each(protocols)("in %s", (_, by) => {
  test("names the metrics of a queue", async () => {
    const { status, result, Metrics } = await ask({ Dimensions: ofQueue("queue-00") }, by);
    expect([status, result.NextToken]).toEqual([200, undefined]);
    expect(Metrics).toHaveLength(9);
    expect(Metrics[0]).toEqual({
      Namespace: "AWS/SQS",
      MetricName: "ApproximateAgeOfOldestMessage",
      Dimensions: [{ Name: "QueueName", Value: "queue-00" }],
    });
    const fifo = await ask({ Dimensions: ofQueue("queue.fifo") }, by);
    expect(fifo.Metrics).toHaveLength(11);
  });

  test("gives pages of 500, each metric once", async () => {
    const names: string[] = [];
    const lengths: number[] = [];
    let NextToken: string | undefined;
    do {
      const { Metrics, result } = await ask({ Namespace: "AWS/SQS", NextToken }, by);
      lengths.push(Metrics.length);
      names.push(...Metrics.map((one) => `${one.Dimensions[0]?.Value} ${one.MetricName}`));
      NextToken = result.NextToken as string | undefined;
    } while (NextToken !== undefined);
    expect(lengths).toEqual([500, 61 * 9 + 11 - 500]);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual([...names].sort());
  });

  test("filters", async () => {
    const count = async (input: object) => (await ask(input, by)).Metrics.length;
    expect(await count({ MetricName: "NumberOfMessagesSent" })).toBe(62);
    expect(await count({ MetricName: "NumberOfMessagesSent", RecentlyActive: "PT3H" })).toBe(61);
    expect(await count({ MetricName: "SentMessageSize", Dimensions: ofQueue("old") })).toBe(1);
    expect(await count({ MetricName: "SentMessageSize", Dimensions: ofQueue() })).toBe(62);
    expect(await count({ Namespace: "AWS/EC2" })).toBe(0);
    expect(await count({ Dimensions: [{ Name: "InstanceId" }] })).toBe(0);
    expect(await count({ Dimensions: ofQueue("nobody") })).toBe(0);
    expect(await count({ MetricName: "SentMessageSize", OwningAccount: "111111111111" })).toBe(62);
  });

  test("names whose they are, when asked", async () => {
    const input = { Dimensions: ofQueue("queue-00"), IncludeLinkedAccounts: true };
    const { result } = await ask(input, by);
    expect(result.OwningAccounts).toEqual(new Array(9).fill("000000000000"));
  });

  test.each([
    ["RecentlyActive", { RecentlyActive: "PT1H" }, "InvalidParameterValue"],
    ["Dimensions.member.1.Name", { Dimensions: [{ Value: "q" }] }, "MissingParameter"],
    [
      "Dimensions",
      { Dimensions: new Array(11).fill({ Name: "QueueName" }) },
      "InvalidParameterValue",
    ],
    ["token", { NextToken: "nothing" }, "InvalidNextToken"],
  ])("names %s in refusing %j", async (name, input, code) => {
    const answer = await ask(input, by);
    expect([answer.status, answer.code]).toEqual([400, code]);
    expect(answer.result.message).toContain(name);
  });

  test.each(["PutMetricAlarm", "DescribeAlarms", "PutMetricData", "Sing"])(
    "has no %s, and says what there is",
    async (action) => {
      const { status, code, result } = await by(server.endpoint, action, {});
      expect([status, code]).toEqual([400, "InvalidAction"]);
      expect(result.message).toBe(
        `"${action}" is not here. Of CloudWatch there are GetMetricData, GetMetricStatistics, ` +
          "ListMetrics, for the metrics of queues; there are no alarms, no dashboards and no metrics of others.",
      );
    },
  );
});

test("SQS has none of its actions, and it has none of SQS's", async () => {
  const answer = await server.endpoint.call("ListMetrics", {});
  expect([answer.status, answer.headers["x-amzn-query-error"]]).toEqual([
    400,
    "InvalidAction;Sender",
  ]);
  const other = await askJson(server.endpoint, "ListQueues", {});
  expect([other.status, other.code]).toEqual([400, "InvalidAction"]);
});
