/**
 * CloudWatch's clients, unchanged, with AWS_ENDPOINT_URL or its like as the only thing that is different:
 * the guide's own snippet in Python, and AWS's SDK for JavaScript. Needs a build.
 */
import { readFileSync } from "node:fs";
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  paginateListMetrics,
} from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { queueMetrics } from "../../engine/metricNames.ts";
import { MIDNIGHT } from "../metrics/measured.ts";
import { type Served, served } from "../metrics/served.ts";
import { serveOnce } from "../support/serve.ts";
import { snippetsOf } from "../support/snippets.ts";
import { requireTool } from "../support/tools.ts";
import { runScript, scriptsFolder } from "./python.ts";

describe.skipIf(!requireTool("boto3"))("boto3", () => {
  const serve = serveOnce();

  test("runs the guide's snippet, and what follows from it", async () => {
    const [printed] = await runScript<Record<string, unknown>>("metrics", serve().url);
    const { names, most, ...result } = { ...printed };
    expect(result).toEqual({
      name: "metrics",
      label: "ApproximateNumberOfMessagesVisible",
      units: ["Count"],
      isMoment: true,
      sent: 3,
      status: "Complete",
      refusals: ["InvalidAction", "InvalidParameterCombination"],
    });
    expect(most).toBeLessThanOrEqual(3);
    expect(names).toHaveLength(9);
    expect(names).toContain("ApproximateAgeOfOldestMessage");
  });
});

describe("docs/METRICS.md", () => {
  const page = readFileSync(new URL("../../docs/METRICS.md", import.meta.url), "utf8");

  test("has the guide's request in its snippet", () => {
    const [snippet] = snippetsOf(page).filter(({ language }) => language === "python");
    const script = readFileSync(`${scriptsFolder}/metrics.py`, "utf8");
    const squeezed = (text: string) => text.replaceAll("'", '"').replace(/[\s,]+/g, "");
    const request = /get_metric_statistics\(.*?\n\)/s.exec(snippet?.text ?? "")?.[0] ?? "";
    expect(request).toContain("orders");
    expect(squeezed(script)).toContain(squeezed(request.replace('"orders"', "queue_name")));
  });

  test("names each metric, with its unit", () => {
    const rows = [...page.matchAll(/^\| (\w+) \| (Count|Seconds|Bytes) \|/gm)];
    const named = rows.map(([, name, unit]) => ({ name, unit }));
    const known = queueMetrics.map(({ name, unit }) => ({ name, unit }));
    const sorted = (metrics: readonly object[]) => metrics.map((one) => JSON.stringify(one)).sort();
    expect(sorted(named)).toEqual(sorted(known));
  });
});

describe("AWS's SDK", () => {
  let server: Served;
  let client: CloudWatchClient;

  beforeAll(async () => {
    server = await served();
    const queue = await server.broker.createQueue("orders");
    for (let message = 0; message < 7; message++) await queue.send("text");
    await server.pass(60);
    client = new CloudWatchClient({
      endpoint: server.endpoint.url,
      region: "us-east-1",
      credentials: { accessKeyId: "any", secretAccessKey: "any" },
    });
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  const Namespace = "AWS/SQS";
  const MetricName = "NumberOfMessagesSent";
  const Dimensions = [{ Name: "QueueName", Value: "orders" }];
  const StartTime = new Date(MIDNIGHT * 60_000);
  const EndTime = new Date(MIDNIGHT * 60_000 + 3_600_000);

  test("gets a minute of known traffic", async () => {
    const times = { StartTime, EndTime, Period: 60 };
    const { Datapoints } = await client.send(
      new GetMetricStatisticsCommand({
        ...{ Namespace, MetricName, Dimensions, ...times },
        Statistics: ["Sum", "SampleCount"],
      }),
    );
    expect(Datapoints).toEqual([{ Timestamp: StartTime, Sum: 7, SampleCount: 1, Unit: "Count" }]);
    const Metric = { Namespace, MetricName, Dimensions };
    const MetricStat = { Metric, Period: 60, Stat: "Sum" };
    const { MetricDataResults } = await client.send(
      new GetMetricDataCommand({
        MetricDataQueries: [{ Id: "sent", MetricStat }],
        ...{ StartTime, EndTime },
      }),
    );
    expect(MetricDataResults).toEqual([
      {
        Id: "sent",
        Label: MetricName,
        Timestamps: [StartTime],
        Values: [7],
        StatusCode: "Complete",
      },
    ]);
  });

  test("lists metrics, and knows a refusal by its name", async () => {
    const names: (string | undefined)[] = [];
    for await (const { Metrics = [] } of paginateListMetrics({ client }, { Dimensions })) {
      names.push(...Metrics.map((metric) => metric.MetricName));
    }
    expect(names).toContain(MetricName);
    await expect(client.send(new DescribeAlarmsCommand({}))).rejects.toMatchObject({
      name: "InvalidAction",
    });
    const wrong = { Namespace, MetricName, StartTime, EndTime, Period: 61 };
    await expect(
      client.send(new GetMetricStatisticsCommand({ ...wrong, Statistics: ["Sum"] })),
    ).rejects.toMatchObject({ name: "InvalidParameterValueException" });
  });
});
