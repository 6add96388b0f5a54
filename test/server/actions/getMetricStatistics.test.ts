/** GetMetricStatistics, of CloudWatch: wire form in three protocols, validation, behaviour. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MIDNIGHT } from "../../metrics/measured.ts";
import {
  type Ask,
  askJson,
  postCbor,
  protocols,
  queryForm,
  type Served,
  served,
} from "../../metrics/served.ts";
import { formHeaders } from "../../support/query.ts";

const START = MIDNIGHT * 60;
const DAY = 86_400;
const all = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"];
let server: Served;

/** A minute of known traffic, and then two in which nothing happens. */
beforeAll(async () => {
  server = await served();
  const queue = await server.broker.createQueue("q1");
  await server.pass(30);
  for (let message = 0; message < 12; message++) await queue.send("x".repeat(message + 1));
  await queue.receive({ maxNumberOfMessages: 5 });
  await server.pass(30);
  await queue.purge();
  await server.pass(120);
});

afterAll(() => server.stop());

/** A request for a minute of known traffic, with something else in its place. */
function request(changes: object = {}): object {
  return {
    Namespace: "AWS/SQS",
    MetricName: "NumberOfMessagesSent",
    Dimensions: [{ Name: "QueueName", Value: "q1" }],
    StartTime: START,
    EndTime: START + DAY,
    Period: 60,
    Statistics: ["Sum"],
    ...changes,
  };
}

const ask = (changes: object = {}, by: Ask = askJson) =>
  by(server.endpoint, "GetMetricStatistics", request(changes));

describe.each(protocols)("in %s", (_, by) => {
  test("answers the minutes that there are, the one that runs included", async () => {
    const { status, result } = await ask({}, by);
    expect(status).toBe(200);
    expect(result).toEqual({
      Label: "NumberOfMessagesSent",
      Datapoints: [
        { Timestamp: START, Sum: 12, Unit: "Count" },
        { Timestamp: START + 60, Sum: 0, Unit: "Count" },
        { Timestamp: START + 120, Sum: 0, Unit: "Count" },
      ],
    });
  });

  test("answers all statistics", async () => {
    const one = { EndTime: START + 60, Statistics: all };
    const point = { Timestamp: START, Unit: "Count" };
    // 29 looks while five are in flight, and one when they have come back.
    const visible = await ask({ ...one, MetricName: "ApproximateNumberOfMessagesVisible" }, by);
    expect(visible.result.Datapoints).toEqual([
      { ...point, SampleCount: 60, Average: 215 / 60, Sum: 215, Minimum: 0, Maximum: 12 },
    ]);
    const sizes = await ask({ ...one, MetricName: "SentMessageSize" }, by);
    expect(sizes.result.Datapoints).toEqual([
      { ...point, Unit: "Bytes", SampleCount: 12, Average: 6.5, Sum: 78, Minimum: 1, Maximum: 12 },
    ]);
  });

  test("has nothing of what no queue has", async () => {
    for (const changes of [
      { Namespace: "AWS/EC2" },
      { MetricName: "CPUUtilization" },
      { Dimensions: [] },
      { Dimensions: [{ Name: "QueueName", Value: "nobody" }] },
      { Dimensions: [{ Name: "Queue", Value: "q1" }] },
      { Dimensions: ["q1", "q2"].map((Value) => ({ Name: "QueueName", Value })) },
      { Unit: "Bytes" },
      { StartTime: START - DAY, EndTime: START },
      { StartTime: START + DAY, EndTime: START + 2 * DAY },
    ]) {
      const { status, result } = await ask(changes, by);
      expect([changes, status, result.Datapoints]).toEqual([changes, 200, []]);
    }
  });

  test.each([
    ["Namespace", { Namespace: undefined }, "MissingParameter"],
    ["StartTime", { StartTime: undefined }, "MissingParameter"],
    ["Period", { Period: undefined }, "MissingParameter"],
    ["Dimensions.member.1.Value", { Dimensions: [{ Name: "QueueName" }] }, "MissingParameter"],
    ["Period", { Period: 90 }, "InvalidParameterValue"],
    ["Period", { Period: 0 }, "InvalidParameterValue"],
    ["Period", { Period: 10 }, "InvalidParameterValue"],
    ["StartTime", { StartTime: START, EndTime: START }, "InvalidParameterValue"],
    ["StartTime", { StartTime: -1 }, "InvalidParameterValue"],
    ["Statistics.member.2", { Statistics: ["Sum", "p99"] }, "InvalidParameterValue"],
    ["ExtendedStatistics", { Statistics: [] }, "InvalidParameterCombination"],
    ["ExtendedStatistics", { ExtendedStatistics: ["p99"] }, "InvalidParameterCombination"],
    [
      "ExtendedStatistics.member.1",
      { Statistics: undefined, ExtendedStatistics: ["p99"] },
      "InvalidParameterValue",
    ],
    ["Unit", { Unit: "Messages" }, "InvalidParameterValue"],
    ["1441", { EndTime: START + DAY + 1 }, "InvalidParameterCombination"],
  ])("names %s in refusing %j", async (name, changes, code) => {
    const { status, code: answered, result } = await ask(changes, by);
    expect([status, answered]).toEqual([400, code]);
    expect(result.message).toContain(name);
  });
});

test("puts minutes together from where the time begins, rounded down to a minute", async () => {
  const { result } = await ask({ StartTime: START + 59.5, Period: 120, Statistics: all });
  expect(result.Datapoints).toEqual([
    {
      Timestamp: START,
      SampleCount: 2,
      Average: 6,
      Sum: 12,
      Minimum: 0,
      Maximum: 12,
      Unit: "Count",
    },
    {
      Timestamp: START + 120,
      SampleCount: 1,
      Average: 0,
      Sum: 0,
      Minimum: 0,
      Maximum: 0,
      Unit: "Count",
    },
  ]);
  const later = await ask({ StartTime: START + 60, Period: 120 });
  expect(later.result.Datapoints).toEqual([{ Timestamp: START + 60, Sum: 0, Unit: "Count" }]);
});

test("is told by centuries as fast as by days", async () => {
  const wide = { StartTime: 0, EndTime: 4e9, Period: 9_999_960 };
  const { result } = await ask(wide);
  expect(result.Datapoints).toMatchObject([{ Sum: 12 }]);
});

describe("the contract's own bytes", () => {
  const requestBytes =
    "a6694e616d657370616365674157532f5351536a4d65747269634e616d65744e756d6265724f664d65737361676573" +
    "53656e7469537461727454696d65c11a6955b90067456e6454696d65c11a69570a8066506572696f64183c6a53746174" +
    "697374696373816353756d";
  const answerBytes =
    "a2654c6162656c744e756d6265724f664d6573736167657353656e746a44617461706f696e747381a36954696d657374" +
    "616d70c1fb41da556e400000006353756dfb402800000000000064556e697465436f756e74";
  const path = "/service/GraniteServiceVersion20100801/operation/GetMetricStatistics";

  test("of CBOR are read, and written", async () => {
    const { url } = server.endpoint;
    const plain = await postCbor(url, path, Buffer.from(requestBytes, "hex"));
    expect([plain.status, plain.headers["smithy-protocol"]]).toEqual([200, "rpc-v2-cbor"]);
    expect(plain.headers["content-type"]).toBe("application/cbor");
    // It names no queue, so there is nothing.
    expect(plain.bytes.toString("hex")).toBe(
      `${answerBytes.slice(0, answerBytes.indexOf("81a369"))}80`,
    );
    // With the queue, and a minute for a day.
    const withQueue =
      `a7${requestBytes.slice(2)}6a44696d656e73696f6e7381a2` +
      `${hexText("Name")}${hexText("QueueName")}${hexText("Value")}${hexText("q1")}`;
    const minute = withQueue.replace("c11a69570a80", "c11a6955b93c");
    const answer = await postCbor(url, path, Buffer.from(minute, "hex"));
    expect(answer.bytes.toString("hex")).toBe(answerBytes);
  });

  test("of JSON", async () => {
    const answer = await server.endpoint.send({
      headers: {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": "GraniteServiceVersion20100801.GetMetricStatistics",
      },
      body:
        '{"Namespace":"AWS/SQS","MetricName":"NumberOfMessagesSent","Dimensions":[{"Name":"QueueName",' +
        '"Value":"q1"}],"StartTime":1767225600,"EndTime":1767225660,"Period":60,"Statistics":["Sum"]}',
    });
    expect(answer.headers["content-type"]).toBe("application/x-amz-json-1.0");
    expect(answer.text).toBe(
      '{"Label":"NumberOfMessagesSent","Datapoints":[{"Timestamp":1767225600,"Sum":12,"Unit":"Count"}]}',
    );
    const refused = await ask({ Period: 1 });
    expect(refused.result.__type).toBe("com.amazonaws.cloudwatch#InvalidParameterValueException");
  });

  test("of the query protocol", async () => {
    const body =
      "Action=GetMetricStatistics&Version=2010-08-01&Namespace=AWS%2FSQS&MetricName=NumberOfMessagesSent" +
      "&Dimensions.member.1.Name=QueueName&Dimensions.member.1.Value=q1&StartTime=2026-01-01T00:00:00Z" +
      "&EndTime=2026-01-01T00:01:00Z&Period=60&Statistics.member.1=Sum";
    const answer = await server.endpoint.send({ headers: formHeaders, body });
    const id = String(answer.headers["x-amzn-requestid"]);
    expect(answer.text).toBe(
      '<?xml version="1.0"?><GetMetricStatisticsResponse ' +
        'xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><GetMetricStatisticsResult>' +
        "<Label>NumberOfMessagesSent</Label><Datapoints><member><Timestamp>2026-01-01T00:00:00Z</Timestamp>" +
        "<Sum>12.0</Sum><Unit>Count</Unit></member></Datapoints></GetMetricStatisticsResult>" +
        `<ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata></GetMetricStatisticsResponse>`,
    );
  });
});

test("takes moments with any zone in forms, and none", async () => {
  const form = queryForm("GetMetricStatistics", request({ EndTime: undefined }));
  for (const end of ["2026-01-01T01:01:00+01:00", "2026-01-01T00:00:59.5", "2026-01-01T00:01Z"]) {
    const body = `${form}&EndTime=${encodeURIComponent(end)}`;
    const answer = await server.endpoint.send({ headers: formHeaders, body });
    expect([end, answer.text.match(/<Sum>/g)?.length]).toEqual([end, 1]);
  }
  const answer = await server.endpoint.send({ headers: formHeaders, body: `${form}&EndTime=now` });
  expect([answer.status, /<Code>(.*?)</.exec(answer.text)?.[1]]).toEqual([400, "MalformedInput"]);
});

function hexText(text: string): string {
  return (0x60 + text.length).toString(16) + Buffer.from(text).toString("hex");
}
